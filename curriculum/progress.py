"""What a journey has done and failed, and when a failed task is worth another try.

Pure functions over attempts that the caller hands in; `curriculum.book` keeps them. A failed task waits until something
changed that bears on why it failed (a new tool, skill, place, daylight), or until it has waited long enough: nothing is
given up for ever, and nothing is tried again in the same situation at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

PLACE_SIZE = 96
"""Blocks of a square that counts as one place: well over the 32 blocks that the body sees."""
LEVEL_SIZE = 24
"""Height of a layer that counts as one place."""
LONGEST_WAIT = 24
"""Iterations after which any failed task may come back."""

Aspect = Literal["tools", "skills", "items", "place", "biome", "daylight"]

BEARS_ON: Mapping[str, tuple[Aspect, ...]] = {
    "not_found": ("place", "biome"),
    "unreachable": ("place", "tools"),
    "no_tool": ("tools", "skills"),
    "missing_items": ("items", "skills"),
    "no_station": ("items", "skills"),
    "no_fuel": ("items", "skills"),
    "no_recipe": ("skills",),
    "cannot_place": ("place",),
    "timeout": ("place", "tools", "skills"),
    "died": ("tools", "daylight"),
    "gone": ("place",),
    "no_plan": (),
}
"""Which changes make a failure with this cause worth another try; any other cause: any of new tools and skills.

What its writer knew no program for waits: a new skill, of which there is one after nearly every task, seldom serves it.
"""

OTHERWISE: tuple[Aspect, ...] = ("tools", "skills")

TOOL_WORDS = (
    "_pickaxe",
    "_axe",
    "_sword",
    "_shovel",
    "_hoe",
    "shears",
    "bucket",
    "shield",
    "bow",
    "_helmet",
    "_chestplate",
)


@dataclass(frozen=True)
class Fingerprint:
    """The parts of a situation that decide whether trying again can end otherwise."""

    tools: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    place: tuple[int, int, int] = (0, 0, 0)
    biome: str = ""
    daylight: bool = True

    def to_json(self) -> dict[str, Any]:
        """The fingerprint as plain JSON."""
        return {
            "tools": sorted(self.tools),
            "skills": sorted(self.skills),
            "items": sorted(self.items),
            "place": list(self.place),
            "biome": self.biome,
            "daylight": self.daylight,
        }


def fingerprint(state: Mapping[str, Any], skills: Collection[str] = ()) -> Fingerprint:
    """The fingerprint of an observation, with what known skills can gain."""
    here = state.get("position") or {"x": 0, "y": 64, "z": 0}
    items = frozenset(name for name, count in state.get("inventory", {}).items() if count > 0)
    return Fingerprint(
        tools=frozenset(name for name in items if name.endswith(TOOL_WORDS)),
        skills=frozenset(skills),
        items=items,
        place=(int(here["x"] // PLACE_SIZE), int(here["y"] // LEVEL_SIZE), int(here["z"] // PLACE_SIZE)),
        biome=state.get("biome") or "",
        daylight=is_day(state.get("time_of_day", 0)),
    )


def fingerprint_from_json(data: Mapping[str, Any]) -> Fingerprint:
    """The fingerprint that `to_json` wrote."""
    x, y, z = data["place"]
    return Fingerprint(
        frozenset(data["tools"]),
        frozenset(data["skills"]),
        frozenset(data["items"]),
        (x, y, z),
        data["biome"],
        data["daylight"],
    )


def is_day(time_of_day: int) -> bool:
    """Whether hostile mobs keep away from the surface at this time (0 to 23999)."""
    return not 12_500 <= time_of_day % 24_000 < 23_500


@dataclass(frozen=True)
class Attempt:
    """One task that was taken up and how it ended; `cause` is the error code or class of failure, '' if it passed."""

    iteration: int
    task: str
    item: str | None
    passed: bool
    cause: str = ""
    at: Fingerprint = Fingerprint()


@dataclass(frozen=True)
class Failure:
    """How often a task failed in a row, why and in which situation the last time."""

    count: int
    cause: str
    iteration: int
    at: Fingerprint
    item: str | None = field(default=None, compare=False)
    """What the task was about."""


@dataclass(frozen=True)
class Progress:
    """What is behind us: tasks done, items ever held, deeds, and failures not made good."""

    done: frozenset[str] = frozenset()
    """Ids of passed tasks."""
    items: frozenset[str] = frozenset()
    """Items and '#tags' of passed tasks, and every item ever held."""
    failures: Mapping[str, Failure] = field(default_factory=dict)
    """By task id; a later success removes it."""
    story: tuple[tuple[str, str], ...] = ()
    """What was done, in the order in which each was first: ('kill', 'zombie'), ('sleep', 'any'), and what was held
    ('gain'); see `curriculum.tree.deed`."""

    @property
    def deeds(self) -> frozenset[tuple[str, str]]:
        """What was done, whenever it was."""
        return frozenset(self.story)


def fold(attempts: Iterable[Attempt], held: Iterable[str] = (), deeds: Iterable[tuple[str, str]] = ()) -> Progress:
    """Progress from all attempts in order, the items ever held and the deeds in the order in which they were done."""
    done: set[str] = set()
    items = set(held)
    failures: dict[str, Failure] = {}
    for attempt in attempts:
        if attempt.passed:
            done.add(attempt.task)
            failures.pop(attempt.task, None)
            if attempt.item:
                items.add(attempt.item)
        else:
            before = failures.get(attempt.task)
            count = before.count + 1 if before else 1
            failures[attempt.task] = Failure(count, attempt.cause, attempt.iteration, attempt.at, attempt.item)
    return Progress(frozenset(done), frozenset(items), failures, tuple(deeds))


def retry_condition(failure: Failure, now: Fingerprint, iteration: int) -> str | None:
    """What changed since the failure that makes another try worth it, in words; None while it should wait."""
    waited = iteration - failure.iteration
    for aspect in BEARS_ON.get(failure.cause, OTHERWISE):
        change = _change(aspect, failure.at, now)
        if change:
            return f"failed before ({failure.cause or 'unknown cause'}), but now {change}"
    wait = min(LONGEST_WAIT, 2**failure.count)
    if waited > wait:
        return f"failed {failure.count} times ({failure.cause or 'unknown cause'}), {waited} iterations ago"
    return None


def waits_for(failure: Failure) -> str:
    """What a failed task waits for, in words."""
    aspects = "".join(f"other {aspect} or " for aspect in BEARS_ON.get(failure.cause, OTHERWISE))
    wait = min(LONGEST_WAIT, 2**failure.count)
    why = failure.cause or "unknown cause"
    return f"failed {failure.count} times ({why}); waits for {aspects}{wait} iterations"


def _change(aspect: Aspect, then: Fingerprint, now: Fingerprint) -> str | None:
    if aspect == "place":
        return "at another place" if then.place != now.place else None
    if aspect == "biome":
        return f"in a {now.biome}" if then.biome != now.biome else None
    if aspect == "daylight":
        return "by day" if now.daylight and not then.daylight else None
    old: frozenset[str] = getattr(then, aspect)
    new: frozenset[str] = getattr(now, aspect)
    more = sorted(new - old)
    return f"with {', '.join(more[:3])}" if more else None
