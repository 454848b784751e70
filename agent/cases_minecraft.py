"""Cases of Minecraft: worlds by seed, amounts that the writer did not try, no more than the kit that a skill needs.

Every other case begins from a situation that was captured in a world which the writer never saw, if another journey
was in one, or a trial of another skill ended in one, that has what the skill needs: some way from home, at any time of
the day, with whatever was carried then.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent.cases import Case, Cases
from agent.store import Store
from agent.uses_minecraft import MinecraftUses
from curriculum.checks import Ate, Check, Gained, Slept
from curriculum.gamedata import GameData
from curriculum.promises import promised
from curriculum.task import from_json
from envs.base import Beginning
from skills.evidence import defaults
from skills.library import Library
from skills.operators import Operators
from skills.planning import consumed
from skills.proofs import JOURNEY, Proofs, Trial
from skills.skill import Version
from skills.words import named

AMOUNTS = (1, 2, 3, 5, 4)
"""Counts to try, but for those that the writer tried."""
TOOLS = ("_pickaxe", "_axe", "_shovel", "_hoe", "_sword")
"""How names of tools end."""
HUNGRY = 16
"""Food level at which one can eat, and does not yet by oneself."""
EVENING = 12_600
"""Time of day (ticks) at which one can go to bed."""
MOST_SITUATIONS = 50
"""Captured situations that are looked through, of the newest: it is done between two tasks."""


class MinecraftCases(Cases):
    """Cases of skills in JavaScript."""

    world = "minecraft"
    language = "javascript"
    beside = True
    repeats = True
    from_elsewhere = True

    def __init__(self, library: Library, store: Store, data: GameData) -> None:
        super().__init__(library, store, MinecraftUses(library, data))
        self._data, self.tags, self._operators = data, data.tags, Operators(library)
        self._proofs = Proofs(library)

    def wanted(self, version: Version, args: Mapping[str, Any]) -> Check | None:
        """The check of the task that the skill was written for, for this amount.

        A version from elsewhere has no task: then what its name promises, or what it is known to bring by its name.
        """
        count = _units(args)
        for each in self.library.origins(version):
            row = self.store.iteration(each.journey, each.iteration)
            if row is not None and row.passed and row.name == each.skill:
                check = from_json(row.task).check
                return check.model_copy(update={"count": count}) if isinstance(check, Gained) else check
        if promise := promised(version.skill, count, self._data):
            return promise.check
        brought = [effect for effect in self.library.effects_of(version.hash) if effect.low > 0]
        own = named(version.skill, (effect.item for effect in brought))
        return next(
            (Gained(item=each.item, count=count if each.per else 1) for each in brought if each.item in own), None
        )

    def fresh(self, version: Version, number: int) -> Case | None:
        """A world, chances, an amount and a kit that follow from the version and the number."""
        digest = hashlib.sha256(f"{version.hash}:{number}".encode()).digest()
        seed = int.from_bytes(digest[:4], "big") >> 1
        args = self._args(version, number)
        check = self.wanted(version, args)
        if check is None:
            return None
        case = Case(Beginning(seed, number, self._kit(version, args), condition(check)), args, check)
        return (self._captured(version, case) if number % 2 else None) or case

    def again(self, version: Version, trial: Trial) -> Case | None:
        """The same world, chances and kit."""
        check = self.wanted(version, trial.args)
        if check is None:
            return None
        return Case(Beginning(trial.seed, trial.dice, trial.kit or {}, condition(check)), trial.args, check)

    def _captured(self, version: Version, case: Case) -> Case | None:
        """The same from a captured situation of another world, the same one for the same version and number."""
        home = self._proofs.situation_of(version.journey, version.iteration)
        if home is None:
            return None
        seen = {home[1], *(trial.seed for trial in self._proofs.trials_of(version.hash))}
        there = self._proofs.situations_elsewhere(seen, self.world, MOST_SITUATIONS)
        first = case.beginning.seed % max(1, len(there))
        for digest, seed, journey, iteration in [*there[first:], *there[:first]]:
            held = self._held(journey, iteration)
            if held is not None and all(held.get(item, 0) >= count for item, count in case.beginning.kit.items()):
                there_and_then = self._proofs.situation(digest)
                beginning = replace(case.beginning, seed=seed, kit={}, situation=there_and_then)
                return replace(case, beginning=beginning, situation=digest, elsewhere=True)
        return None

    def _held(self, journey: str, iteration: int) -> Mapping[str, int] | None:
        """What is carried in a captured situation: at the beginning of an iteration, at the end of a trial."""
        if journey == JOURNEY:
            return self._proofs.held_after(iteration)
        row = self.store.iteration(journey, iteration)
        return row.before.get("inventory", {}) if row else None

    def _args(self, version: Version, number: int) -> dict[str, Any]:
        uses = [use for use in self.library.uses_of(version.hash, 50) if use.outcome == "succeeded"]
        given = {name: value for name, value in uses[0].args.items() if not holds_a_place(value)} if uses else {}
        args = {**defaults(version.signature), **given}
        parameters = {parameter.name for parameter in version.signature.parameters}
        if "count" in parameters:
            seen = [use.args.get("count") for use in uses if use.setting != "fresh"]
            fresh = [amount for amount in AMOUNTS if amount not in seen]
            args["count"] = fresh[number % len(fresh)] if fresh else number + 1
        if "heading" in parameters:
            args["heading"] = (3 * number + 1) % 8
        return {name: value for name, value in args.items() if name in parameters}

    def _kit(self, version: Version, args: Mapping[str, Any]) -> dict[str, int]:
        """What every success had at hand before: tools and stations, and what it used up, for this amount.

        A version that never did it gets what the current one needs; where none ever did, what the last step takes to
        what its name promises, and the tools that its code speaks of.
        """
        kit: dict[str, int] = {}
        known = self._operators.of_version(version) or self._operators.of(version.skill)
        if not known and (promise := promised(version.skill, _units(args), self._data)):
            brought = promise.check.item if isinstance(promise.check, Gained) else None
            kit = {tool: 1 for tool in _tools(version.source) if tool != brought} | dict(promise.kit)
        for operator in known[:1]:
            for served in operator.tools:
                kit[served[0]] = max(1, kit.get(served[0], 0))
            kit.update(consumed(operator, _units(args)))
        return {item: min(count, 64) for item, count in kit.items() if item in self._data.items}


def condition(check: Check) -> dict[str, int]:
    """What the player and its world have to be like for a check to be possible at all: hungry, or late in the day."""
    if isinstance(check, Ate):
        return {"food": HUNGRY}
    return {"time": EVENING} if isinstance(check, Slept) else {}


def _tools(source: str) -> list[str]:
    """Tools that a source names, in order of the alphabet."""
    return sorted({word for word in re.findall(r"[a-z_]+", source) if word.endswith(TOOLS)})


def _units(args: Mapping[str, Any]) -> int:
    """How many a run is for; 1 where nothing says it in a number."""
    count = args.get("count", 1)
    return count if isinstance(count, int) and count > 0 else 1


def holds_a_place(value: Any) -> bool:
    """Whether an argument speaks of places, which mean something in the world that it was given in, and only there."""
    if isinstance(value, Mapping):
        return {"x", "z"} <= value.keys() or any(map(holds_a_place, value.values()))
    return isinstance(value, list | tuple) and any(map(holds_a_place, value))
