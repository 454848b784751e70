"""A plan for one item, as data: what must be at hand first, how it is got, where to look, what went wrong before.

Written by `agent.planning`, turned into JavaScript by `agent.plan_source`. A plan knows nothing of the library's
storage: a step that a known skill covers carries that skill's name, a step that none covers carries a plan of its
own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Method = Literal["mine", "craft", "smelt", "kill", "use", "hunt", "place", "eat", "sleep", "wear"]


@dataclass(frozen=True)
class Search:
    """Where to look when nothing is in sight: across the surface, or along tunnels at a level (y)."""

    where: Literal["surface", "level"]
    level: int | None = None
    stretches: int = 10
    """How many times to move on before giving up."""
    blocks: tuple[str, ...] = ()
    """Names of what is looked for, where places of it may be remembered."""


@dataclass(frozen=True)
class Need:
    """Something that must be in the inventory before the plan's own step.

    `target` is an item, a '#tag', or several alternatives (a tool that harvests); `amount` is a JavaScript
    expression over `count`.
    """

    target: tuple[str, ...]
    amount: str
    skill: str | None
    """A library skill that gains it."""
    plan: Plan | None = None
    """How to gain it where no skill is known."""
    handier: Handier | None = None
    """Another skill that gains one of `target`, for when what it is made of is at hand."""


@dataclass(frozen=True)
class Handier:
    """A skill to use instead when the inventory holds so many of `material` for each piece."""

    material: str
    each: int
    skill: str


@dataclass(frozen=True)
class Plan:
    """How to gain `count` more of `target`."""

    name: str
    """Name of the function to write."""
    target: str
    """Item or '#tag' that is gained (or placed, eaten, worn), mob that is killed."""
    method: Method
    source: tuple[str, ...]
    """Blocks or '#tag' to mine, item to craft, smelt, place, eat or wear, mob to kill, call to make."""
    purpose: str
    needs: tuple[Need, ...] = ()
    provisions: tuple[Need, ...] = ()
    """What to take along from the surface before going down: there is no wood below."""
    spare: str | None = None
    """A skill that makes another pickaxe, for when the only one left is kept for better than plain rock."""
    search: Search | None = None
    fuel: Need | None = None
    """What to gain when too little burns (smelt); the amount is in items of that fuel."""
    fuel_per_item: float = 1.0
    """How many items one unit of that fuel smelts."""
    tidy: bool = False
    """Throw away what is worth least before starting."""
    rest: bool = False
    """Wait in shelter for daylight before starting."""
    comments: tuple[str, ...] = field(default=())
    """What earlier failures changed in this plan, for the reader of the code."""

    def told(self) -> tuple[str, ...]:
        """The plan in words, a line for each of its parts."""
        needs = [
            f"First at hand: {need.amount} of {' or '.join(need.target)}, {_how(need)}"
            for need in (*self.needs, *([self.fuel] if self.fuel else []))
        ]
        below = [
            f"To take along: {need.amount} of {' or '.join(need.target)}, {_how(need)}" for need in self.provisions
        ]
        looks = []
        if self.search is not None:
            where = "across the surface" if self.search.level is None else f"in tunnels at level {self.search.level}"
            looks.append(f"Where nothing is in sight it looks {where}, up to {self.search.stretches} times.")
        return (self.purpose, *needs, *below, *looks, *self.comments)


def _how(need: Need) -> str:
    if need.skill is not None:
        return f"by the skill {need.skill}"
    return f"by a step of its own ({need.plan.purpose.rstrip('.')})" if need.plan is not None else "as it is"
