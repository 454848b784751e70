"""The offline brain of the desktop: explores programs, composes over observed effects, calls what worked before.

No model, no recipe for any family. What it knows is folded from past runs (`agent.desktop_planning`); asked for a
program, it calls what passed for this family, or composes the likeliest steps over known actions, or explores a
program that the task seems to be about. The same runs and the same request give the same draft.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agent.brain import Draft, WriteRequest
from agent.desktop_planning import source, survey, words
from agent.desktop_planning.candidates import Candidate, Program
from agent.desktop_planning.compose import Composer
from agent.desktop_planning.experience import Experience
from agent.desktop_planning.known import Known
from agent.desktop_planning.runs import Past
from agent.desktop_planning.steps import Open
from agent.desktop_planning.wish import Wish, wish
from agent.errors import BrainError

KEYS = ("ctrl+Home", "Home", "End", "ctrl+End", "ctrl+a")
"""Keys whose effect on the place of the cursor is found out."""
ENTRIES = 8
"""Entries that one exploration tries."""
EXPLORED = 3
"""Explorations of one program for the sake of one family."""
LIKELY = 1.0
"""Below this score a candidate is a guess, and exploring comes first while there is something near to explore."""


class DesktopPlanner:
    """Brain over past runs and the catalogue of programs."""

    name = "planner"
    mends = False

    def __init__(self, past: Past, programs: Sequence[Program]) -> None:
        self._past, self._programs = past, programs
        self._experience = Experience()

    def plan(self, request: WriteRequest) -> tuple[str, ...]:
        """Nothing: what to do is found by composing programs."""
        return ()

    def write(self, request: WriteRequest) -> Draft:
        """The next program; see the module's text. Raises BrainError when nothing is left to try."""
        if request.objection:
            raise BrainError(f"the planner's program was refused: {request.objection}")
        known = self._experience
        known.learn(self._past(known.last))
        task = request.task
        tried = {attempt.source for attempt in request.attempts} | {attempt.name for attempt in request.attempts}
        proven = known.proven(task.item, task.values, tried)
        if proven is not None:
            return self._again(request, proven.name, proven.source, proven.parameters)
        composer = Composer(Known(task.goal, task.values, request.observation, known.graph, self._programs))
        wanted = wish(task.check.to_json(), request.observation)
        found = composer.candidates(wanted)
        name = source.name_for(task.item or task.goal, frozenset(request.primitives))
        drafts = known.ranked(task.item, found, lambda each: self._written(name, request, each)[0], tried)
        best = drafts[0] if drafts else None
        explore = self._exploration(request, composer, wanted, best)
        if explore is not None:
            return explore
        if best is None:
            raise BrainError(f"the planner knows no way to: {request.check}")
        text, parameters = self._written(name, request, best)
        args = {each: task.values[each] for each in parameters}
        return Draft(name, text, args, f"{', '.join(best.programs)}: the likeliest of {len(drafts)} ways")

    def _written(self, name: str, request: WriteRequest, candidate: Candidate) -> tuple[str, list[str]]:
        return source.write(name, _purpose(request), candidate.steps, request.task.values)

    def _again(self, request: WriteRequest, name: str, text: str | None, parameters: Sequence[str]) -> Draft:
        """What passed before, with the new values: the library's skill if it is there, else its source."""
        args = {each: request.task.values[each] for each in parameters}
        in_library = request.code(name) is not None
        return Draft(name, None if in_library else text, args, f"{name} passed for such a task before")

    def _exploration(
        self, request: WriteRequest, composer: Composer, wanted: Wish, best: Candidate | None
    ) -> Draft | None:
        """A look around in a program, if what is known does not suffice for a good guess and there is more to see."""
        if best is not None and all(isinstance(step, Open) for step in best.steps):
            return None  # nothing in a menu is needed
        tried = self._experience.explorations(request.task.item or request.task.goal)
        untried = best.untried if best else ()
        likeliest = composer.known.ranked_programs(composer.about(wanted))[0][1].name
        for name in dict.fromkeys([*(best.programs if best else ()), likeliest]):
            place = self._experience.graph.place(name)
            if tried[name] >= EXPLORED:
                continue
            if not place.surveys:
                return self._survey(request, name, [], KEYS, ENTRIES)
            if name in composer.known.wants_keys and name == likeliest:
                return self._survey(request, name, [], KEYS, 0)
            near = [entry for program, entry in untried if program == name and entry.endswith("...")]
            if best is None or best.guess or best.score < LIKELY:
                near += composer.near(name)
            if near:
                return self._survey(request, name, list(dict.fromkeys(near))[:ENTRIES], (), ENTRIES)
        return None

    def _survey(self, request: WriteRequest, name: str, chosen: Sequence[str], keys: Sequence[str], most: int) -> Draft:
        """The program that explores these entries (none: so many that the goal speaks of) and keys of a program."""
        files: Mapping[str, Any] = request.observation.get("files", {})
        program = next(each for each in self._programs if each.name == name)
        named = [value for value in request.task.values.values() if isinstance(value, str) and value in files]
        file = next((path for path in named if _opens(program, path, files)), "")
        if "/" in program.opens:  # a folder with something in it shows more
            folders = {path.rpartition("/")[0] for path in files if "/" in path}
            file = next((folder for path in [*named, *folders] for folder in (path, path.rpartition("/")[0])
                         if folder in folders), "")  # fmt: skip
        args = {
            "program": name,
            "file": file,
            "words": words.told(request.task.goal, request.task.values.values())[:60],
            "chosen": list(chosen),
            "keys": list(keys) if file and "/" not in program.opens else [],
            "most": most,
        }
        what = f"{len(chosen)} entries" if chosen else "for the first time" if most else "where keys lead"
        return Draft(survey.NAME, survey.SOURCE.strip() + "\n", args, f"explores {name}: {what}", explores=True)


def _opens(program: Program, path: str, files: Mapping[str, Any]) -> bool:
    kind = "/" if files[path].get("kind") == "folder" else path.rpartition(".")[2]
    return kind in program.opens


def _purpose(request: WriteRequest) -> str:
    """The goal without its data."""
    goal = request.task.goal.split("\n")[0]
    for name, value in sorted(request.task.values.items(), key=lambda each: -len(str(each[1]))):
        for each in sorted(words.texts([value]), key=len, reverse=True):
            goal = re.sub(rf"(?<!\w){re.escape(each)}(?!\w)", name, goal)
    return goal.replace('"', "'").replace("\\", "/")[:150]
