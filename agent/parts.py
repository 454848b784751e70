"""Everything the nodes work with, built in one place (`agent.building`) and handed in. Holds; decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from agent.config import Budget, JourneyConfig
from agent.display import Reporter
from agent.loop_settings import LoopSettings
from agent.models.background import Background
from agent.models.calls import Calls
from agent.monitor import Monitor
from agent.oversight import Approvals, Ledger, Question
from agent.staff import Staff
from agent.state import State
from agent.store import Store
from agent.world import Deed, World
from curriculum.attention import Settled
from curriculum.book import TaskBook
from curriculum.gamedata import GameData
from curriculum.progress import Progress, fold
from curriculum.proposal import Situation
from curriculum.tree import Tree
from envs.base import Limits, Observation
from memory.episodic import Episodes
from memory.log import EventLog
from memory.recall import Recall
from memory.semantic import Semantic
from memory.working import Working
from skills.graph import SkillGraph
from skills.library import Library
from skills.search import Meaning


@dataclass
class Reached:
    """What a journey has ever held and done, kept up with its events: the milestones follow from it."""

    deeds: dict[Deed, None] = field(default_factory=dict)
    """In the order in which each was first done."""

    @property
    def items(self) -> set[str]:
        """Everything ever held."""
        return {what for verb, what in self.deeds if verb == "gain"}

    def note(self, deeds: Iterable[Deed]) -> None:
        """Take in what was done in one iteration; within it the order is that of the names."""
        self.deeds.update(dict.fromkeys(sorted(deeds)))


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
    working: Working
    library: Library
    graph: SkillGraph
    book: TaskBook
    data: GameData
    tree: Tree
    """The milestones of all worlds of the journey."""
    worlds: Mapping[str, World]
    """By name, in the order in which they were asked for."""
    limits: Limits
    report: Reporter
    seconds: Callable[[], float]
    calls: Calls
    """What models were asked, and what that cost."""
    staff: Staff
    background: Background | None
    """Asks models beside the loop, where any are asked."""
    approvals: Approvals
    ledger: Ledger
    monitor: Monitor
    stop: Callable[[], None]
    """Raises StopAsked once the journey was asked to stop."""
    asker: Callable[[Question], bool | None] | None
    """Asks the person at the terminal, if one is there."""
    meaning: Meaning | None = None
    """The route by which skills are found by what they mean, where it is on."""
    loop: LoopSettings = field(default_factory=LoopSettings.load)
    reached: Reached = field(default_factory=Reached)
    session_iterations: int = 0
    session_started: float = 0.0
    losses: int = 0
    """How often a process of the world died in the run under way."""

    def here(self, state: State) -> World:
        """The world of the task under way."""
        assert state["task"] is not None
        return self.worlds[state["task"]["world"]]

    def situation(self, world: World, seen: Observation, iteration: int) -> Situation:
        """What the proposer of a world may look at."""
        return Situation(
            state=seen,
            progress=self.progress(world),
            known=world.known(),
            goal=None if self.config.wish else self.config.goal,
            iteration=iteration,
            seed=self.config.seed,
        )

    def progress(self, world: World) -> Progress:
        """What is behind us in a world."""
        settled = world.attempts(self.book.attempts(self.config.name, world.name))
        return fold(settled, self.reached.items, self.reached.deeds)

    def settled(self) -> list[Settled]:
        """The tasks that ended, in order, with the iterations that each took."""
        found, before = [], 0
        for entry in self.book.entries(self.config.name):
            if entry.passed is not None and entry.ended is not None:
                about = entry.task.item or entry.task.id
                found.append(Settled(entry.task.world, about, entry.passed, entry.ended - before))
                before = entry.ended
        return found

    def milestones(self) -> list[str]:
        """Names of the milestones reached so far, in the tree's order."""
        return [each.name for each in self.tree if not each.missing(self.reached.deeds, self.data)]
