"""Everything the nodes work with, built in one place (`agent.session`) and handed in. Holds; decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.brain import Brain
from agent.config import Budget, JourneyConfig
from agent.display import Reporter
from agent.known import known_items
from agent.models.calls import Calls
from agent.monitor import Monitor
from agent.oversight import Approvals, Ledger, Question
from agent.proving import Prover
from agent.roles.steered import Steered
from agent.staff import Staff
from agent.store import Store
from curriculum.book import TaskBook
from curriculum.gamedata import GameData
from curriculum.progress import Progress, fold
from curriculum.proposal import Situation
from curriculum.tree import Tree, deed
from envs.base import Env, Limits, Observation, Trials
from memory.episodic import Episodes
from memory.log import EventLog
from memory.recall import Recall
from memory.semantic import Semantic
from skills.graph import SkillGraph
from skills.library import Library
from skills.operators import Operators


@dataclass
class Reached:
    """What a journey has ever held and done, kept up with its events: the milestones follow from it."""

    items: set[str] = field(default_factory=set)
    deeds: set[tuple[str, str]] = field(default_factory=set)

    def note(self, observation: Mapping[str, Any], events: Iterable[Mapping[str, Any]]) -> None:
        """Take in how the world stands and what happened on the way."""
        self.items.update(name for name, count in observation.get("inventory", {}).items() if count > 0)
        for event in events:
            if done := deed(event):
                self.deeds.add(done)
                if done[0] == "gain":
                    self.items.add(done[1])


@dataclass
class Parts:
    """One session's parts. The clock gives real seconds since the journey began, over all sessions."""

    config: JourneyConfig
    budget: Budget
    store: Store
    log: EventLog
    episodes: Episodes
    semantic: Semantic
    recall: Recall
    library: Library
    graph: SkillGraph
    book: TaskBook
    data: GameData
    tree: Tree
    proposer: Steered
    brain: Brain
    env: Env
    limits: Limits
    operators: Operators
    """What proven skills are known to do, for planning without a brain."""
    report: Reporter
    seconds: Callable[[], float]
    calls: Calls
    """What models were asked, and what that cost."""
    staff: Staff
    approvals: Approvals
    ledger: Ledger
    monitor: Monitor
    stop: Callable[[], None]
    """Raises StopAsked once the journey was asked to stop."""
    asker: Callable[[Question], bool | None] | None
    """Asks the person at the terminal, if one is there."""
    prover: Prover | None = None
    """Trials between tasks; None where there are no trial worlds or none are wanted."""
    trials: Trials | None = None
    """Trial worlds beside the journey's own; None where its world has none."""
    reached: Reached = field(default_factory=Reached)
    session_iterations: int = 0
    session_started: float = 0.0
    losses: int = 0
    """How often a process of the world died in the run under way."""

    def situation(self, state: Observation, iteration: int) -> Situation:
        """What the proposer may look at."""
        return Situation(
            state=state,
            progress=self.progress(),
            known=known_items(self.library, self.data),
            goal=None if self.config.wish else self.config.goal,
            iteration=iteration,
            seed=self.config.seed,
        )

    def progress(self) -> Progress:
        """What is behind us."""
        return fold(self.book.attempts(self.config.name), self.reached.items, self.reached.deeds)

    def milestones(self) -> list[str]:
        """Names of the milestones reached so far, in the tree's order."""
        deeds = self.reached.deeds | {("gain", name) for name in self.reached.items}
        return [each.name for each in self.tree if not each.missing(deeds, self.data)]
