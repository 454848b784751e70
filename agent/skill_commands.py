"""What `skills` commands do beyond looking: plans, statistics, changes of pointers. Gives plain JSON and its text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from agent.database import database
from agent.errors import UsageError
from agent.evidence import CLASSES
from agent.families import families, opened
from agent.known import items_towards
from agent.loop_settings import LoopSettings
from agent.similarity import meaning_of
from agent.store import Store
from agent.tables import number_of, table
from bridge.language import JavaScript, primitives
from curriculum import gamedata
from curriculum.errors import UnknownName
from envs.desktop import parse
from envs.desktop.broker import documentation
from memory.working import estimate_tokens
from skills.compare import difference
from skills.errors import NotAllowed
from skills.evidence import WINDOW
from skills.graph import SkillGraph
from skills.library import Library
from skills.operators import Operators
from skills.planning import plan as search_plan
from skills.reader import By
from skills.rename import rename as rename_skill
from skills.search import pack, search
from skills.stats import statistics

Json = dict[str, Any]
LANGUAGES = {"minecraft": "javascript", "desktop": "python"}
"""In which language the skills of a world are written."""


def plan(library: str, item: str, count: int, have: Sequence[str], journey: str | None, bare: bool) -> Json:
    """A plan to an item over what skills were seen to do, from given things or from what a journey has at hand."""
    db, data = database(read_only=True), gamedata.load()
    if not data.exists(item):
        raise UsageError(str(UnknownName("item", item, data.items)))
    at_hand = _parsed(have, data) if have or bare else _inventory(Store(db), journey)
    found = search_plan(Operators(Library(db, library), families(data)), item, count, at_hand)
    return {**found.to_json(), "have": at_hand}


def plan_words(found: Mapping[str, Any]) -> str:
    """A plan as text."""
    what = f"{found['count']} {found['item']}"
    start = ", ".join(f"{count} {name}" for name, count in found["have"].items()) or "bare hands"
    if not found["found"]:
        return f"No way to {what} from {start}: no skill was seen to bring {', '.join(found['missing'])}."
    if not found["steps"]:
        return f"{what} is at hand."
    rows = []
    for number, step in enumerate(found["steps"], 1):
        args = ", ".join(f"{name}: {value!r}" for name, value in step["args"].items())
        notes = [f"without {', '.join(step['lacking'])}"] if step["lacking"] else []
        notes += [f"never asked for more than {step['tried']:g} so far"] if step["tried"] is not None else []
        rows.append(
            [
                str(number),
                f"{step['skill']}({args})",
                f"{step['amount']} {step['item']}",
                f"{step['ticks'] / 20:.0f} s",
                f"{step['probability']:.0%} ({step['runs']} run{'s' * (step['runs'] != 1)}, {step['rung']})",
                "; ".join(notes),
            ]
        )
    heads = ["", "call", "for", "game time", "works", ""]
    total = (
        f"From {start}: {found['ticks'] / 20:.0f} s of game time if all goes well, "
        f"expected in {found['probability']:.0%} of tries (90 % sure: {found['low']:.0%} to {found['high']:.0%})."
    )
    return f"{table(heads, rows)}\n\n{total}"


def stats(library: str, name: str, hash: str | None) -> Json:
    """Statistics of a version by context."""
    return statistics(Library(database(read_only=True), library), name, CLASSES, hash).to_json()


def stats_words(found: Mapping[str, Any]) -> str:
    """Statistics as text."""
    heads = ["", "", "runs", "worked", "failed", "lacked a need", "bound", "mean game time"]
    rows = [_tally_row("all", "", found["total"])]
    for context, values in found["by"].items():
        rows += [
            _tally_row(context if not position else "", value, tally)
            for position, (value, tally) in enumerate(values.items())
        ]
    lines = [f"{found['skill']} {found['version'][:15]}", "", table(heads, rows), ""]
    lines.append(
        f"bound over the last {WINDOW} runs that count, by which it rises and falls: {found['recent_bound']:.2f}"
    )
    for kind, causes in found["failures"].items():
        lines.append(f"{kind}: {', '.join(f'{code} {count}' for code, count in causes.items())}")
    last = found["last_failure"]
    if last:
        events = f", events {last['events'][0]} to {last['events'][1]}" if last["events"] else ""
        lines.append(f"last failure: {last['cause']} in {last['journey']} #{last['iteration']}{events}")
        lines.append(f"Look: journeyman skills failure {found['skill']}")
    return "\n".join(lines).rstrip()


def _tally_row(context: str, value: str, tally: Mapping[str, Any]) -> list[str]:
    mean = tally["mean_ticks"]
    counts = [str(tally[key]) for key in ("runs", "succeeded", "failed", "unmet")]
    return [context, value, *counts, f"{tally['bound']:.2f}", "–" if mean is None else f"{mean / 20:.1f} s"]


def diff(library: str, name: str, old: str | None, new: str | None) -> Json:
    """What changed between two versions."""
    return asdict(difference(Library(database(read_only=True), library), name, old, new))


def diff_words(found: Mapping[str, Any]) -> str:
    """A difference as text."""
    lines = []
    if found["signature"]:
        lines += [f"- {found['signature'][0]}", f"+ {found['signature'][1]}"]
    lines += found["callees"]
    lines += found["lines"]
    return "\n".join(lines) or f"{found['old'][:15]} and {found['new'][:15]} have the same source and callees."


def history(library: str, name: str) -> list[Json]:
    """Every change of a skill's pointer and standing."""
    opened = Library(database(read_only=True), library)
    opened.get(name)
    return [asdict(move) for move in opened.history(name)]


def history_words(found: Sequence[Mapping[str, Any]]) -> str:
    """A history as a table."""
    rows = [
        [
            *(f"{each['at']:g}", each["action"], each["version"][:15], (each["before"] or "")[:15]),
            *(each["by"]["author"], _decided_on(each["by"]), each["reason"]),
        ]
        for each in found
    ]
    return table(["at", "what", "version", "instead of", "by", "decided on", "why"], rows)


def _decided_on(by: Mapping[str, Any]) -> str:
    """The run that led to a change, in a few letters."""
    event = f", event {by['event']}" if by["event"] else ""
    return f"{by['journey']} {by['iteration']}{event}" if by["journey"] else ""


def change(library: str, name: str, action: str, hash: str | None, reason: str) -> Json:
    """Move a skill's pointer or take it out of use, by a person: rollback, promote, pin, unpin, retire or restore."""
    db = database()
    skills, at = opened(db, library, gamedata.load()), float(Store(db).experience())
    before = skills.get(name)
    with skills.by(By("person")):
        if action == "rollback":
            after = skills.rollback(name, reason=reason, at=at, to=hash)
        elif action == "promote":
            after = skills.promote(name, hash or "", reason=reason, at=at)
        elif action == "pin":
            after = skills.pin(name, reason=reason, at=at, hash=hash)
        else:
            act = {"unpin": skills.unpin, "retire": skills.retire, "restore": skills.restore}[action]
            after = act(name, reason=reason, at=at)
    return {
        "name": name,
        "action": action,
        "before": before.current.hash,
        "current": after.current.hash,
        "retired": after.retired,
        "pinned": after.pinned,
        "changed": skills.get(name) != before,
        "still_called_by": SkillGraph(skills).direct_callers(name) if after.retired else [],
    }


def rename(library: str, old: str, new: str, reason: str) -> Json:
    """Give a skill another name; all that call it follow."""
    db = database()
    skills = opened(db, library, gamedata.load())
    with JavaScript() as javascript, skills.by(By("person")):
        python = skills.get(old).current.language == "python"
        known = documentation() if python else primitives()
        change = parse.rename if python else javascript.rename

        def rewrite(source: str, one: str, two: str) -> str:
            try:
                return change(source, one, two)
            except ValueError as error:
                raise NotAllowed(f"{old!r} cannot be called {new!r}: {error}") from error

        return rename_skill(
            skills, old, new, rewrite=rewrite, primitives=known, reason=reason, at=float(Store(db).experience()),
            parse=(lambda source: parse.facts(source, known)) if python else javascript.facts,
        ).to_json()  # fmt: skip


def rename_words(found: Mapping[str, Any]) -> str:
    """What a rename did."""
    lines = [f"{found['old']} is now {found['new']}, at {found['version'][:15]}; its runs and its standing go with it."]
    if found["callers"]:
        lines.append(f"Follow: {', '.join(found['callers'])}.")
    if found["left"]:
        lines.append(f"Pinned, and so still at the old version: {', '.join(found['left'])}.")
    return "\n".join([*lines, f"Undo: journeyman skills rename {found['new']} {found['old']}"])


def change_words(found: Mapping[str, Any]) -> str:
    """What a change did."""
    marks = [word for word in ("retired", "pinned") if found[word]]
    state = f"{found['name']} is at {found['current'][:15]}" + (f" ({', '.join(marks)})" if marks else "")
    if not found["changed"]:
        return f"Nothing to change: {state}."
    moved = f", was at {found['before'][:15]}" if found["before"] != found["current"] else ""
    still = f" Still called by {', '.join(found['still_called_by'])}." if found["still_called_by"] else ""
    return f"{state}{moved}.{still}"


def found(library: str, words: str, limit: int, aside: Callable[[str], None]) -> list[Json]:
    """Skills for some words, with the parts of their scores; a route that is off is told `aside`."""
    opened = Library(database(read_only=True), library)
    meaning, why = meaning_of(opened)
    if why:
        aside(why)
    hits = search(opened, words, items=_items(words, gamedata.load()), limit=limit, meaning=meaning)
    return [hit.to_json() for hit in hits]


def why(library: str, task: str, limit: int | None, world: str | None, aside: Callable[[str], None]) -> list[Json]:
    """What the writer of a task's program would be shown: as `found`, for all on the way there, and in its budget.

    A task that names an item is taken for one of Minecraft if no world is said, any other for one of either world.
    """
    opened, data, loop = Library(database(read_only=True), library), gamedata.load(), LoopSettings.load()
    meaning, off = meaning_of(opened)
    if off:
        aside(off)
    named = _items(task, data) if world != "desktop" else []
    world = world or ("minecraft" if named else None)
    hits = search(
        opened,
        task,
        items=list(dict.fromkeys(step for item in named for step in items_towards(item, data))),
        limit=loop.skills if limit is None else limit,
        meaning=meaning,
        language=LANGUAGES[world] if world else None,
    )
    shown = pack(hits, loop.skill_tokens).names
    told = [hit.to_json() for hit in hits]
    return [{**hit, "tokens": estimate_tokens(hit["card"]), "shown": hit["name"] in shown} for hit in told]


def found_words(*, why: bool) -> Callable[[Sequence[Mapping[str, Any]]], str]:
    """A function that turns found skills into text, with the parts of each score if `why`."""

    def words(hits: Sequence[Mapping[str, Any]]) -> str:
        if not hits:
            return "No skill fits that."
        lines = []
        for hit in hits:
            lines.append(f"{hit['score']:.4f}  {hit['card']}")
            if why:
                added = " + ".join(f"{route} {value:.4f}" for route, value in hit["added"].items())
                near = "" if hit["similarity"] is None else f", similarity {hit['similarity']:.2f}"
                proof = f"proof {hit['proof']:.3f} ({hit['rung']}, bound {hit['bound']:.2f})"
                room = f"{hit['tokens']} tokens" + ("" if hit["shown"] else ", for which a writer has no room left")
                lines.append(f"        ({added}) × {proof}{near}; {room}")
        return "\n".join(lines)

    return words


def _items(words: str, data: gamedata.GameData) -> list[str]:
    """The items that some words name: `gain 1 iron pickaxe` names iron_pickaxe, and not pickaxe's parts."""
    plain = re.sub(r"[^a-z0-9_ ]", " ", words.lower()).replace(" ", "_")
    named = [item for item in data.items if re.search(rf"(?:^|_){re.escape(item)}(?:_|$)", plain)]
    return [item for item in named if not any(item != other and item in other for other in named)]


def graph(library: str, as_of: float | None) -> Json:
    """The call graph now, or as it stood after so many iterations."""
    return SkillGraph(Library(database(read_only=True), library)).picture(as_of)


def version_graph(library: str, as_of: float | None) -> Json:
    """All versions with all their edges (calls, supersedes, derived_from …), now or after so many iterations."""
    opened = Library(database(read_only=True), library)
    skills = SkillGraph(opened)
    found = skills.versions() if as_of is None else skills.versions_as_of(as_of)
    return {
        "as_of": as_of,
        "nodes": [{"hash": hash, **told} for hash, told in found.nodes(data=True)],
        "edges": sorted([one, other, kind] for one, other, kind in found.edges(data="kind")),
    }


def version_graph_words(found: Mapping[str, Any]) -> str:
    """A graph of versions as a table, calls left to the counts."""
    if not found["nodes"]:
        return "No versions."
    skill = {each["hash"]: each["skill"] for each in found["nodes"]}
    kinds = Counter(kind for _, _, kind in found["edges"])
    counted = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in kinds.most_common()) or "no edges"
    rows = [
        [f"{skill[one]} {one[:15]}", kind.replace("_", " "), f"{skill[other]} {other[:15]}"]
        for one, other, kind in found["edges"]
        if kind != "calls"
    ]
    head = f"{number_of(len(found['nodes']), 'version')}; {counted}"
    return f"{head}\n{table(['version', 'edge', 'version'], rows)}" if rows else head


def graph_words(found: Mapping[str, Any]) -> str:
    """A call graph as text."""
    if not found["nodes"]:
        return "No skills."
    counts = [
        *(number_of(len(found[key]), thing) for key, thing in (("nodes", "skill"), ("edges", "call"))),
        number_of(found["depth"], "layer"),
    ]
    lines = [f"{', '.join(counts)}; {found['calling_share']:.0%} call other skills"]
    lines += [f"  layer {number}  {', '.join(layer)}" for number, layer in enumerate(found["layers"])]
    lines += [
        f"  hub      {hub['name']}: {number_of(hub['callers'], 'caller')}, "
        f"{number_of(hub['blast_radius'], 'skill')} in all rest on it"
        for hub in found["hubs"][:5]
    ]
    lines += [f"  retired  {callee}, which {caller} still calls" for caller, callee in found["retired_calls"]]
    if found["orphans"]:
        lines.append(f"  alone    {', '.join(found['orphans'])}")
    return "\n".join(lines)


def _parsed(have: Sequence[str], data: gamedata.GameData) -> dict[str, int]:
    """`item=n` or `item` words as an inventory. Raises UsageError."""
    inventory: dict[str, int] = {}
    for word in have:
        name, _, count = word.partition("=")
        if name not in data.items:
            raise UsageError(f"--have {word}: {UnknownName('item', name, data.items)}")
        if count and not (count.isdecimal() and int(count)):
            raise UsageError(f"--have {word}: say how many as a whole number, for example {name}=3")
        inventory[name] = inventory.get(name, 0) + int(count or 1)
    return inventory


def _inventory(store: Store, journey: str | None) -> dict[str, int]:
    """What a journey (default: the newest) had at hand after its last iteration."""
    names = [each.name for each in store.journeys()]
    if journey is not None:
        names = [store.journey(journey).name]
    last = store.last(names[-1]) if names else None
    return dict(last.after.get("inventory", {})) if last else {}
