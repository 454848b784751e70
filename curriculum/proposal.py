"""What a proposer sees and gives: a situation, a proposal with what was passed over, and the gate every task must pass.

Whoever proposes (the tech tree, a model, a person), `admit` refuses what is impossible or done already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from curriculum.checks import already_true, describe, reachable
from curriculum.gamedata import GameData
from curriculum.progress import Progress
from curriculum.task import Task


@dataclass(frozen=True)
class Situation:
    """All that a proposer may look at."""

    state: Mapping[str, Any]
    """The observation now."""
    progress: Progress
    known: frozenset[str] = frozenset()
    """Items and '#tags' that skills in the library gain."""
    goal: str | None = None
    """Where the journey shall lead: a milestone, item or '#tag', with an amount if wanted ('8 torch')."""
    iteration: int = 0
    seed: int = 0


@dataclass(frozen=True)
class Rejected:
    """A candidate that was passed over, and why."""

    item: str
    why: str

    def to_json(self) -> dict[str, str]:
        """The candidate as plain JSON."""
        return {"item": self.item, "why": self.why}


@dataclass(frozen=True)
class Proposal:
    """The next task and what was passed over for it; the task carries the reason."""

    task: Task
    rejected: tuple[Rejected, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The proposal as plain JSON."""
        return {"task": self.task.to_json(), "rejected": [each.to_json() for each in self.rejected]}


class Proposer(Protocol):
    """Whoever can say what to try next; a model may stand in for the tech tree, `admit` guards both."""

    name: str

    def propose(self, situation: Situation) -> Proposal | None:
        """The next task, or None when there is nothing left to try."""
        ...

    def goal_reached(self, situation: Situation) -> bool:
        """Whether the journey's goal has been achieved; False without a goal."""
        ...


def admit(task: Task, situation: Situation, data: GameData) -> str | None:
    """Why a task, whoever proposed it, must not be taken up: impossible, or done already. None: it may."""
    if reason := reachable(task.check, data):
        return reason
    if already_true(task.check, situation.state, data.tags):
        return f"already so: {describe(task.check)}"
    return None
