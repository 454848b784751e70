"""The job `consolidate`: from episodes to what they have in common, in levels that each point to what they came from.

Level 1 is a task that took several rounds, level 2 a goal over all journeys, level 3 a stretch of one journey. Beside
them: how an error was mended, what never worked, which skill serves which goal. No model is asked: counts and the
episodes' own words. Episodes stay as they are; everything written here links back to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from memory import documents, guard
from memory.db import atomic
from memory.episodic import Episode, Episodes, plain
from memory.errors import Refused
from memory.items import Item
from memory.jobs import Cursor, Step
from memory.semantic import Semantic
from memory.signature import signature

CHAPTER = 25
"""Episodes of a journey in one level-3 summary."""
GIVEN_UP = 3
"""Failures with one signature, and no success, after which it is worth saying that it does not work."""


class Consolidate:
    """Works through new episodes, oldest first."""

    name = "consolidate"

    def waiting(self, db: Database, cursor: Cursor, now: float) -> int:
        """Episodes that were not looked at yet."""
        return int(db.execute("SELECT count(*) FROM episodes WHERE id > ?", [cursor.get("episode", 0)]).fetchone()[0])

    def step(self, db: Database, cursor: Cursor, now: float, limit: int) -> Step:
        """Draw conclusions from the next episodes, one at a time, so that the size of a step changes nothing."""
        last = cursor.get("episode", 0)
        ids = [
            id
            for (id,) in db.execute(
                "SELECT id FROM episodes WHERE id > ? ORDER BY id LIMIT ?", [last, limit]
            ).fetchall()
        ]
        episodes = Episodes(db)
        skipped = []
        for id in ids:
            episode = episodes.by_id(id)
            tally(db, episode)
            try:
                with atomic(db):
                    _Conclusions(db, episode).draw()
            except Refused as refusal:  # One of which nothing can be concluded must not keep out all that follow.
                skipped.append(f"nothing is concluded from episode {id}: {refusal}")
        return Step({"episode": ids[-1] if ids else last}, len(ids), len(ids) == limit, skipped=(*skipped,))


def tally(db: Database, episode: Episode) -> None:
    """Count an episode in the numbers that conclusions are drawn from; they can be made anew from all episodes."""
    db.conn.executemany(
        "INSERT INTO tallies VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1", tallies_of(episode)
    )


def tallies_of(episode: Episode) -> list[tuple[str, str]]:
    """(subject, name) of the numbers that an episode counts in."""
    counted = [(f"chapter {episode.journey}", "episodes")]
    if episode.outcome == "passed":
        counted += [(f"goal {episode.kin}", "passed")]
        counted += [(f"skill {skill}", episode.kin) for skill in episode.skills]
    else:
        counted += [(f"goal {episode.kin}", f"failed: {episode.cause or 'not_done'}")]
        if episode.cause:
            counted += [(f"failure {episode.kin} {signature(episode.cause, episode.message)}", "count")]
    return sorted(counted)


class _Conclusions:
    """What one more episode adds to what is known."""

    def __init__(self, db: Database, episode: Episode) -> None:
        self.db, self.episode = db, episode
        self.semantic = Semantic(db)

    def draw(self) -> None:
        rounds = self._rounds()
        if len(rounds) > 1:
            self._task(rounds)
        failed = [each for each in rounds if each.outcome == "failed"]
        if self.episode.outcome == "passed":
            if failed:
                self._mended(failed[-1])
            for skill in self.episode.skills:
                self._procedure(skill)
        else:
            self._unmended()
        self._goal()
        self._chapter()

    def _rounds(self) -> list[Episode]:
        """The episodes of the same task up to this one."""
        episode = self.episode
        found = Episodes(self.db).find(episode.journey, task=episode.task, up_to=episode.id, limit=32)
        return [*reversed(found)]

    def _task(self, rounds: Sequence[Episode]) -> None:
        causes = [each.cause for each in rounds if each.cause]
        passed = rounds[-1].outcome == "passed"
        gained = (
            ", ".join(f"{count:+d} {guard.named(name)}" for name, count in rounds[-1].gained.items()) if passed else ""
        )
        text = f"{plain(rounds[0].goal)}: {'passed' if passed else 'not passed'} in round {len(rounds)}"
        text += f", after {_listed(causes)}" if causes else ""
        text += f"; {gained}" if gained else ""
        data = {"level": 1, "task": self.episode.task, "goal": rounds[0].kin, "rounds": len(rounds), "passed": passed}
        self._keep(
            "summary",
            rounds[0].kin,
            text,
            data,
            scope=self.episode.journey,
            slot=f"task {self.episode.task}",
            evidence=[each.id for each in rounds],
        )

    def _mended(self, failed: Episode) -> None:
        """How an error was mended: found again by its signature, in whichever world it happens."""
        assert failed.cause is not None
        episode, shape = self.episode, signature(failed.cause, failed.message)
        new = [name for name in episode.skills if name not in failed.skills]
        how = f"it worked with {', '.join(new)}" if new else "it worked when tried again"
        if failed.program and episode.program and failed.program != episode.program:
            how = f"a changed program mended it{f', with {_listed(new)}' if new else ''}"
        data = {
            "signature": shape,
            "goal": episode.kin,
            "code": failed.cause,
            "failed": failed.program,
            "mended": episode.program,
            "skills": sorted(episode.skills),
            "trigger": f"{plain(episode.kin)} fails with {_error(failed)}",
            "advice": how,
        }
        slot = f"mended {episode.kin} {shape}"
        text = f"When {data['trigger']}: {how}"
        known = self.semantic.answer("lesson", slot, "")
        if known is not None:
            self.semantic.update(
                known.id,
                at=episode.at,
                reason="mended again",
                data=data,
                evidence=[failed.id, episode.id],
                confidence=_belief(len(known.evidence) // 2 + 1),
                state="active",
            )
            return
        evidence = [failed.id, episode.id]
        lesson = _item("lesson", failed.cause, text, data, "", slot, evidence, episode.at, world=episode.world)
        hopeless = self.semantic.answer("lesson", f"unmended {episode.kin} {shape}", "")
        if hopeless is not None:
            self.semantic.supersede(hopeless.id, lesson, reason=f"mended in iteration {episode.iteration}")
        else:
            self.semantic.add(lesson, reason=f"mended in iteration {episode.iteration}")

    def _unmended(self) -> None:
        episode = self.episode
        if not episode.cause:
            return
        shape = signature(episode.cause, episode.message)
        times = self._count(f"failure {episode.kin} {shape}", "count")
        if times < GIVEN_UP or not _worth_saying(times) or self._was_mended(f"mended {episode.kin} {shape}"):
            return
        trigger = f"{plain(episode.kin)} is tried"
        advice = f"try again as before: {times} times it failed with {_error(episode)}"
        text = f"When {trigger}: never {advice}, and is not mended yet"
        data = {"signature": shape, "goal": episode.kin, "code": episode.cause, "times": times, "unmended": True}
        data |= {"trigger": trigger, "advice": advice, "never": True}
        self._keep("lesson", episode.cause, text, data, slot=f"unmended {episode.kin} {shape}", evidence=[episode.id])

    def _was_mended(self, slot: str) -> bool:
        """Whether it is known to have been mended, even if a person took back how."""
        if self.semantic.answer("lesson", slot, "") is not None:
            return True
        return bool(self.semantic.put_away("lesson", "", slot))

    def _procedure(self, skill: str) -> None:
        """A link into the skill graph: this skill serves that goal."""
        times = self._count(f"skill {skill}", self.episode.kin)
        if not _worth_saying(times):
            return
        goals = self._tallies(f"skill {skill}")
        best = sorted(goals, key=lambda goal: (-goals[goal], goal))[:8]
        told = "; ".join(f"{plain(goal)} ({_times(goals[goal])})" for goal in best)
        text = f"skill {skill} serves: {told}"
        data = {"skills": [skill], "version": self.episode.skills[skill], "goals": {goal: goals[goal] for goal in best}}
        self._keep("procedure", skill, text, data, slot=f"procedure {skill}", evidence=[self.episode.id])

    def _goal(self) -> None:
        episode = self.episode
        counts = self._tallies(f"goal {episode.kin}")
        total = sum(counts.values())
        if total < 2 or not _worth_saying(total):
            return
        passed = counts.pop("passed", 0)
        causes = sorted(counts, key=lambda name: (-counts[name], name))
        text = f"{plain(episode.kin)}: {passed} of {total} programs passed"
        text += f"; {', '.join(f'{counts[name]} {name}' for name in causes[:5])}" if causes else ""
        data = {"level": 2, "goal": episode.kin, "passed": passed, "total": total, "failures": counts}
        slot = f"goal {episode.kin}"
        self._keep("summary", episode.kin, text, data, slot=slot, evidence=self._tried(slot), sources=self._of_goal())

    def _chapter(self) -> None:
        episode = self.episode
        number = self._count(f"chapter {episode.journey}", "episodes")
        if number % CHAPTER:
            return
        stretch = Episodes(self.db).find(episode.journey, up_to=episode.id, limit=CHAPTER)[::-1]
        done = list(dict.fromkeys(plain(each.goal) for each in stretch if each.outcome == "passed"))
        causes = [each.cause for each in stretch if each.cause]
        text = f"iterations {stretch[0].iteration} to {episode.iteration}: did {_listed(done) or 'nothing'}"
        text += f"; {len(causes)} failed ({_listed(causes)})" if causes else ""
        data = {"level": 3, "from": stretch[0].iteration, "to": episode.iteration}
        parts = self._of_tasks({each.task for each in stretch})
        slot = f"chapter {number // CHAPTER}"
        evidence = [each.id for each in stretch]
        worlds = {each.world for each in stretch}
        self._keep(
            "summary",
            "journey",
            text,
            data,
            scope=episode.journey,
            slot=slot,
            evidence=evidence,
            sources=parts,
            world=episode.world if len(worlds) == 1 else "",
        )

    # -- shared

    def _keep(
        self,
        kind: Any,
        subject: str,
        text: str,
        data: Mapping[str, Any],
        *,
        scope: str = "",
        slot: str,
        evidence: Sequence[int] = (),
        sources: Sequence[int] = (),
        world: str | None = None,
    ) -> None:
        """Say it for the first time, or say it better. It is about the episode's kind of world, unless told."""
        known, at = self.semantic.answer(kind, slot, scope), self.episode.at
        reason = f"iteration {self.episode.iteration} of {self.episode.journey}"
        if known is None:
            world = self.episode.world if world is None else world
            item = _item(kind, subject, text, data, scope, slot, evidence, at, sources, world)
            self.semantic.add(item, reason=reason)
            return
        self.semantic.update(
            known.id,
            at=at,
            reason=reason,
            text=text,
            data=data,
            evidence=evidence,
            sources=sources,
            state="active",
            confidence=_belief(len({*known.evidence, *evidence})),
        )

    def _of_goal(self) -> list[int]:
        """The newest task summaries of this goal, in all journeys."""
        rows = self.db.execute(
            "SELECT id FROM items WHERE kind = 'summary' AND subject = ? AND scope <> '' AND valid_to IS NULL "
            "AND state IN ('generated', 'active') ORDER BY id DESC LIMIT 20",
            [self.episode.kin],
        )
        return sorted(id for (id,) in rows)

    def _tried(self, slot: str) -> list[int]:
        """The episodes of this goal, in all journeys, that its summary does not yet point to."""
        known, kin = self.semantic.answer("summary", slot, ""), self.episode.kin
        last = max(known.evidence, default=0) if known else 0
        rows = [
            id
            for scope in documents.scopes_of(self.db, "goal", kin)
            for (id,) in self.db.execute(
                "SELECT episodes.id FROM marks CROSS JOIN documents ON documents.id = document "
                "CROSS JOIN episodes ON episodes.id = ref WHERE kind = 'goal' AND value = ?1 AND marks.scope = ?2 "
                "AND layer = 'happened' AND tier = 'episode' AND episodes.id > ?3 AND episodes.id <= ?4 "
                "AND iif(family = '', goal, family) = ?1",
                [kin, scope, last, self.episode.id],
            ).fetchall()
        ]
        return sorted(rows)

    def _of_tasks(self, tasks: set[str]) -> list[int]:
        """The summaries of some tasks of this journey."""
        found = [self.semantic.answer("summary", f"task {task}", self.episode.journey) for task in sorted(tasks)]
        return sorted(item.id for item in found if item is not None)

    def _count(self, subject: str, name: str) -> int:
        return self._tallies(subject).get(name, 0)

    def _tallies(self, subject: str) -> dict[str, int]:
        return dict(self.db.execute("SELECT name, count FROM tallies WHERE subject = ? ORDER BY name", [subject]))


def _item(
    kind: Any,
    subject: str,
    text: str,
    data: Mapping[str, Any],
    scope: str,
    slot: str,
    evidence: Sequence[int],
    at: float,
    sources: Sequence[int] = (),
    world: str = "",
) -> Item:
    return Item(
        kind,
        subject,
        text,
        scope,
        data,
        tuple(sorted(set(evidence))),
        at,
        state="generated",
        slot=slot,
        confidence=_belief(len(evidence)),
        origin="consolidate",
        sources=tuple(sorted(set(sources))),
        world=world,
    )


def _error(episode: Episode) -> str:
    """The code of a failure, and what the error said as data: it can repeat whatever was there."""
    return f"{episode.cause} ({guard.quoted(episode.message)})" if episode.message else str(episode.cause)


def _belief(evidence: int) -> float:
    """How firmly something is held: the rule of succession."""
    return (evidence + 1) / (evidence + 2)


def _times(count: int) -> str:
    """How often, in words."""
    return "once" if count == 1 else f"{count} times"


def _worth_saying(count: int) -> bool:
    """A count is worth writing again when it grew by about a fifth: often at first, seldom later."""
    return count <= 5 or int(6 * _log2(count)) != int(6 * _log2(count - 1))


def _log2(count: int) -> float:
    """log2 by its exact binary length and the rest, the same on every machine."""
    length = count.bit_length() - 1
    return length + (count / (1 << length) - 1)


def _listed(names: Sequence[str | None]) -> str:
    """Names with how often each came, commonest first: 'a x2, b'."""
    counts: dict[str, int] = {}
    for name in names:
        if name:
            counts[name] = counts.get(name, 0) + 1
    ordered = sorted(counts, key=lambda name: -counts[name])[:8]
    return ", ".join(f"{name} x{counts[name]}" if counts[name] > 1 else name for name in ordered)
