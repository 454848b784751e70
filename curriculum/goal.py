"""What a journey's goal means: a milestone of the tree, or so many of an item. Knows names, not ways."""

from __future__ import annotations

import re
from dataclasses import dataclass

from curriculum.checks import Gained, reachable
from curriculum.errors import UnknownName
from curriculum.gamedata import GameData
from curriculum.tree import Milestone, Tree


@dataclass(frozen=True)
class Goal:
    """A goal that was understood: gain `count` of each of `targets`, or reach `milestone`."""

    name: str
    targets: tuple[str, ...]
    count: int = 1
    milestone: Milestone | None = None


def parse_goal(text: str, data: GameData, tree: Tree) -> Goal:
    """The goal that a person's words name. Raises UnknownName, with the nearest names, for anything else."""
    words = re.fullmatch(r"\s*(?:(\d+)\s+)?(#?[\w :]+?)(?:\s*[x×]\s*(\d+))?\s*", text.lower())
    name = re.sub(r"[\s:]+", "_", words[2].removeprefix("minecraft:")) if words else text
    count = int(words[1] or words[3] or 1) if words else 1
    if name in tree and count == 1:
        milestone = tree[name]
        return Goal(name, milestone.targets if milestone.verb == "gain" else (), 1, milestone)
    if not data.exists(name):
        raise UnknownName("milestone or item", name, [*(each.name for each in tree), *data.items])
    reason = reachable(Gained(item=name, count=count), data)
    if reason:
        raise UnknownName(f"reachable goal ({reason})", name, [each.name for each in tree])
    return Goal(name, (name,), count)
