"""A proposer that people steer: what stands on the agenda comes first, what they forbade never comes.

A goal in words is planned once by the desk, and once more if a task of the plan fails; a goal that the game data knows
needs no plan. Whatever is left is for the proposer beneath.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agent.models.desk import Desk
from agent.roles import goals
from curriculum.agenda import Agenda, Entry
from curriculum.gamedata import GameData
from curriculum.proposal import Proposal, Proposer, Rejected, Situation, admit
from curriculum.task import Task

PLANS = 2
"""How often a goal in words is planned: at first, and again after a task of the plan failed."""
PASSED_OVER = 6
"""Forbidden proposals that are passed over in one search for a task."""


class Steered:
    """Proposer over an agenda, with another proposer beneath."""

    def __init__(
        self,
        journey: str,
        beneath: Proposer,
        agenda: Agenda,
        data: GameData,
        *,
        wish: str | None = None,
        desk: Desk | None = None,
        world: str = "minecraft",
    ) -> None:
        self.name = beneath.name
        self._journey, self._beneath, self._agenda, self._data = journey, beneath, agenda, data
        self._wish, self._desk, self._world = wish, desk, world

    @property
    def is_asked(self) -> bool:
        """Whether somebody set a task in this world, or wished for something, that is not done yet."""
        return self._wish is not None or any(each.standing == "open" for each in self._entries())

    def goal_reached(self, situation: Situation) -> bool:
        """Whether the goal was achieved: of a goal in words, whether every task of its plan passed."""
        if self._wish is None:
            return self._beneath.goal_reached(situation)
        plan = self._plan()
        return bool(plan) and all(each.standing in ("passed", "withdrawn") for each in plan)

    def propose(self, situation: Situation) -> Proposal | None:
        """The next open entry of the agenda that is possible, else the proposal from beneath; None if all is done."""
        vetoes = self._agenda.vetoes(self._journey)
        if self._wish is not None and not self._still_open():
            self._make_plan(situation)
        for entry in self._entries():
            if entry.standing != "open":
                continue
            refusal = self._forbidden(entry.task, vetoes) or admit(entry.task, situation, self._data)
            if refusal is None:
                return Proposal(entry.task)
            self._agenda.pass_over(self._journey, entry.entry, refusal.startswith("already so"))
        if self._wish is not None:
            return None
        return self._allowed(situation, vetoes)

    def plan(self, number: int) -> tuple[Entry, ...]:
        """The plan that the task of a number was set by, in order; nothing if it stands alone or was proposed."""
        entries = self._entries()
        name = next((each.plan for each in entries if each.number == number), "")
        return tuple(each for each in entries if name and each.plan == name and each.standing != "withdrawn")

    def taken(self, task: Task, number: int) -> None:
        """The loop took a task up under a number: note it, once, if it came from the agenda."""
        entries = self._entries()
        for entry in entries if all(each.number != number for each in entries) else ():
            if entry.standing == "open" and entry.task.id == task.id:
                self._agenda.take(self._journey, entry.entry, number)
                return

    def settled(self, number: int, passed: bool) -> None:
        """The task of a number ended."""
        self._agenda.settle(self._journey, number, passed)

    def _allowed(self, situation: Situation, vetoes: Mapping[str, str]) -> Proposal | None:
        """The first proposal from beneath that nobody forbade; a forbidden one counts as failed for this search."""
        rejected: list[Rejected] = []
        seen = situation
        for _ in range(PASSED_OVER):
            proposal = self._beneath.propose(seen)
            if proposal is None:
                return None
            refusal = self._forbidden(proposal.task, vetoes)
            if refusal is None:
                return Proposal(proposal.task, (*rejected, *proposal.rejected))
            task = proposal.task
            rejected.append(Rejected(task.item or task.goal, refusal))
            done = seen.progress.items | ({task.item} if task.item else set())
            members = set(self._data.expand(task.item)) if task.item and self._data.exists(task.item) else set()
            progress = replace(seen.progress, items=frozenset(done | members), done=seen.progress.done | {task.id})
            seen = replace(seen, progress=progress)
        return None

    def _forbidden(self, task: Task, vetoes: Mapping[str, str]) -> str | None:
        for subject in (task.id, task.item):
            if subject is not None and subject in vetoes:
                return f"forbidden: {vetoes[subject]}"
        return None

    def _entries(self) -> list[Entry]:
        """What stands on the agenda for this world, in order."""
        return [each for each in self._agenda.entries(self._journey) if each.task.world == self._world]

    def _plan(self) -> list[Entry]:
        """The entries of the newest plan of the wish."""
        entries = [each for each in self._entries() if each.plan.startswith("plan ")]
        newest = max((each.plan for each in entries), default="")
        return [each for each in entries if each.plan == newest]

    def _still_open(self) -> bool:
        plan = self._plan()
        return any(each.standing in ("open", "taken") for each in plan) or (
            bool(plan) and (self._plans() >= PLANS or all(each.standing != "failed" for each in plan))
        )

    def _plans(self) -> int:
        return len({each.plan for each in self._entries() if each.plan.startswith("plan ")})

    def _make_plan(self, situation: Situation) -> None:
        assert self._wish is not None
        assert self._desk is not None
        number = self._plans() + 1
        after = [f"- {each.task.goal} {each.standing}" for each in self._plan()]
        tasks = goals.plan(self._wish, situation.state, self._desk, self._data, after=after, number=number)
        for task in tasks:
            self._agenda.insert(self._journey, task, by=task.proposed_by, plan=f"plan {number}")
