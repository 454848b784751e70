"""Minecraft as a world of a journey: inventories, recipes, places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent import memories_minecraft, sights, signs
from agent.brain import Draft
from agent.config import JourneyConfig, home
from agent.known import items_towards, known_items
from agent.known_goals import draft_for
from agent.store import Iteration
from agent.world import Deed, World
from curriculum import checks, progress
from curriculum.gamedata import GameData
from curriculum.progress import Attempt, Fingerprint
from curriculum.task import Task
from curriculum.tree import deed
from curriculum.ways import Mine
from envs.base import Env, Observation
from envs.knock import Address
from envs.minecraft import MinecraftEnv, MinecraftSettings
from envs.server import ServerEnv, ServerSettings
from memory.items import Item
from memory.notes import Notes
from memory.semantic import Semantic
from skills.library import Library
from skills.operators import Operators
from skills.skill import Version

ABOUT = 8
"""How many names memory is asked by."""


@dataclass
class Minecraft(World):
    """The embedded world, or somebody's server."""

    name = "minecraft"
    language = "javascript"

    data: GameData
    library: Library
    operators: Operators
    """What proven skills are known to do, for planning without a brain."""
    notes: Notes
    """What was read."""
    player: str
    """The name of the bot."""

    def known(self) -> frozenset[str]:
        """Items and '#tags' that some skill is for."""
        return known_items(self.library, self.data)

    def attempts(self, settled: Iterable[Attempt]) -> Iterable[Attempt]:
        """As they are."""
        return settled

    def fingerprint(self, seen: Observation) -> Fingerprint:
        """Tools, items, place, daylight."""
        return progress.fingerprint(seen, self.known())

    def begin(self, memory: Semantic, journey: str, now: float) -> None:
        """Where ores, portals and biomes are, if an earlier journey was in the same world."""
        sights.inherit(memory, journey, self.place, now)

    def ready(self, task: Task) -> None:
        """The world is as it is."""

    def about(self, task: Task) -> tuple[str, ...]:
        """The item, and the blocks under the ground that it is mined from or made of."""
        if task.item is None:
            return ()
        ways = [way for step in self.towards(task) if not step.startswith("#") for way in self.data.sources(step)]
        blocks = [self.data.blocks[way.block] for way in ways if isinstance(way, Mine)]
        deep = [block.name for block in blocks if block.levels is not None and not block.surface and block.effort > 1]
        return tuple(dict.fromkeys([task.item.lstrip("#"), *deep]))[:ABOUT]

    def towards(self, task: Task) -> tuple[str, ...]:
        """The item and what the way there leads through."""
        return items_towards(task.item, self.data) if task.item else ()

    def draft(self, task: Task, seen: Observation) -> Draft | None:
        """A plan over the effects of proven skills."""
        return draft_for(task, seen, self.operators)

    def held(self, seen: Mapping[str, Any]) -> Iterable[Deed]:
        """Whatever is in the inventory was gained."""
        return (("gain", name) for name, count in self.holdings(seen).items() if count > 0)

    def is_own_word(self, event: Mapping[str, Any]) -> bool:
        """What the bot said, or wrote on a sign."""
        return event["kind"] in ("chat", "sign") and event.get("player") == self.player

    def remember(
        self,
        memory: Semantic,
        task: Task,
        row: Iteration,
        events: Sequence[Mapping[str, Any]],
        episode: int,
        now: float,
    ) -> None:
        """Where things are, what was not to be found, what to do next time, what signs say."""
        memories_minecraft.remember(memory, task, row, events, episode, now)
        sights.remember(memory, row.journey, self.place, row, episode, now)
        signs.remember(self.notes, row.journey, row, now)

    def put_to_use(self, about: str, row: Iteration, events: Sequence[Mapping[str, Any]]) -> Callable[[Item], bool]:
        """Places that were dug at or gone to, and lessons of what was lacking that was come by."""
        traces = memories_minecraft.traces_of(row, events)
        return lambda item: memories_minecraft.used(item, traces, about)

    def deeds(self, task: Task, row: Iteration, events: Iterable[Mapping[str, Any]]) -> Iterable[Deed]:
        """What is held afterwards, and what the world's events tell of."""
        yield from self.held(row.after)
        yield from (done for event in events if (done := deed(event)))

    def repair(self, version: Version, reason: str) -> Task | None:
        """The task that the skill was written for, for the amount at which it failed."""
        if self.prover is None:
            return None
        failed = next((use.args for use in self.library.uses_of(version.hash, 20) if use.outcome == "failed"), {})
        check = self.prover.cases.wanted(version, failed)
        if check is None:
            return None
        wanted = check.to_json()
        return Task(checks.describe(check), check, "repair", wanted.get("item"), int(wanted.get("count", 1)),
                    (version.skill,), proposed_by="library", reason=reason)  # fmt: skip


def environment(config: JourneyConfig) -> Env:
    """The world of a journey: embedded, or on a server."""
    directory = home() / "worlds" / config.name
    if config.server:
        address = Address.parse(config.server)
        return ServerEnv(ServerSettings(address, directory, config.username, config.seed, config.sight))
    return MinecraftEnv(
        MinecraftSettings(
            directory,
            config.seed,
            sight=config.sight,
            assist=config.assist,
            speed=config.fastest,
            rules={"recipes": config.recipes} if config.recipes else {},
        )
    )
