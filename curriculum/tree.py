"""The tech tree as data: named milestones and the families of items that differ only in wood, colour or stone.

Reads data/minecraft_tree.toml; order in the file is order of the tree. What leads to what is not written there: the
game data knows it. This module never decides what to do next.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Literal

from curriculum.checks import All, Ate, Check, Gained, Killed, Placed, Slept
from curriculum.errors import BadData, UnknownName
from curriculum.gamedata import GameData

Verb = Literal["gain", "kill", "place", "eat", "sleep", "solve"]
VERBS: tuple[Verb, ...] = ("gain", "kill", "place", "eat", "sleep", "solve")
ANY = "any"
"""Target of a verb that is content with anything."""

DEEDS: Mapping[str, tuple[Verb, str]] = {
    "crafted": ("gain", "item"),
    "smelted": ("gain", "item"),
    "picked_up": ("gain", "item"),
    "took": ("gain", "item"),
    "killed": ("kill", "mob"),
    "placed": ("place", "block"),
    "ate": ("eat", "item"),
    "slept": ("sleep", ""),
}
"""World events that tell of a deed: the verb, and the field of the event that names what."""


def deed(event: Mapping[str, Any]) -> tuple[Verb, str] | None:
    """What a world event says was done and to what (('gain', 'oak_log')), or None if it tells of no deed."""
    if event["kind"] not in DEEDS:
        return None
    verb, key = DEEDS[event["kind"]]
    return verb, event[key] if key else ANY


@dataclass(frozen=True)
class Milestone:
    """A named point of the tree: reached when `verb` has been done to each of `targets`, at any time in a journey."""

    name: str
    verb: Verb
    targets: tuple[str, ...]
    headline: bool = False

    def missing(self, done: Collection[tuple[str, str]], data: GameData) -> tuple[str, ...]:
        """The targets that the deeds so far do not cover; empty when the milestone is reached."""
        return tuple(target for target in self.targets if not any(self._covers(target, act, data) for act in done))

    def _covers(self, target: str, act: tuple[str, str], data: GameData) -> bool:
        verb, what = act
        if verb != self.verb:
            return False
        return target in (ANY, what) or (target.startswith("#") and what in data.expand(target))

    def check(self) -> Check:
        """The machine check of a task for this milestone."""
        checks = [self._check(target) for target in self.targets]
        return checks[0] if len(checks) == 1 else All(checks=tuple(checks))

    def _check(self, target: str) -> Check:
        if self.verb == "gain":
            return Gained(item=target)
        if self.verb == "kill":
            return Killed(mob=target)
        if self.verb == "place":
            return Placed(block=target)
        if self.verb == "eat":
            return Ate(item=None if target == ANY else target)
        if self.verb == "sleep":
            return Slept()
        raise BadData(f"what it takes to {self.verb} {target} is said by its families")


@dataclass(frozen=True)
class Tree:
    """All milestones in order, and the families."""

    milestones: tuple[Milestone, ...]
    families: tuple[str, ...] = ()
    _by_name: Mapping[str, Milestone] = field(default_factory=dict, repr=False, compare=False)

    def __iter__(self) -> Iterator[Milestone]:
        return iter(self.milestones)

    def __getitem__(self, name: str) -> Milestone:
        if name not in self._by_name:
            raise UnknownName("milestone", name, self._by_name)
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def family(self, item: str, data: GameData) -> str:
        """The '#tag' of interchangeable things that `item` belongs to, or `item` itself."""
        return next((f"#{tag}" for tag in self.families if item in data.tags.get(tag, ())), item)


def from_toml(text: str) -> Tree:
    """The tree that a TOML text describes. Raises BadData for a milestone without a name or with no or two verbs."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadData(f"the tree is no TOML: {error}") from error
    milestones = tuple(_milestone(row) for row in table.get("milestone", []))
    names = [milestone.name for milestone in milestones]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise BadData(f"milestones named twice: {', '.join(sorted(twice))}")
    return Tree(milestones, tuple(table.get("families", ())), {each.name: each for each in milestones})


def _milestone(row: Mapping[str, Any]) -> Milestone:
    verbs = [verb for verb in VERBS if verb in row]
    if "name" not in row or len(verbs) != 1:
        raise BadData(f"a milestone needs a name and one of {', '.join(VERBS)}: {dict(row)}")
    value = row[verbs[0]]
    targets = (ANY,) if value is True else (value,) if isinstance(value, str) else tuple(value)
    return Milestone(row["name"], verbs[0], targets, row.get("headline", False))


def load(world: str = "minecraft") -> Tree:
    """Reads the packaged tree of a world."""
    source = resources.files("curriculum").joinpath(f"data/{world}_tree.toml")
    return from_toml(source.read_text(encoding="utf-8"))


def of_worlds(worlds: Iterable[str]) -> Tree:
    """The trees of several worlds, one after the other."""
    trees = [load(world) for world in worlds]
    milestones = tuple(each for tree in trees for each in tree)
    families = tuple(family for tree in trees for family in tree.families)
    return Tree(milestones, families, {each.name: each for each in milestones})
