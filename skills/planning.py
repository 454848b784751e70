"""Plans from what is at hand to what is wanted, over the effects that skills were seen to have: no model is asked.

An AND/OR search: an item that is missing is an OR over the skills that bring it, a skill an AND over what it uses up
and must have at hand. The cheapest plan is the one with the least expected time, where a step that fails is tried
again. The odds of a plan are the product of its steps' odds with their uncertainty, since a skill that worked once is
not yet sure. Reads only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from skills.operators import Operator, Operators
from skills.skill import Effect

DEEPEST = 16
"""Longest chain of needs that is followed."""
MOST_CALLS = 8
"""How often one skill is called in a row for an amount that it has no parameter for."""
MOST_NODES = 4000
"""Looks at (item, inventory) pairs; after these the search takes the first way that works."""
_PASSES = 3


@dataclass(frozen=True)
class PlanStep:
    """One call of a skill, what it is for, and what to expect of it."""

    skill: str
    version: str
    args: Mapping[str, Any]
    item: str
    amount: int
    """How many of the item it brings, at the least."""
    ticks: float
    probability: float
    runs: int
    """How many runs the expectation rests on."""
    rung: str
    lacking: tuple[str, ...] = ()
    """What every success had at hand (a tool) or used up (a thing that its code has no word for, in few runs), and
    nothing is known to bring; it may do without them."""
    tried: float | None = None
    """The most that a run asked it for, where this step asks for more: nobody knows whether it works for so much."""


@dataclass(frozen=True)
class SkillPlan:
    """Steps to an item. Not `found` means that `missing` cannot be had by any skill that is known."""

    item: str
    count: int
    found: bool
    steps: tuple[PlanStep, ...] = ()
    ticks: float = 0.0
    """Expected game ticks if each step works at once."""
    probability: float = 1.0
    """Expected chance that every step works at once."""
    low: float = 1.0
    high: float = 1.0
    """Where that chance lies with 90 % certainty."""
    missing: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The plan as plain JSON."""
        data = asdict(self)
        data["steps"] = [{**step, "args": dict(step["args"])} for step in data["steps"]]
        return data


@dataclass(frozen=True)
class _Branch:
    """Steps taken so far, what is at hand after them, and what they cost."""

    have: Mapping[str, float]
    steps: tuple[PlanStep, ...] = ()
    cost: float = 0.0
    """Expected ticks with failed steps tried again."""


@dataclass
class _Search:
    operators: Operators
    nodes: int = 0
    dead_ends: set[str] = field(default_factory=set)
    given_up: int = 0
    """How often a way was left because another one is cheaper."""

    def reach(
        self, item: str, wanted: float, branch: _Branch, path: tuple[str, ...], limit: float = math.inf
    ) -> _Branch | None:
        """The cheapest branch that goes on from `branch` and has `wanted` of an item, if it costs less than `limit`."""
        missing = wanted - branch.have.get(item, 0)
        if missing <= 0:
            return branch
        self.nodes += 1
        options = self.operators.giving(item) if len(path) < DEEPEST else ()
        best: _Branch | None = None
        for operator in options:
            if operator.skill in path or (best is not None and self.nodes > MOST_NODES):
                continue
            reached = self._use(operator, item, missing, branch, path, best.cost if best else limit)
            if reached is not None and (best is None or reached.cost < best.cost):
                best = reached
        if not options:
            self.dead_ends.add(item)
        return best

    def _use(
        self, operator: Operator, item: str, missing: float, branch: _Branch, path: tuple[str, ...], limit: float
    ) -> _Branch | None:
        effect = operator.gain(item)
        assert effect is not None
        amount = max(1, math.ceil(missing / effect.low - 1e-9))
        calls = 1 if effect.per else amount
        if calls > MOST_CALLS:
            return None
        units = amount if effect.per else 1
        args = {**operator.args, effect.per: units} if effect.per else dict(operator.args)
        path = (*path, operator.skill)
        ticks = operator.time.of(units)
        for _ in range(calls):
            own = max(1.0, ticks) / (operator.worth(item) * operator.expected)
            if branch.cost + own >= limit:
                self.given_up += 1
                return None
            ready = self._ready(operator, units, branch, path, limit - own)
            if ready is None:
                return None
            branch, lacking = ready
            odds = operator.worth(item) * operator.expected / (operator.runs + 2) ** len(lacking)
            step = PlanStep(
                operator.skill,
                operator.version,
                args,
                item,
                _brought(effect, units),
                ticks,
                odds,
                operator.runs,
                operator.rung,
                lacking,
                operator.tried_below(units if effect.per else 0),
            )
            branch = _Branch(
                _after(operator, units, branch.have), (*branch.steps, step), branch.cost + max(1.0, ticks) / odds
            )
        return branch if branch.have.get(item, 0) > 0 else None

    def _ready(
        self, operator: Operator, units: float, branch: _Branch, path: tuple[str, ...], limit: float
    ) -> tuple[_Branch, tuple[str, ...]] | None:
        """The branch in which all that the operator uses up and needs is there, and what it may do without."""
        lacking: list[str] = []
        needs = consumed(operator, units)
        # Getting one thing may use up another: look again until all of it is there at the same time.
        for _ in range(_PASSES):
            untooled = [
                served for served in operator.tools if not any(branch.have.get(name, 0) >= 1 for name in served)
            ]
            untooled = [served for served in untooled if " or ".join(served) not in lacking]
            unmet = [(name, amount) for name, amount in needs.items() if branch.have.get(name, 0) < amount]
            unmet = [(name, amount) for name, amount in unmet if name not in lacking]
            if not untooled and not unmet:
                return branch, tuple(lacking)
            given_up = self.given_up
            for served in untooled:
                best: _Branch | None = None
                for name in served:
                    best = self.reach(name, 1, branch, path, best.cost if best else limit) or best
                if best is not None:
                    branch = best
                elif self.given_up > given_up:
                    return None
                else:
                    lacking.append(" or ".join(served))
            for name, amount in unmet:
                reached = self.reach(name, amount, branch, path, limit)
                if reached is not None:
                    branch = reached
                elif operator.needs(name) or self.given_up > given_up:
                    return None
                else:
                    lacking.append(name)
        return None


def plan(operators: Operators, item: str, count: int = 1, have: Mapping[str, int] | None = None) -> SkillPlan:
    """The cheapest known way to `count` more of an item (or of a family of items) from what is at hand."""
    target = operators.family(item)
    counted = {name: float(number) for name, number in operators.counted(have or {}).items()}
    search = _Search(operators)
    branch = search.reach(target, counted.get(target, 0) + count, _Branch(counted), ())
    if branch is None:
        return SkillPlan(item, count, False, missing=tuple(sorted(search.dead_ends or {target})))
    steps = _gathered(branch.steps, counted, target, counted.get(target, 0) + count, operators)
    probability, low, high = odds(steps, operators)
    return SkillPlan(item, count, True, steps, sum(step.ticks for step in steps), probability, low, high)


def _gathered(
    steps: tuple[PlanStep, ...], have: Mapping[str, float], target: str, wanted: float, operators: Operators
) -> tuple[PlanStep, ...]:
    """The plan with calls of one skill joined into its first where that works: one walk to the wood, not five."""
    place = 0
    while place < len(steps):
        first = steps[place]
        operator = _operator(first, operators)
        effect = operator.gain(first.item)
        same = [
            step
            for step in steps[place:]
            if (step.version, step.item) == (first.version, first.item)
            and _fixed(step, effect) == _fixed(first, effect)
        ]
        if effect is not None and effect.per and len(same) > 1:
            amount = sum(step.args[effect.per] for step in same)
            joined = replace(
                first,
                args={**first.args, effect.per: amount},
                amount=_brought(effect, amount),
                ticks=operator.time.of(amount),
                tried=operator.tried_below(amount),
                probability=min(step.probability for step in same),
            )
            rest = tuple(step for step in steps[place + 1 :] if step not in same)
            shorter = (*steps[:place], joined, *rest)
            if _works(shorter, have, target, wanted, operators):
                steps = shorter
        place += 1
    return steps


def _brought(effect: Effect, units: float) -> int:
    """How many of its item so many units of a skill bring, at the least."""
    return math.floor(effect.low * (units if effect.per else 1) + 1e-9)


def _fixed(step: PlanStep, effect: Effect | None) -> dict[str, Any]:
    return {name: value for name, value in step.args.items() if effect is None or name != effect.per}


def _operator(step: PlanStep, operators: Operators) -> Operator:
    found = operators.of(step.skill)
    return next((each for each in found if each.args.items() <= step.args.items() and each.gain(step.item)), found[0])


def _works(
    steps: tuple[PlanStep, ...], have: Mapping[str, float], target: str, wanted: float, operators: Operators
) -> bool:
    """Whether each step finds what it uses up and the tools that it had in the plan, and the target comes of it."""
    for step in steps:
        operator = _operator(step, operators)
        effect = operator.gain(step.item)
        units = step.args[effect.per] if effect is not None and effect.per else 1
        used = consumed(operator, units)
        if any(have.get(name, 0) < amount for name, amount in used.items() if name not in step.lacking):
            return False
        for served in operator.tools:
            if " or ".join(served) not in step.lacking and not any(have.get(name, 0) >= 1 for name in served):
                return False
        have = _after(operator, units, have)
    return have.get(target, 0) >= wanted


def consumed(operator: Operator, units: float) -> dict[str, int]:
    """What every success used up, for so many units, at its most: a run that had it and more."""
    return {
        effect.item: math.ceil(-effect.low * (units if effect.per else 1) - 1e-9)
        for effect in operator.effects
        if effect.high < 0
    }


def odds(steps: tuple[PlanStep, ...], operators: Operators) -> tuple[float, float, float]:
    """The chance that all steps work, and where it lies with 90 % certainty.

    Each version's rate is Beta distributed by its record; calls of one version share one rate. The product's mean and
    spread are exact, the interval is that of the Beta distribution's normal approximation, cut to [0, 1].
    """
    mean = square = 1.0
    calls: dict[str, list[PlanStep]] = {}
    for step in steps:
        calls.setdefault(step.version, []).append(step)
    for mine in calls.values():
        operator = operators.of(mine[0].skill)[0]
        a, b = operator.odds
        doubt = math.prod(step.probability / operator.expected for step in mine)
        mean *= doubt * _moment(a, b, len(mine))
        square *= doubt**2 * _moment(a, b, 2 * len(mine))
    spread = 1.645 * math.sqrt(max(0.0, square - mean**2))
    return mean, max(0.0, mean - spread), min(1.0, mean + spread)


def _moment(a: float, b: float, k: int) -> float:
    """E[p^k] of a Beta(a, b) distributed p."""
    return math.prod((a + i) / (a + b + i) for i in range(k))


def _after(operator: Operator, units: float, have: Mapping[str, float]) -> dict[str, float]:
    """What is at hand after a success, at its least; of what only some used up, half of the most."""
    left = dict(have)
    for effect in operator.effects:
        change = effect.low * (units if effect.per else 1)
        if effect.low > 0 or effect.high < 0:
            left[effect.item] = max(0.0, left.get(effect.item, 0) + math.floor(change + 1e-9))
        elif effect.high == 0:
            left[effect.item] = max(0.0, left.get(effect.item, 0) + math.trunc(change / 2))
    return left
