"""What `memory` commands do, and the work that memory does by itself while a program runs in the world.

Reads and writes through the memory package only. Commands give plain JSON; remember_words.py turns it into text.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlite_utils import Database

from agent import publishing, similarity
from agent.config import chroma_url, home
from agent.errors import UsageError
from agent.models.calls import MODELS, Calls
from agent.roles.consolidator import estimated_tokens
from agent.seal import seal
from agent.store import AGENT, Store
from memory import alike
from memory import fit as fitting
from memory.bring_in import Policy, bring_in
from memory.chroma import ChromaIndex
from memory.db import open_db
from memory.dense import dense_or_none, open_dense, vectors_or_none
from memory.episodic import Episodes, describe
from memory.errors import DenseUnavailable
from memory.export import export
from memory.fitted import settings
from memory.health import health
from memory.index import DOCUMENTS, VectorIndex
from memory.items import Item, Kind, State, sign
from memory.jobs import Estimate, Report
from memory.rebuild import Told, rebuild
from memory.recall import Question, Recall, Rerank, query_words
from memory.scheduler import scheduler
from memory.semantic import Semantic
from memory.taken_back import is_place, kept_with
from memory.working import Working
from skills.similarity import SKILL_TEXTS

Json = dict[str, Any]

UNITS = 60
"""Units of one job that are looked at while one program runs."""


class Meanwhile:
    """Memory's own work, done beside a program that runs in the world: `with meanwhile: env.run(...)`.

    It starts and ends with the block, so that what a later recall finds does not depend on how fast the machine is;
    when the program ends first, the step under way is finished and the rest waits for the next program.
    """

    def __init__(self, now: float) -> None:
        self._now = now
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="memory", daemon=True)

    def __enter__(self) -> Meanwhile:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
        if self._error is not None and error is None:
            raise self._error

    def wait(self) -> None:
        """Until everything that is due is done."""
        self._thread.join()

    def _work(self) -> None:
        try:
            db = _database()
            try:
                scheduler(db).run_all(now=self._now, limit=UNITS, stop=self._stop.is_set)
                self._embed(db)
            finally:
                db.close()
        except (DenseUnavailable, sqlite3.OperationalError):
            pass  # a locked file or a missing model: what was not done waits for the next program
        except BaseException as error:  # a bug belongs to the loop, which records it
            self._error = error

    def _embed(self, db: Database) -> None:
        """Keep up the vectors that were asked for; all of them are compared with their words once after a start.

        An approximate index over them is left alone: to open and fill one takes longer than a program may wait for.
        """
        for texts, wanted in ((DOCUMENTS, _embedded(db)), (SKILL_TEXTS, similarity.wanted(db))):
            index = vectors_or_none(db, texts) if wanted and not self._stop.is_set() else None
            if index is None:
                continue
            name = (str(home()), texts.vectors)
            index.repair(self._stop.is_set, check=name not in _CHECKED)
            if not self._stop.is_set():
                _CHECKED.add(name)


_CHECKED: set[tuple[str, str]] = set()
"""Vectors (home, table) that this process has compared with their words: damage comes from outside, between starts."""


def open_recall(db: Database, off: Sequence[str] = (), rerank: Rerank | None = None) -> Recall:
    """Recall as journeys use it: with the dense route where its vectors were asked for by `memory reindex`."""
    return Recall(db, _dense(db), off=off, rerank=rerank)


def recall(
    words: str,
    journey: str,
    limit: int,
    *,
    as_of: float | None,
    history: bool,
    tokens: int | None,
    rank: str,
    notice: Callable[[str], None],
) -> Json:
    """What is remembered about some words; without a journey, also what the newest one knows of its world.

    `rank` names models that say of the best hits how much each would help; what they cost is written down.
    """
    if not query_words(words):
        raise UsageError(f"{words!r} has no word to search for: name what it is about, such as iron ore")
    db = _database(read_only=True)
    store, scope = Store(db), _scope(db, journey)
    question = Question(words, scope=scope, items=tuple(words.split()), as_of=as_of, history=history)
    now = float(store.experience()) if as_of is None else as_of
    ranker = _ranker(rank, notice) if rank else None
    return asdict(open_recall(db, rerank=ranker).ask(question, now=now, limit=limit, tokens=tokens))


def _scope(db: Database, journey: str) -> str:
    """The journey of this name, or the newest, be it one of this home or one of which a bundle told."""
    store = Store(db)
    names = [each.name for each in store.journeys()]
    of_others = [name for (name,) in db.execute("SELECT journey FROM episodes GROUP BY journey ORDER BY max(id)")]
    if journey:
        return journey if journey in of_others else store.journey(journey).name
    return next(reversed(names or of_others), "")


def mind(journey: str | None, iteration: int | None) -> Json:
    """What was in mind for an iteration (the newest, if none is named), with the model calls made with it."""
    db = _database(read_only=True)
    store, working = Store(db), Working(db)
    names = [each.name for each in store.journeys()]
    if not names:
        raise UsageError("there is no journey yet: journeyman run minecraft")
    name = store.journey(journey).name if journey else names[-1]
    number = working.last(name) if iteration is None else iteration
    found = working.of(name, number) if number is not None else []
    if not found:
        which = "yet" if iteration is None else f"for iteration {iteration}; the newest is {working.last(name)}"
        raise UsageError(f"nothing was kept in mind by {name} {which}")
    calls = Calls(db).of(name) if db["model_calls"].exists() else []
    steps = [
        {**asdict(each), "calls": [call["number"] for call in calls if call["place"].startswith(f"{each.place}.")]}
        for each in found
    ]
    return {"journey": name, "iteration": number, "steps": steps}


def episodes(journey: str | None, state: State | None, limit: int, sought: Json) -> list[Json]:
    """Episodes, newest first, narrowed by what `Episodes.find` takes. Raises UsageError for what they do not have."""
    if state is not None:
        raise UsageError("episodes are never changed and have no state: leave --state out")
    if "as_of" in sought:
        raise UsageError("episodes are never changed: say --until in place of --as-of")
    if "within" in sought and "near" not in sought:
        raise UsageError("--within goes with a place: --near X Z")
    db = _database(read_only=True)
    _refuse_unknown(db, [] if journey is None else [journey])
    found = Episodes(db).find(journey, limit=limit, **sought)
    return [{**asdict(each), "text": describe(each)} for each in found]


def episode(id: int) -> Json:
    """One episode with its program, and what was observed before and after it (None where that was not kept)."""
    episodes = Episodes(_database(read_only=True))
    found = episodes.by_id(id)
    before, after = episodes.observed(found.journey, found.iteration) or (None, None)
    source = episodes.program(found.program) if found.program else None
    return {**asdict(found), "text": describe(found), "source": source, "before": before, "after": after}


def items(kind: Kind | None, scope: str | None, state: State | None, limit: int, sought: Json) -> list[Json]:
    """Items of the semantic tier, newest first, as they are or (`as_of`) as they were.

    Raises UsageError for what only episodes are searched by.
    """
    as_of, others = sought.get("as_of"), sorted(name for name in sought if name not in ("as_of", "words"))
    if others:
        options = ", ".join("--with" if name == "involving" else f"--{name}" for name in others)
        raise UsageError(f"only episodes are searched by {options}: add --kind episode")
    if "words" in sought:
        words = " ".join(sought["words"])
        raise UsageError(f"only episodes are listed by words: add --kind episode, or say memory recall {words}")
    db = _database(read_only=True)
    _refuse_unknown(db, [] if scope is None else [scope])
    semantic, looked_at = Semantic(db), limit
    while True:
        found = semantic.find(kind=kind, scope=scope, state=state, as_of=as_of, limit=looked_at)
        lines = _once(found)
        if len(lines) >= limit or len(found) < looked_at:
            return [_with_others(line) for line in lines[:limit]]
        looked_at *= 2


def _once(found: Sequence[Item]) -> list[list[Item]]:
    """The items, those together that say the same of the same place: it is kept for its journey and for its world."""
    lines: list[list[Item]] = []
    alike: dict[tuple[str, str], list[list[Item]]] = {}
    for item in found:
        same = alike.setdefault((item.kind, item.text), []) if is_place(item) else []
        line = next((line for line in same if any(kept_with(item, other) for other in line)), None)
        if line is None:
            line = []
            same.append(line)
            lines.append(line)
        line.append(item)
    return lines


def _with_others(items: Sequence[Item]) -> Json:
    """The first of them, with where else it is kept."""
    return {**_item(items[0]), "also": _also(items[1:])}


def _also(others: Sequence[Item]) -> list[Json]:
    return [{"id": each.id, "scope": each.scope, "state": each.state} for each in others]


def show(id: int) -> Json:
    """One item with what it was made of, what was made of it, and the episodes behind it."""
    db = _database(read_only=True)
    semantic, recalling = Semantic(db), Recall(db)
    item = semantic.get(id)
    (document,) = db.execute("SELECT id FROM documents WHERE tier = ? AND ref = ?", [item.kind, id]).fetchone()
    strength = recalling.strength(document)
    made_into = [row[0] for row in db.execute("SELECT item FROM sources WHERE source = ? ORDER BY item", [id])]
    episodes = db.execute(
        "SELECT journey, iteration, goal, outcome FROM episodes JOIN evidence ON episode = id "
        "WHERE item = ? ORDER BY id",
        [id],
    )
    return {
        **_item(item),
        "data": dict(item.data),
        "sources": list(item.sources),
        "made_into": made_into,
        "also": _also(semantic.elsewhere(id)),
        "document": document,
        "strength": asdict(strength),
        "episodes": [dict(zip(("journey", "iteration", "goal", "outcome"), row, strict=True)) for row in episodes],
    }


def history(id: int | None, limit: int) -> list[Json]:
    """The journal of one item or of all, newest first."""
    semantic = Semantic(_database(read_only=True))
    if id is not None:
        semantic.get(id)
    return [asdict(entry) for entry in semantic.journal(id, limit=limit)]


def undo(entry: int, reason: str) -> list[Json]:
    """Take back the whole operation that a journal entry belongs to."""
    db = _database()
    now = float(Store(db).experience())
    return [asdict(each) for each in Semantic(db).undo_act(entry, at=now, reason=reason)]


def add_sign(when: str, instruction: str, because: str, journey: str) -> Json:
    """Put up a guardrail: it is never changed, merged or forgotten, only taken back by undoing its entry."""
    if not (when.strip() and instruction.strip() and because.strip()):
        raise UsageError("a sign says when it holds, what to do and why: none of them can be empty")
    db = _database()
    now, scope = float(Store(db).experience()), _scope(db, journey) if journey else ""
    put_up = sign(when, instruction, because, scope=scope, at=now, origin="person")
    return _item(Semantic(db).add(put_up, reason="put up by hand"))


def mark(id: int, pinned: bool | None, private: bool | None) -> Json:
    """Pin an item so that it is never put out of mind, or keep it from recall and bundles; or take that back."""
    if pinned is None and private is None:
        raise UsageError("say what to mark: --pin or --unpin, --private or --plain")
    db = _database()
    now, sensitivity = float(Store(db).experience()), None if private is None else "private" if private else "plain"
    semantic = Semantic(db)
    marked = partial(semantic.update, at=now, reason="marked by hand", pinned=pinned, sensitivity=sensitivity)  # type: ignore[arg-type]
    return _with_others(semantic.everywhere(id, marked))


def archive(id: int, reason: str) -> Json:
    """Put an item out of mind, a place wherever it is kept; it stays and can be restored."""
    db = _database()
    semantic, now = Semantic(db), float(Store(db).experience())
    away = partial(semantic.archive, at=now, reason=reason, inputs={"who": "person"})
    return _with_others(semantic.everywhere(id, away))


def restore(id: int, reason: str) -> Json:
    """Bring an archived item back into mind, a place wherever it was kept."""
    db = _database()
    semantic, now = Semantic(db), float(Store(db).experience())
    return _with_others(semantic.everywhere(id, partial(semantic.restore, at=now, reason=reason)))


def stats() -> Json:
    """How memory stands: sizes, junk, doubles, what contradicts, what the jobs did, how far the index is, settings."""
    db = _database(read_only=True)
    found = health(db, now=float(Store(db).experience()))
    jobs = scheduler(db)
    return {**found, "jobs": jobs.runs(limit=12), "skipped": jobs.skipped(), "settings": settings(db)}


def consolidate(names: Sequence[str], limit: int, dry: bool) -> list[Json]:
    """Run jobs (all of them, if none is named) over what is waiting."""
    db = _database()
    jobs, now = scheduler(db), float(Store(db).experience())
    reports = []
    for name in names or jobs.names:
        estimate = jobs.estimate(name, now=now)
        report = jobs.run(name, now=now, limit=limit, dry=dry)
        reports.append({**asdict(report), "estimate": asdict(estimate)})
    return [*reports, _reading(db)] if dry and not names else reports


def _reading(db: Database) -> Json:
    """What a model that serves the role `consolidate` would be given to read in a journey, a group after each task."""
    groups = alike.waiting(db)
    lines = tuple(f"to read together: {' | '.join(each.text for each in group.items)}" for group in groups)
    tokens = sum(estimated_tokens(group.items) for group in groups)
    report = Report(alike.NAME, 0, len(groups), lines=lines, dry=True)
    return {**asdict(report), "estimate": asdict(Estimate(alike.NAME, len(groups), None, tokens))}


def reindex(told: Told) -> Json:
    """Make all that is derived anew: words, marks, strengths, tallies; and vectors, of skills too, if a model is here.

    Without one the answer says under `why` what to install; a named server that does not answer is an error.
    """
    db = _database()
    made = {"memory": asdict(rebuild(db, told))}
    try:
        index = open_dense(db, home() / "index" / "memory", url=chroma_url())
    except DenseUnavailable as reason:
        if chroma_url() is not None:
            raise
        return {**made, "why": str(reason)}
    return {**made, "documents": index.reindex(partial(told, "vectors")), **similarity.reindex()}


def export_to(folder: Path, journeys: Sequence[str], private: bool) -> Json:
    """Write a bundle of everything, or of some journeys and what holds everywhere."""
    db = _database(read_only=True)
    _refuse_unknown(db, journeys)
    written = export(db, folder, scopes=journeys or None, private=private, seal=seal)
    return {**asdict(written), "secrets": publishing.secrets(folder)}


def _refuse_unknown(db: Database, names: Sequence[str]) -> None:
    """Raises UsageError for a journey, or other scope, of which there is nothing, with those of which there is."""
    if not names:
        return
    known = {
        row[0] for row in db.execute("SELECT DISTINCT journey FROM episodes UNION SELECT DISTINCT scope FROM items")
    }
    for name in names:
        if name not in known:
            there = ", ".join(sorted(known - {""})) or "none"
            raise UsageError(f"nothing is remembered of a journey {name!r}; there are: {there}")


def import_from(folder: Path, policy: Policy, suffix: str, *, vouched: bool = False) -> Json:
    """Take a bundle in: one's own as it stands, anybody else's as data."""
    db = _database()
    store = Store(db)
    taken = bring_in(
        db,
        folder,
        now=float(store.experience()),
        policy=policy,
        rename=lambda name: name + suffix,
        seal=seal,
        vouched=vouched,
        played=[journey.name for journey in store.journeys()],
    )
    return asdict(taken)


def fit(dry: bool, curve: str | None, weights: Sequence[str]) -> Json:
    """Fit the forgetting curve and the weights of recall on this user's own log, or keep those that are named."""
    db = _database()
    now, chosen = float(Store(db).experience()), dict(_weight(each) for each in weights)
    found = fitting.fit_all(db, now=now, index=_dense(db), dry=dry, curve=curve, chosen=chosen)
    return {**found, "settings": settings(db)}


def _weight(given: str) -> tuple[str, float]:
    name, _, value = given.partition("=")
    try:
        return name, float(value)
    except ValueError as error:
        raise UsageError(f"{given!r} is no weight: say NAME=NUMBER, such as meaning=0.3") from error


def _database(*, read_only: bool = False) -> Database:
    """The one database, opened without the loop and its slow imports; tables of other parts are left alone."""
    return open_db(home() / "journeyman.db", AGENT, read_only=read_only)


def _ranker(names: str, notice: Callable[[str], None]) -> Rerank:
    """Who ranks; those who ask models are imported only where one is to be asked."""
    from agent.staff import ranker_for

    return ranker_for(names, Calls(open_db(home() / "journeyman.db", MODELS)), notice)


def _dense(db: Database) -> VectorIndex | ChromaIndex | None:
    """The dense route, if somebody asked for it once (there are vectors) and it works here."""
    if not _embedded(db):
        return None
    index, _ = dense_or_none(db, home() / "index" / "memory", url=chroma_url())
    return index


def _embedded(db: Database) -> bool:
    return db.execute("SELECT 1 FROM vectors LIMIT 1").fetchone() is not None


def _item(item: Item) -> Json:
    return {**asdict(replace(item, data={})), "evidence": list(item.evidence), "live": item.live}
