"""The offline brain: plans over the game's recipes, the tool gates and known skills, and writes the program down.

No model, no network, no per-task scripts. A first try calls a known skill where one gains what the task wants;
otherwise it writes a new one. After a failure it folds the typed errors (of this task and of lessons) into the plan
and writes again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from agent import plan_source, planning
from agent.adjustments import Adjustments, adjust
from agent.brain import Draft, KnownSkill, WriteRequest
from agent.errors import BrainError
from agent.plan import Plan
from curriculum.errors import CurriculumError
from curriculum.gamedata import GameData

Gives = Callable[[str], Sequence[KnownSkill]]
"""Known skills that are for an item or a '#tag', surest first."""

MINIMUM_WORTH = 0.3
"""Below this expected success rate a skill is rewritten rather than called."""

PLACES = 4
"""How many remembered places of one block a program is given."""


class Planner:
    """Brain over game data and a way to ask the library who gains what."""

    name = "planner"
    mends = False

    def __init__(self, data: GameData, gives: Gives) -> None:
        self._data, self._gives = data, gives

    def plan(self, request: WriteRequest) -> tuple[str, ...]:
        """The skill that it would call, or the parts of the plan that it would write down, or why there is none."""
        try:
            way, count, _ = self._way(request)
        except (BrainError, CurriculumError) as error:
            return (str(error),)
        return (f"Call {way.name} for {count}.",) if isinstance(way, KnownSkill) else way.told()

    def write(self, request: WriteRequest) -> Draft:
        """The next program: a call of a known skill, or a new function; see the module's text."""
        draft = self._write(request)
        return replace(draft, heeded=tuple(self._heeded(request, draft)))

    def _heeded(self, request: WriteRequest, draft: Draft) -> Iterator[int]:
        """The documents of the lessons without which the draft would have been another."""
        for lesson in request.lessons:
            if not lesson.get("error"):
                continue
            others = tuple(each for each in request.lessons if each is not lesson)
            try:
                without = self._write(replace(request, lessons=others))
            except BrainError:
                without = None
            if without != draft:
                yield lesson["document"]

    def _write(self, request: WriteRequest) -> Draft:
        if request.objection:
            raise BrainError(f"the planner's program was refused: {request.objection}")
        way, count, adjustments = self._way(request)
        if isinstance(way, Plan):
            return self._draft(request, way, count, adjustments)
        target, _ = self._wanted(request, request.task.check.to_json())
        note = f"{way.name} is known to bring {planning.words(target)}"
        return Draft(way.name, None, self._args(way.parameters, count, adjustments, request, target), note)

    def _way(self, request: WriteRequest) -> tuple[KnownSkill | Plan, int, Adjustments]:
        """What to call or to write, for how many, and what earlier failures ask of it."""
        wanted = request.task.check.to_json()
        kind = str(wanted.get("kind"))
        errors = [dict(attempt.error) for attempt in request.attempts if attempt.error]
        lessons = [dict(lesson["error"]) for lesson in request.lessons if lesson.get("error")]
        adjustments = adjust(lessons, errors)
        deed = planning.deed(kind, wanted, self._data, self._skill_for, adjustments)
        if deed is not None:
            return deed, int(wanted.get("count", 1)), adjustments
        target, count = self._wanted(request, wanted)
        known = self._skill_for((target,))
        if known is not None and not errors:
            return known, count, adjustments
        return (
            planning.plan_for(target, self._data, self._skill_for_except(known, errors), adjustments),
            count,
            adjustments,
        )

    def _wanted(self, request: WriteRequest, wanted: Mapping[str, Any]) -> tuple[str, int]:
        """What must be gained for the check: the item or '#tag' and how many more."""
        target = wanted.get("item") or wanted.get("block") or request.task.item
        if not isinstance(target, str):
            raise BrainError(f"the planner knows no way to: {request.check}")
        count = int(wanted.get("count", request.task.count))
        if wanted.get("kind") == "has":
            inventory = request.observation.get("inventory", {})
            count -= sum(inventory.get(name, 0) for name in self._data.expand(target))
        return target, max(1, count)

    def _draft(self, request: WriteRequest, plan: Plan, count: int, adjustments: Adjustments) -> Draft:
        source = plan_source.write(plan)
        tries = len(request.attempts)
        note = plan.purpose if not tries else f"{plan.purpose} (try {tries + 1}, after {request.attempts[-1].outcome})"
        parameters = [name for name in ("count", "heading", "places") if f"options.{name}" in source]
        return Draft(plan.name, source, self._args(parameters, count, adjustments, request, plan.target), note)

    def _args(
        self,
        parameters: Collection[str],
        count: int,
        adjustments: Adjustments,
        request: WriteRequest,
        target: str,
    ) -> dict[str, Any]:
        places = remembered(request, planning.mined_from(target, self._data)) if "places" in parameters else {}
        given = {"count": count, "heading": adjustments.heading % 8, "places": places}
        return {name: value for name, value in given.items() if name in parameters and value != {}}

    def _skill_for(self, names: tuple[str, ...]) -> KnownSkill | None:
        """A skill worth calling for one of `names`, in their order."""
        return next((skill for name in names for skill in self._gives(name) if skill.worth >= MINIMUM_WORTH), None)

    def _skill_for_except(self, known: KnownSkill | None, errors: Sequence[Mapping[str, Any]]) -> planning.SkillFor:
        """Like `_skill_for`, without the skill that is being rewritten and without those in which an error arose."""
        barred = {known.name} if known else set()
        barred |= {str(error["skill"]) for error in errors if error.get("skill")}

        def skill_for(names: tuple[str, ...]) -> KnownSkill | None:
            skills = (skill for name in names for skill in self._gives(name))
            return next((each for each in skills if each.name not in barred and each.worth >= MINIMUM_WORTH), None)

        return skill_for


def remembered(request: WriteRequest, blocks: Collection[str]) -> dict[str, list[dict[str, float]]]:
    """Places of some blocks among what was recalled, by the block's name, nearest first."""
    here = request.observation.get("position") or {"x": 0, "y": 0, "z": 0}
    places: dict[str, list[dict[str, float]]] = {}
    for each in request.lessons:
        place = each.get("place")
        if place and place["block"] in blocks:
            places.setdefault(place["block"], []).append({axis: place[axis] for axis in "xyz"})

    def far(place: Mapping[str, float]) -> float:
        return math.dist([place[axis] for axis in "xyz"], [here[axis] for axis in "xyz"])

    return {block: sorted(found, key=far)[:PLACES] for block, found in sorted(places.items())}
