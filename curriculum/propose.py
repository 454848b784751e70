"""Chooses the next task: reachable from what is known, new, learnable, and towards the goal while there is one.

Reads game data, the tree and a situation; asks no model and keeps no state: the same situation and seed always give
the same proposal. With a goal it walks the frontier of the plan that leads there; without one, or when the goal is
reached, it widens what is known, nearest things first. It never proposes what does not exist, what this world cannot
give, or what is already achieved, and it says why it chose and what it passed over.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from curriculum.checks import Gained, describe
from curriculum.gamedata import Craft, GameData, Kill, Mine, Rank, Smelt, Step, Way
from curriculum.goal import Goal, parse_goal
from curriculum.progress import fingerprint, is_day, retry_condition, waits_for
from curriculum.proposal import Proposal, Proposer, Rejected, Situation, admit
from curriculum.task import Task, TaskKind
from curriculum.tree import Milestone, Tree

__all__ = ["Goal", "Proposal", "Proposer", "Rejected", "Situation", "TechTreeProposer", "admit", "parse_goal"]

MOST_AT_ONCE = 16
"""A task asks for no more than this of one thing; more comes from doing it again."""
FULL = 20
"""Food level at which nothing can be eaten."""
UNWRITABLE = "no_plan"
"""Cause of a failure in which no program was run at all: trying again changes nothing until something else has."""
MOST_REJECTED = 8
"""How many passed-over candidates a proposal lists."""


@dataclass(frozen=True)
class _Candidate:
    task: Task
    rank: tuple[float, ...]
    why: str = ""


@dataclass
class _Choice:
    """What one call of `propose` gathers."""

    found: list[_Candidate] = field(default_factory=list)
    waiting: list[_Candidate] = field(default_factory=list)
    """Failed tasks for which nothing has changed yet; ranked by how often and how lately they failed."""
    rejected: list[Rejected] = field(default_factory=list)


class TechTreeProposer:
    """Proposes from the game data and the tree alone."""

    name = "tech tree"

    def __init__(self, data: GameData, tree: Tree) -> None:
        self.data = data
        self.tree = tree

    def goal_reached(self, situation: Situation) -> bool:
        """Whether the journey's goal has been achieved at some time; False without a goal."""
        if situation.goal is None:
            return False
        goal = parse_goal(situation.goal, self.data, self.tree)
        if goal.milestone:
            return not goal.milestone.missing(_deeds(situation), self.data)
        inventory = situation.state.get("inventory", {})
        return all(
            sum(inventory.get(name, 0) for name in self.data.expand(target)) >= goal.count
            or (goal.count == 1 and self._achieved(target, situation))
            for target in goal.targets
        )

    def propose(self, situation: Situation) -> Proposal | None:
        """The next task: the frontier of the way to the goal, else the nearest new thing."""
        choice = _Choice()
        if situation.goal and not self.goal_reached(situation):
            self._towards(parse_goal(situation.goal, self.data, self.tree), situation, choice)
        if not choice.found:
            self._breadth(situation, choice)
        if not choice.found:
            choice.found = sorted(choice.waiting, key=lambda candidate: candidate.rank)[:1]
        if not choice.found:
            return None
        best, *others = sorted(choice.found, key=lambda candidate: candidate.rank)
        passed_over = [Rejected(other.task.item or other.task.goal, f"later: {other.why}") for other in others]
        named = {each.item: each for each in [*choice.rejected, *passed_over] if each.item != best.task.item}
        return Proposal(best.task, tuple(named.values())[:MOST_REJECTED])

    # -- towards a goal

    def _towards(self, goal: Goal, situation: Situation, choice: _Choice) -> None:
        """Candidates among the steps of the plans to the goal's targets, and the goal itself when it is no thing."""
        inventory = situation.state.get("inventory", {})
        missing = goal.milestone.missing(_deeds(situation), self.data) if goal.milestone else goal.targets
        if goal.milestone and goal.milestone.verb != "gain":
            self._deed(goal.milestone, situation, choice)
            return
        for target in missing:
            self._frontier(goal, self.data.plan(target, goal.count, inventory), situation, choice)

    def _frontier(self, goal: Goal, steps: tuple[Step, ...], situation: Situation, choice: _Choice) -> None:
        """Candidates of one plan: steps whose needs are at hand or known to be gainable, the furthest known first."""
        wanted: dict[str, int] = {}
        for step in steps:
            family = self.tree.family(step.item, self.data)
            wanted[family] = wanted.get(family, 0) + step.count
        last = self.tree.family(steps[-1].item, self.data) if steps else ""
        for position, step in enumerate(steps):
            item = self.tree.family(step.item, self.data)
            if item in {candidate.task.item for candidate in choice.found}:
                continue
            if item != last and self._gainable(item, situation):
                continue
            lacking = self._lacking(step.way, step.count, situation)
            if lacking:
                choice.rejected.append(Rejected(item, f"needs {lacking} first"))
                continue
            kind: TaskKind = "milestone" if item == goal.name else "step"
            left = len(steps) - position - 1
            where = f"{left} {'step' if left == 1 else 'steps'} before {goal.name}" if left else "the goal itself"
            reason = f"{where}: {_way(step.way)}"
            count = min(MOST_AT_ONCE, wanted[item])
            self._offer(item, count, kind, reason, (goal.name,), (float(position),), situation, choice)

    def _deed(self, milestone: Milestone, situation: Situation, choice: _Choice) -> None:
        """A milestone that is something done: first the thing that it takes, then the deed itself."""
        check = milestone.check()
        for target in milestone.targets if milestone.verb in ("place", "eat") else ():
            if self.data.exists(target) and not self._owned(target, situation):
                steps = self.data.plan(target, 1, situation.state.get("inventory", {}))
                self._frontier(Goal(milestone.name, (target,)), steps, situation, choice)
        if choice.found:
            return
        task = Task(describe(check), check, "milestone", None, 1, (milestone.name,), proposed_by=self.name)
        self._weigh(task.because(f"milestone {milestone.name}"), (0.0,), situation, choice)

    # -- breadth

    def _breadth(self, situation: Situation, choice: _Choice) -> None:
        """Candidates for widening what is known: things one new step away, milestones of the tree before the rest."""
        have = self._free(situation)
        ranks = self.data.ranks(have)
        order = self._order(ranks, have)
        shown = set(have)
        for item, rank in sorted(ranks.items(), key=lambda pair: (pair[1].depth, pair[1].cost, pair[0])):
            family = self.tree.family(item, self.data)
            if item in shown or self._achieved(item, situation):
                continue
            if rank.depth > 1:
                if family in order and family not in shown:
                    shown.add(family)
                    choice.rejected.append(Rejected(family, f"{rank.depth} new steps away"))
                continue
            variant = family != item and self._achieved(family, situation)
            target = family if family != item and not variant else item
            if target in shown:
                continue
            shown.add(target)
            place = len(order) + 1 if variant else order.get(family, len(order))
            dice = _dice(situation, target)
            reason = f"new and one step from what is known: {_way(rank.way)}"
            self._offer(target, 1, "explore", reason, (), (place, rank.cost + 2 * dice, dice), situation, choice)
        for milestone in self.tree:
            if milestone.verb != "gain" and milestone.missing(_deeds(situation), self.data):
                self._deed_if_ready(milestone, situation, choice)

    def _deed_if_ready(self, milestone: Milestone, situation: Situation, choice: _Choice) -> None:
        """Offers a milestone that is a deed when what it takes is at hand: the thing, night, hunger."""
        takes: Mapping[str, tuple[str, ...]] = {
            "kill": tuple(name for name in self.data.items if name.endswith("_sword")),
            "place": milestone.targets,
            "eat": tuple(self.data.foods),
            "sleep": self.data.expand("#beds"),
        }
        if milestone.verb in ("kill", "sleep") and is_day(situation.state.get("time_of_day", 0)):
            return
        if milestone.verb == "eat" and situation.state.get("food", 0) >= FULL:
            return
        if any(self._owned(name, situation) for name in takes[milestone.verb]):
            check = milestone.check()
            place = float([each.name for each in self.tree].index(milestone.name))
            task = Task(describe(check), check, "milestone", None, 1, (milestone.name,), proposed_by=self.name)
            self._weigh(task.because(f"milestone {milestone.name}, ready now"), (place, 0.0, 0.0), situation, choice)

    def _order(self, ranks: Mapping[str, Rank], have: frozenset[str]) -> dict[str, int]:
        """The place of each item in the tree; a step on the way to a milestone has the milestone's place."""
        order: dict[str, int] = {}
        targets = [target for milestone in self.tree if milestone.verb == "gain" for target in milestone.targets]
        for place, target in enumerate(targets):
            order.setdefault(self.tree.family(target, self.data), place)
            members = [name for name in self.data.expand(target) if name in ranks]
            if members and not have.intersection(self.data.expand(target)):
                nearest = min(members, key=lambda name: ranks[name].cost)
                for name in self._first_steps(nearest, ranks, have):
                    order.setdefault(self.tree.family(name, self.data), place)
        return order

    def _first_steps(self, item: str, ranks: Mapping[str, Rank], have: frozenset[str]) -> Iterator[str]:
        """The items one step away that the cheapest way to `item` leads through."""
        if ranks[item].depth == 1:
            yield item
            return
        for need in self.data.needs(ranks[item].way):
            if not have.intersection(need.names):
                yield from self._first_steps(min(need.names, key=lambda n: _cost(n, ranks)), ranks, have)

    # -- shared

    def _offer(
        self,
        item: str,
        count: int,
        kind: TaskKind,
        reason: str,
        parents: tuple[str, ...],
        rank: tuple[float, ...],
        situation: Situation,
        choice: _Choice,
    ) -> None:
        check = Gained(item=item, count=count)
        task = Task(describe(check), check, kind, item, count, parents, proposed_by=self.name, reason=reason)
        self._weigh(task, rank, situation, choice)

    def _weigh(self, task: Task, rank: tuple[float, ...], situation: Situation, choice: _Choice) -> None:
        """Adds a task to the candidates unless it is impossible, done, or waits after a failure."""
        if refusal := admit(task, situation, self.data):
            choice.rejected.append(Rejected(task.item or task.goal, refusal))
            return
        if task.item is None and task.id in situation.progress.done:
            return
        failure = situation.progress.failures.get(task.id)
        if failure:
            now = fingerprint(situation.state, situation.known)
            again = retry_condition(failure, now, situation.iteration)
            if again is None:
                choice.rejected.append(Rejected(task.item or task.goal, waits_for(failure)))
                if failure.cause != UNWRITABLE:
                    last_resort = task.because(f"nothing else is left to try; {task.reason}")
                    choice.waiting.append(_Candidate(last_resort, (failure.count, failure.iteration), task.reason))
                return
            task = task.because(f"{again}; {task.reason}")
        choice.found.append(_Candidate(task, rank, task.reason))

    def _achieved(self, name: str, situation: Situation) -> bool:
        """Whether `name` (any member of a '#tag') was held at some time or is held now."""
        items = situation.progress.items
        return name in items or any(
            member in items or situation.state.get("inventory", {}).get(member, 0) for member in self.data.expand(name)
        )

    def _owned(self, name: str, situation: Situation) -> bool:
        return any(situation.state.get("inventory", {}).get(member, 0) for member in self.data.expand(name))

    def _gainable(self, name: str, situation: Situation) -> bool:
        """Whether the library knows how to gain `name`, or any member of it."""
        return bool({name, *self.data.expand(name)} & situation.known)

    def _lacking(self, way: Way, count: int, situation: Situation) -> str | None:
        """The first need of `way` that is neither at hand nor known to be gainable, in words."""
        inventory = situation.state.get("inventory", {})
        for need in self.data.needs(way, count):
            families = {self.tree.family(name, self.data) for name in need.names}
            if any(inventory.get(name, 0) >= need.count for name in need.names):
                continue
            if any(self._gainable(family, situation) for family in families):
                continue
            best = min(need.names, key=lambda name: self.data.depth(name) or 99)
            return self.tree.family(best, self.data)
        return None

    def _free(self, situation: Situation) -> frozenset[str]:
        """What costs nothing to plan with: the inventory, and all that known skills gain."""
        reachable_now = self.data.ranks()
        known = {
            member
            for name in situation.known
            if self.data.exists(name)
            for member in self.data.expand(name)
            if member in reachable_now
        }
        inventory = situation.state.get("inventory", {})
        return frozenset({name for name, count in inventory.items() if count > 0 and name in self.data.items} | known)


def _deeds(situation: Situation) -> set[tuple[str, str]]:
    held = {("gain", name) for name in situation.progress.items if not name.startswith("#")}
    held |= {("gain", name) for name, count in situation.state.get("inventory", {}).items() if count > 0}
    return held | set(situation.progress.deeds)


def _cost(name: str, ranks: Mapping[str, Rank]) -> float:
    return ranks[name].cost if name in ranks else math.inf


def _way(way: Way) -> str:
    if isinstance(way, Mine):
        return f"mine {way.block}"
    if isinstance(way, Craft):
        return f"craft from {', '.join(way.recipe.ingredients)}"
    if isinstance(way, Smelt):
        return f"smelt {way.input}"
    if isinstance(way, Kill):
        return f"kill {way.mob}"
    return f"use {way.hold} on {way.on}"


def _dice(situation: Situation, item: str) -> float:
    """A number in [0, 1) that depends on nothing but seed, iteration and item."""
    digest = hashlib.sha256(f"{situation.seed}:{situation.iteration}:{item}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
