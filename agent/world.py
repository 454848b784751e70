"""One world of a journey with all that belongs to it alone: its env, its writer, its proposer, what counts there.

The loop knows worlds only through this: what is an inventory in one and a folder in another stays inside. A journey has
one of these for each world it plays in; the library, the memory and the curriculum are shared.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from agent.brain import Brain, Draft
from agent.proving import Prover
from agent.refactoring import Tidying
from agent.roles.steered import Steered
from agent.store import Iteration
from agent.uses import Uses
from curriculum.checks import Tags
from curriculum.progress import Attempt, Fingerprint
from curriculum.task import Task
from envs.base import Env, Observation, Trials
from memory.items import Item
from memory.semantic import Semantic
from skills.skill import Version

Deed = tuple[str, str]
"""A verb and what it was done to, as milestones know it: ('gain', 'oak_log'), ('solve', 'text')."""


@dataclass
class World(ABC):
    """What the loop asks a world."""

    name: ClassVar[str]
    language: ClassVar[str]
    """In which its programs are written."""

    env: Env
    brain: Brain
    proposer: Steered
    trials: Trials | None
    """Trial worlds beside the journey's own; None where there are none."""
    prover: Prover | None
    """Trials beside and between tasks; None where there are no trial worlds or none are wanted."""
    tidying: Tidying | None
    """Refactorings between tasks; None where nothing is proven, or where they wait for a person's word."""
    uses: Uses
    """Reads iterations as evidence about skills."""
    place: str
    """The world by name and seed, for evidence of where something worked."""
    tags: Tags
    """Names that stand for several things in checks."""

    def close(self) -> None:
        """Stop every process of the world, of its trials and of what looks at sources."""
        self.env.close()
        if self.tidying is not None:
            self.tidying.close()
        if self.trials is not None:
            self.trials.close()

    def look(self) -> Observation:
        """The world as a proposer looks at it."""
        return self.env.observe()

    @abstractmethod
    def known(self) -> frozenset[str]:
        """What the library's skills can bring about here, in the words of tasks' `item`."""

    @abstractmethod
    def attempts(self, settled: Iterable[Attempt]) -> Iterable[Attempt]:
        """Settled tasks of this world as its proposer looks at them."""

    @abstractmethod
    def fingerprint(self, seen: Observation) -> Fingerprint:
        """What decides whether trying a failed task again can end otherwise."""

    def begin(self, memory: Semantic, journey: str, now: float) -> None:
        """A journey begins here: take over what is known of this very world; nothing by default."""
        return

    @abstractmethod
    def ready(self, task: Task) -> None:
        """Make the world ready for a round of a task; one without a set-up finds it as it is."""

    def about(self, task: Task) -> tuple[str, ...]:
        """Things by whose names memory is asked about a task."""
        return (task.item.lstrip("#"),) if task.item else ()

    @abstractmethod
    def towards(self, task: Task) -> tuple[str, ...]:
        """Things on the way to a task, for which skills are looked up."""

    @abstractmethod
    def draft(self, task: Task, seen: Observation) -> Draft | None:
        """A program over proven skills that should do the task without asking any brain; None where there is none."""

    def holdings(self, seen: Mapping[str, Any]) -> Mapping[str, int]:
        """What is there to be counted: effects of skills are differences of it."""
        return self.uses.holdings(seen)

    def held(self, seen: Mapping[str, Any]) -> Iterable[Deed]:
        """What counts as gained because it is there, at the start of a session as after a run; nothing by default."""
        return ()

    def is_own_word(self, event: Mapping[str, Any]) -> bool:
        """Whether an event tells what a program itself said or wrote, which the world did not; never by default."""
        return False

    @abstractmethod
    def remember(
        self,
        memory: Semantic,
        task: Task,
        row: Iteration,
        events: Sequence[Mapping[str, Any]],
        episode: int,
        now: float,
    ) -> None:
        """Keep in memory what an iteration taught about this world."""

    def put_to_use(self, about: str, row: Iteration, events: Sequence[Mapping[str, Any]]) -> Callable[[Item], bool]:
        """Tells of a fact, place or lesson whether a run used it, by what the world's events show; none by default.

        `about` is the item of the run's task.
        """
        return lambda item: False

    @abstractmethod
    def deeds(self, task: Task, row: Iteration, events: Iterable[Mapping[str, Any]]) -> Iterable[Deed]:
        """What an iteration did that milestones may count."""

    @abstractmethod
    def repair(self, version: Version, reason: str) -> Task | None:
        """The task for which a version that lost its trust is to be written anew; None if nothing tells it."""
