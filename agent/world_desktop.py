"""The desktop as a world of a journey: documents, programs, families of tasks.

Each round of a task begins at a desktop that is made ready for it, with the documents that its family and seed say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from agent import evidence
from agent.binding import bind
from agent.brain import Draft
from agent.config import JourneyConfig, home
from agent.store import Iteration, Store
from agent.world import Deed, World
from curriculum.desktop import Family, solved
from curriculum.progress import Attempt, Fingerprint
from curriculum.task import Task, from_json
from envs.base import Observation
from envs.desktop import DesktopEnv, DesktopSettings, view
from envs.desktop.desk import DeskSettings
from envs.desktop.view import ViewSocket
from memory import semantic
from memory.guard import quoted
from memory.semantic import Semantic
from skills.library import Library
from skills.reader import LibraryReader
from skills.skill import Skill, Version

LESSONS = ("not_found", "ambiguous", "not_showing", "disabled", "not_confirmed", "timeout")
"""Error codes that say something about the programs of a desktop, not about one program of ours."""
PROVEN = ("verified", "trusted")
REHEARSED_SEED = 2**30
"""Seed of the instance on which a skill that lost its trust is written anew, counted on by its uses."""


@dataclass
class Desktop(World):
    """Real programs on a real X server, in a sandbox."""

    name = "desktop"
    language = "python"

    env: DesktopEnv
    families: Mapping[str, Family]
    library: Library
    store: Store
    watched: ViewSocket | None = field(default=None)
    """Where people watch, if they may."""

    def close(self) -> None:
        """End the desktop, and its watching."""
        if self.watched is not None:
            self.watched.close()
        super().close()

    def look(self) -> Observation:
        """The programs that there are: each task begins at a desktop of its own, so nothing else matters."""
        return {"programs": list(self.env.programs)}

    def known(self) -> frozenset[str]:
        """Families for which the library has a skill that may be used."""
        return frozenset(home[0].item for _, home in self._homes() if home[0].item)

    def attempts(self, settled: Iterable[Attempt]) -> Iterable[Attempt]:
        """Under the name of the family, since no task of fresh content comes twice."""
        return (replace(each, task=each.item or each.task) for each in settled)

    def fingerprint(self, seen: Observation) -> Fingerprint:
        """The programs that there are and the families that are known."""
        return Fingerprint(tools=frozenset(seen["programs"]), skills=self.known())

    def ready(self, task: Task) -> None:
        """A fresh desktop with the documents of the task."""
        if task.setup is not None:
            made = self.families[task.setup["family"]].instance(task.setup["seed"])
            self.env.prepare(made.files, made.folders)

    def towards(self, task: Task) -> tuple[str, ...]:
        """Nothing: effects of desktop skills are kinds of documents, which say too little."""
        return ()

    def draft(self, task: Task, seen: Observation) -> Draft | None:
        """A call of the surest proven skill that was written for a task of this family, with this task's values."""
        known = [(skill, home) for skill, home in self._homes() if skill.rung in PROVEN and home[0].item == task.item]
        if not known:
            return None
        skill, (home, args) = max(known, key=lambda each: each[0].record.bound)
        note = f"written for tasks like this one, {skill.record.bound:.0%} sure at least"
        return Draft(skill.name, None, bind(args, home.values, task.values), note)

    def remember(
        self,
        memory: Semantic,
        task: Task,
        row: Iteration,
        events: Sequence[Mapping[str, Any]],
        episode: int,
        now: float,
    ) -> None:
        """What a program of the desktop did not do as it was asked to, with what was advised."""
        code, error = evidence.cause(row), row.error or {}
        if code not in LESSONS or not task.item:
            return
        advice = str(error.get("remedy") or (quoted(str(error["message"])) if error.get("message") else code))
        lesson = semantic.lesson(task.item, f"{task.item} ended with {code}", advice, at=now, evidence=[episode])
        kept = {key: error.get(key) for key in ("code", "message", "value")}
        data = {**lesson.data, "error": kept, "world": self.name}
        memory.add(replace(lesson, data=data), reason=f"iteration {row.iteration} failed")

    def deeds(self, task: Task, row: Iteration, events: Iterable[Mapping[str, Any]]) -> Iterable[Deed]:
        """What the task was about, if it passed."""
        if row.passed:
            yield from (("solve", name) for name in solved(task, self.families))

    def repair(self, version: Version, reason: str) -> Task | None:
        """A new instance of the family that the skill was written for."""
        home = home_case(self.library, self.store, version)
        family = self.families.get(home[0].item or "") if home else None
        if family is None:
            return None
        seed = REHEARSED_SEED + len(self.library.uses_of(version.hash, 1000))
        return replace(family.task(seed, "repair"), parents=(version.skill,),
                       proposed_by="library", reason=reason)  # fmt: skip

    def _homes(self) -> Iterator[tuple[Skill, tuple[Task, Mapping[str, Any]]]]:
        """The skills that were written for a desktop task, each with that task and its arguments."""
        for skill in self.library.all():
            home = home_case(self.library, self.store, skill.current)
            if home is not None:
                yield skill, home


def home_case(library: LibraryReader, store: Store, version: Version) -> tuple[Task, Mapping[str, Any]] | None:
    """The desktop task that a version, or one that it was made from, was written for, and the arguments that did it."""
    if version.language != Desktop.language:
        return None
    for each in library.origins(version):
        row = store.iteration(each.journey, each.iteration)
        if row is not None and row.passed and row.name == each.skill and row.task["world"] == Desktop.name:
            return from_json(row.task), row.args
    return None


def environment(config: JourneyConfig) -> DesktopEnv:
    """The desktop of a journey, with the programs that are installed."""
    desk = DeskSettings(server="Xvnc" if config.watch else "Xvfb")
    return DesktopEnv(DesktopSettings(home() / "worlds" / config.name / "desktop", config.seed, desk=desk))


def watching(config: JourneyConfig, env: DesktopEnv) -> ViewSocket | None:
    """The socket on which people may watch a journey's desktop, if it was begun for that."""
    if not config.watch:
        return None
    folder = home() / "worlds" / config.name
    folder.mkdir(parents=True, exist_ok=True)
    return ViewSocket(folder / view.SOCKET, env.view)


def playable(families: Mapping[str, Family], programs: Iterable[str]) -> dict[str, Family]:
    """The families whose programs are there."""
    there = set(programs)
    return {name: family for name, family in families.items() if there.issuperset(family.programs)}
