"""The library: the one writer of skills, versions, pointers and evidence.

Versions are immutable, `current` is a pointer, and nothing is deleted: retire, roll back, restore. Evidence moves a
version along draft, candidate, verified, trusted; the same evidence recorded twice counts once. This module never
judges source text (admit.py) and never runs it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sqlite_utils import Database

from memory.db import atomic
from memory.log import canonical
from skills import evidence
from skills.admit import Admission
from skills.errors import CallCycle, Inadmissible, NotAllowed
from skills.evidence import Ladder
from skills.reader import Action, By, LibraryReader
from skills.skill import LinkKind, Record, Rung, Skill, Use, Version, version_hashes
from skills.words import apart, spoken

_HEIGHT: dict[Rung, int] = {"draft": 0, "candidate": 1, "parole": 1, "verified": 2, "trusted": 3}
LEARN_FROM = 200
"""How many of the latest runs teach needs and effects: an old world's rules must not outlast it."""


class Library(LibraryReader):
    """The one writer of a library; open its database with `skills.schema.SKILLS` among the sets."""

    def __init__(
        self,
        db: Database,
        name: str = "main",
        ladder: Ladder | None = None,
        families: Mapping[str, str] | None = None,
    ) -> None:
        """`families` maps items that stand for each other to the name under which effects tell of them together."""
        super().__init__(db, name)
        self._ladder, self._families = ladder or Ladder(), dict(families or {})
        self._by = By("library")

    @contextlib.contextmanager
    def by(self, by: By) -> Iterator[None]:
        """Changes within are somebody's: a person's, the monitor's. Without it they are the library's own."""
        before, self._by = self._by, by
        try:
            yield
        finally:
            self._by = before

    def add(
        self,
        admission: Admission,
        *,
        reason: str,
        author: str = "",
        journey: str = "",
        iteration: int = 0,
        at: float = 0.0,
    ) -> Version:
        """Keep an admitted source as a version; the same content is kept once.

        The first version of a skill becomes current at once, and so does a new version of a retired skill, which it
        brings back. Any other becomes current when its evidence reaches that of the current one (see `record_use`).
        """
        return self._add(admission, None, reason=reason, author=author, journey=journey, iteration=iteration, at=at)

    def quarantine(
        self, admission: Admission, origin: str, *, reason: str, author: str = "", at: float = 0.0
    ) -> Version:
        """Keep an admitted source from elsewhere apart: a draft that is neither found nor called nor made current.

        It leaves quarantine by being verified in our worlds, with all that it calls, or when a person restores or
        promotes it.
        """
        return self._add(admission, origin, reason=reason, author=author, journey="", iteration=0, at=at)

    def _add(
        self,
        admission: Admission,
        origin: str | None,
        *,
        reason: str,
        author: str,
        journey: str,
        iteration: int,
        at: float,
    ) -> Version:
        if admission.refusals or admission.signature is None:
            raise Inadmissible(admission.refusals)
        signature, uses = admission.signature, dict(admission.uses)
        hash, *older = version_hashes(admission.source, signature, uses, admission.language)
        with atomic(self.db), self.by(By(author or self._by.author, journey, iteration)):
            kept = self.db.execute(
                f"SELECT hash FROM versions WHERE library = ? AND (hash = ? OR source = ? AND hash IN "
                f"({', '.join('?' * len(older))})) ORDER BY hash = ? DESC",
                [self.name, hash, admission.source, *older, hash],
            ).fetchone()
            if kept:
                return self.version(kept[0])
            language = self.language_of(signature.name)
            if language not in (None, admission.language):
                raise NotAllowed(
                    f"{signature.name!r} is a skill in {language} and has no version in {admission.language}"
                )
            callees = {called: self.version(callee) for called, callee in uses.items()}
            self._refuse_cycle(signature.name, [callee.skill for callee in callees.values()])
            skill = self.db.execute(
                "SELECT current, retired FROM skills WHERE library = ? AND name = ?", [self.name, signature.name]
            ).fetchone()
            parent = self._by_number(skill[0]).hash if skill else None
            self.db.execute(
                "INSERT INTO versions (library, skill, hash, source, signature, purpose, language, primitives, parent, "
                "reason, author, journey, iteration, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(self.name, signature.name, hash, admission.source, canonical(signature.to_json())),
                    *(admission.purpose, admission.language, canonical(list(admission.primitives)), parent),
                    *(reason, author, journey, iteration, at),
                ],
            )
            number = int(self.db.execute("SELECT last_insert_rowid()").fetchone()[0])
            self.db.conn.executemany(
                "INSERT INTO calls VALUES (?, ?, ?)",
                [(number, called, callee.number) for called, callee in callees.items()],
            )
            self.db.execute("INSERT INTO standings VALUES (?, 'draft', 0, 0, 0, 0, 0.0, NULL, NULL)", [number])
            if skill is None:
                self.db.execute(
                    "INSERT INTO skills (library, name, current) VALUES (?, ?, ?)", [self.name, signature.name, number]
                )
                self.describe(signature.name)
            self._log(signature.name, "added", number, skill[0] if skill else None, reason, at)
            if origin is not None:
                self.db.execute("INSERT INTO quarantine (version, origin, at) VALUES (?, ?, ?)", [number, origin, at])
                if skill is None:
                    self._set_retired(signature.name, True, "retired", "not used before it is verified here", at)
            elif skill and skill[1]:
                self._set_retired(signature.name, False, "restored", "a new version brings it back", at)
                self._point(signature.name, number, "adopted", reason, at)
            else:
                self._adopt_if_ready(signature.name, number, at)
            return self._by_number(number)

    def record_use(self, use: Use) -> Rung:
        """Count a run as evidence, learn needs and effects from it, and move the version along the ladder.

        A newer version takes over as current once it stands as high as the current one, unless it was rolled back
        before; a trusted one is replaced only by a version that was cleared (see `clear`). The same (journey,
        iteration, position) of a version counts once.
        """
        version = self.version(use.version)
        first_event, last_event = use.events or (None, None)
        with atomic(self.db), self.by(By(self._by.author, use.journey, use.iteration, last_event)):
            added = self.db.execute(
                "INSERT OR IGNORE INTO uses (library, version, outcome, journey, iteration, position, at, setting, "
                "world, args, before, after, tools, stations, places, ticks, cause, first_event, last_event, brain, "
                "caller) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(self.name, version.number, use.outcome, use.journey, use.iteration, use.position, use.at),
                    *(use.setting, use.world, canonical(dict(use.args)), canonical(dict(use.before))),
                    *(canonical(dict(use.after)), canonical(list(use.tools)), canonical(list(use.stations))),
                    *(
                        canonical(list(use.places)),
                        use.ticks,
                        use.cause,
                        first_event,
                        last_event,
                        use.brain,
                        use.caller,
                    ),
                ],
            )
            if added.rowcount:
                same = [self._by_number(number) for number in self._same(version.number)]
                for each, (record, runs) in [(each, self._learn(each)) for each in same]:
                    self._judge(each, record, runs, use.at)
            return self._standing(version.number)[0]

    def promote(self, name: str, hash: str, *, reason: str, at: float = 0.0) -> Skill:
        """Make a version current by hand; a newer one that is left behind does not come back by itself."""
        with atomic(self.db):
            version = self.chosen(name, hash)
            self._point(name, version.number, "promoted", reason, at)
            self._release(version, reason, at)
            return self.get(name)

    def rollback(self, name: str, *, reason: str, at: float = 0.0, to: str | None = None) -> Skill:
        """Make an earlier version current again: `to`, or the latest one before it that was ever current.

        The version that is left behind does not become current again by itself, only by `promote`.
        """
        with atomic(self.db):
            current = self.get(name).current
            if to is not None:
                number = self.chosen(name, to).number
            else:
                row = self.db.execute(
                    "SELECT max(before) FROM moves WHERE library = ? AND skill = ? AND before < ? "
                    "AND action IN ('adopted', 'promoted', 'rolled_back')",
                    [self.name, name, current.number],
                ).fetchone()
                if row[0] is None:
                    raise NotAllowed(f"{name!r} has no earlier version to go back to: name one, or promote another")
                number = int(row[0])
            self._point(name, number, "rolled_back", reason, at)
            self._release(self._by_number(number), reason, at)
            return self.get(name)

    def retire(self, name: str, *, reason: str, at: float = 0.0) -> Skill:
        """Take a skill out of use: it is neither found nor called by new skills, but all of it stays."""
        with atomic(self.db):
            self._set_retired(name, True, "retired", reason, at)
            return self.get(name)

    def restore(self, name: str, *, reason: str, at: float = 0.0) -> Skill:
        """Bring a retired skill back; one in quarantine leaves it, on the word of whoever asks."""
        with atomic(self.db):
            self._release(self.get(name).current, reason, at)
            self._set_retired(name, False, "restored", reason, at)
            return self.get(name)

    def pin(self, name: str, *, reason: str, at: float = 0.0, hash: str | None = None) -> Skill:
        """Hold a version (default: the current one) in its place until `unpin`: evidence counts, the pointer stays."""
        with atomic(self.db):
            if hash is not None:
                self.promote(name, hash, reason=reason, at=at)
            self._set_pinned(name, True, reason, at)
            return self.get(name)

    def unpin(self, name: str, *, reason: str, at: float = 0.0) -> Skill:
        """Let evidence move the pointer again."""
        with atomic(self.db):
            self._set_pinned(name, False, reason, at)
            for version in self.versions(name):
                self._adopt_if_ready(name, version.number, at)
            return self.get(name)

    def clear(self, hash: str, *, reason: str, at: float = 0.0) -> Skill:
        """Let a version replace a trusted one: it passed the replays of that one and of its callers."""
        version = self.version(hash)
        with atomic(self.db):
            self._log(version.skill, "cleared", version.number, None, reason, at)
            self._adopt_if_ready(version.skill, version.number, at)
            return self.get(version.skill)

    def hold(self, hash: str, *, reason: str, at: float = 0.0) -> None:
        """Note that a version failed a replay of the trusted one that it was to replace: it stays behind it."""
        version = self.version(hash)
        with atomic(self.db):
            self._log(version.skill, "held", version.number, None, reason, at)

    def distrust(self, use: Use, *, reason: str) -> None:
        """Count a failed run, and put its version on parole whatever its record: it had passed the very same."""
        with atomic(self.db), self.by(By(self._by.author, use.journey, use.iteration)):
            for each in map(self._by_number, self._same(self.version(use.version).number)):
                rung, record = self._standing(each.number)
                if rung != "parole":
                    self._stand(each, rung, "parole", record, f"{rung} -> parole: {reason}", use.at)
            self.record_use(use)

    def ask_repair(self, name: str, *, reason: str, at: float = 0.0) -> None:
        """Note that somebody was asked to mend a skill on parole; it is asked for once for each fall."""
        with atomic(self.db):
            self._log(name, "repair_asked", self.get(name).current.number, None, reason, at)

    def link(self, hash: str, kind: LinkKind, other: str, *, reason: str, at: float = 0.0) -> None:
        """Note that a version was derived from another, or doubles it; noted once."""
        one, two = self.version(hash), self.version(other)
        with atomic(self.db):
            added = self.db.execute(
                "INSERT OR IGNORE INTO links (library, version, kind, other, reason, at) VALUES (?, ?, ?, ?, ?, ?)",
                [self.name, one.number, kind, two.number, reason, at],
            )
            if added.rowcount:
                self._log(one.skill, "linked", one.number, None, f"{kind} {two.skill}: {reason}", at)

    def carry_on(
        self, hash: str, before: str, *, reason: str, at: float = 0.0, kind: LinkKind = "renamed_from"
    ) -> None:
        """Let a version stand where another stood that does the same; their runs are counted together."""
        version, old = self.version(hash), self.version(before)
        with atomic(self.db):
            rung, _ = self._standing(old.number)
            if old.number not in self._same(version.number):
                self.link(hash, kind, before, reason=reason, at=at)
            for number in self._same(version.number):
                record, _ = self._learn(self._by_number(number))
                self._set_standing(number, rung if number == version.number else self._standing(number)[0], record)
            newer = version.number > self.get(version.skill).current.number
            self._point(version.skill, version.number, "adopted" if newer else "rolled_back", reason, at)
            self.describe(version.skill)

    # Inside the open transaction

    def _judge(self, version: Version, record: Record, runs: Sequence[evidence.Run], at: float) -> None:
        """Let a version stand where its runs since its latest fall say that it stands."""
        rung, _ = self._standing(version.number)
        since = evidence.record_of(runs)
        reached = evidence.next_rung(
            rung, since, self._ladder, evidence.losing_streak(runs), fell=evidence.declined(runs)
        )
        why = f"{rung} -> {reached}: {record.succeeded} of {record.succeeded + record.failed} succeeded"
        self._stand(version, rung, reached, record, why, at)

    def _stand(self, version: Version, rung: Rung, reached: Rung, record: Record, why: str, at: float) -> None:
        """Let a version stand on a rung, with all that follows from it if it is another one."""
        self._set_standing(version.number, reached, record)
        if reached != rung:
            action: Action = "fell" if reached == "parole" else "climbed"
            self._log(version.skill, action, version.number, None, why, at)
            if _HEIGHT[reached] >= _HEIGHT["verified"]:
                self._release_proven(version, why, at)
            if reached == "parole":
                self._fall_back(version, record, at)
            else:
                self._adopt_if_ready(version.skill, version.number, at)
        self.describe(version.skill)

    def _set_standing(self, number: int, rung: Rung, record: Record) -> None:
        self.db.execute(
            "UPDATE standings SET rung = ?, succeeded = ?, failed = ?, unmet = ?, fresh_worlds = ?, bound = ?, "
            "mean_ticks = ?, time = ? WHERE version = ?",
            [
                *(rung, record.succeeded, record.failed, record.unmet, record.fresh_worlds, record.bound),
                *(record.mean_ticks, canonical(vars(record.time)) if record.time else None, number),
            ],
        )

    def _set_pinned(self, name: str, pinned: bool, reason: str, at: float) -> None:
        skill = self.get(name)
        if skill.pinned != pinned:
            self.db.execute(
                "UPDATE skills SET pinned = ? WHERE library = ? AND name = ?", [int(pinned), self.name, name]
            )
            self._log(name, "pinned" if pinned else "unpinned", skill.current.number, None, reason, at)

    def _fall_back(self, version: Version, record: Record, at: float) -> None:
        """A current version on parole gives way to the latest earlier one that was ever current and did better."""
        skill = self.get(version.skill)
        if skill.pinned or skill.current.number != version.number:
            return
        rows = self.db.execute(
            "SELECT DISTINCT before FROM moves WHERE library = ? AND skill = ? AND before < ? "
            "AND action IN ('adopted', 'promoted', 'rolled_back') ORDER BY before DESC",
            [self.name, version.skill, version.number],
        ).fetchall()
        for (number,) in rows:
            rung, earlier = self._standing(number)
            if rung in ("verified", "trusted") and earlier.bound > record.bound:
                why = f"its bound fell to {record.bound:.2f}, that of the earlier version is {earlier.bound:.2f}"
                with contextlib.suppress(CallCycle):
                    self._point(version.skill, number, "rolled_back", why, at)
                    return

    def _point(self, name: str, number: int, action: Action, reason: str, at: float) -> None:
        before = self.get(name).current.number
        if before == number:
            return
        callees = [self.version(callee).skill for callee in self._by_number(number).uses.values()]
        self._refuse_cycle(name, callees)
        self.db.execute("UPDATE skills SET current = ? WHERE library = ? AND name = ?", [number, self.name, name])
        self._log(name, action, number, before, reason, at)
        self.describe(name)

    def _adopt_if_ready(self, name: str, number: int, at: float) -> None:
        skill = self.get(name)
        left_behind = self.db.execute(
            "SELECT 1 FROM moves WHERE library = ? AND skill = ? AND before = ? "
            "AND (action = 'rolled_back' OR action = 'promoted' AND version < before)",
            [self.name, name, number],
        ).fetchone()
        if number <= skill.current.number or skill.pinned or left_behind or self._in_quarantine(number):
            return
        rung, _ = self._standing(number)
        if skill.rung == "trusted" and not self.is_cleared(number):
            return
        if _HEIGHT[rung] >= min(_HEIGHT[skill.rung], _HEIGHT["verified"]) or self.is_cleared(number):
            try:
                self._point(name, number, "adopted", f"newer, and {rung} beside {skill.rung}", at)
            except CallCycle:
                return

    def _release(self, version: Version, why: str, at: float) -> None:
        """Let a version out of quarantine; a skill that consisted only of such versions comes into use."""
        if not self._in_quarantine(version.number):
            return
        self.db.execute("UPDATE quarantine SET released = ?, why = ? WHERE version = ?", [at, why, version.number])
        if self.get(version.skill).current.hash == version.hash:
            self._set_retired(version.skill, False, "restored", why, at)

    def _release_proven(self, version: Version, why: str, at: float) -> None:
        """Let a proven version out of quarantine once all that it calls is out, and then what waited for it alone."""
        if not self._in_quarantine(version.number) or any(
            self._in_quarantine(self.version(callee).number) for callee in version.uses.values()
        ):
            return
        self._release(version, why, at)
        rows = self.db.execute(
            "SELECT DISTINCT caller FROM calls JOIN quarantine ON version = caller WHERE callee = ? "
            "AND released IS NULL ORDER BY caller",
            [version.number],
        ).fetchall()
        for (caller,) in rows:
            if _HEIGHT[self._standing(caller)[0]] >= _HEIGHT["verified"]:
                self._release_proven(self._by_number(caller), f"{version.skill}, which it calls, is proven too", at)

    def _set_retired(self, name: str, retired: bool, action: Action, reason: str, at: float) -> None:
        skill = self.get(name)
        if skill.retired != retired:
            self.db.execute(
                "UPDATE skills SET retired = ? WHERE library = ? AND name = ?", [int(retired), self.name, name]
            )
            self._log(name, action, skill.current.number, None, reason, at)
            self.describe(name)

    def _refuse_cycle(self, name: str, callees: list[str]) -> None:
        for callee in callees:
            if self.reaches(callee, name):
                raise CallCycle(f"{name!r} would call itself through {callee!r}: let it call only what it builds on")

    def _log(self, skill: str, action: Action, version: int, before: int | None, reason: str, at: float) -> None:
        self.db.execute(
            "INSERT INTO moves (library, skill, action, version, before, reason, at, "
            "author, journey, iteration, event) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [self.name, skill, action, version, before, reason, at, *vars(self._by).values()],
        )

    def _learn(self, version: Version) -> tuple[Record, list[evidence.Run]]:
        """The record over all runs of a version, with what they teach; and those of its runs since its latest fall."""
        same = self._same(version.number)
        marks = ", ".join("?" * len(same))
        rows = self.db.execute(
            f"SELECT outcome, setting, world, ticks, id FROM uses WHERE version IN ({marks}) ORDER BY id", same
        ).fetchall()
        runs = [evidence.Run(*row[:4]) for row in rows]
        fell = self.db.execute(
            "SELECT max(uses.id) FROM moves CROSS JOIN uses ON uses.version IN "
            f"({marks}) AND uses.journey = moves.journey AND uses.iteration = moves.iteration "
            f"WHERE moves.library = ? AND skill IN (SELECT skill FROM versions WHERE id IN ({marks})) "
            f"AND action = 'fell' AND moves.version IN ({marks})",
            [*same, self.name, *same, *same],
        ).fetchone()[0]
        recent = self._uses(version, LEARN_FROM)
        effects = evidence.learn_effects(recent, version.signature, self._families)
        amount = next((effect.per for effect in effects if effect.per), None)
        record = replace(evidence.record_of(runs), time=evidence.learn_time(recent, version.signature, amount))
        self.db.execute("DELETE FROM effects WHERE version = ?", [version.number])
        self.db.execute("DELETE FROM needs WHERE version = ?", [version.number])
        self.db.conn.executemany(
            "INSERT INTO effects (version, item, low, high, per, given, seen, against, family) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    version.number,
                    effect.item,
                    effect.low,
                    effect.high,
                    effect.per,
                    canonical(dict(effect.when)),
                    *(effect.seen, effect.against, effect.family),
                )
                for effect in effects
            ],
        )
        self.db.conn.executemany(
            "INSERT INTO needs VALUES (?, ?, ?, ?, ?)",
            [(version.number, need.kind, need.name, need.seen, need.of) for need in evidence.learn_needs(recent)],
        )
        return record, [run for run, row in zip(runs, rows, strict=True) if row[4] > (fell or 0)]

    def describe(self, name: str) -> None:
        """Rewrite what a skill is found by: its words (name taken apart, purpose, what it gives), its text."""
        skill = self.get(name)
        row = self.db.execute("SELECT id FROM skills WHERE library = ? AND name = ?", [self.name, name]).fetchone()
        contract = [effect.item for effect in skill.effects if effect.high > 0] + [*skill.current.primitives]
        self.db.execute("DELETE FROM skill_words WHERE rowid = ?", [row[0]])
        self.db.execute(
            "INSERT INTO skill_words (rowid, name, purpose, contract) VALUES (?, ?, ?, ?)",
            [row[0], f"{name} {apart(name)}", skill.current.purpose, " ".join(apart(word) for word in contract)],
        )
        if skill.retired:
            self.db.execute("DELETE FROM skill_texts WHERE id = ?", [row[0]])
            return
        items = sorted({effect.item for effect in skill.effects if effect.low > 0})
        # Only words that differ are written: a text that is rewritten has to be embedded again.
        self.db.execute(
            "INSERT INTO skill_texts VALUES (?1, ?2, 'skill', ?3) "
            "ON CONFLICT (id) DO UPDATE SET text = excluded.text WHERE text <> excluded.text",
            [row[0], self.name, spoken(name, skill.current.purpose, items)],
        )
