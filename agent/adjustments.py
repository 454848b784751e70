"""What earlier failures ask of the planner's next plan, folded from the typed errors of lessons and of attempts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Adjustments:
    """What earlier failures ask of the next plan. Empty at first; each typed error adds its own part."""

    more: Mapping[str, int]
    """Items that were missing though the recipe seemed covered, and how many (mixed wood, leftovers used up)."""
    level_shift: int = 0
    """How many levels deeper to look than the usual range suggests."""
    stretches: int = 0
    """How many more times to move on before giving up."""
    heading: int = 0
    """Which way to look first."""
    spare_tools: int = 0
    """How many tools to carry beyond the one that is needed, because one broke on the way."""
    tidy: bool = False
    rest: bool = False
    other_way: int = 0
    """How many of the cheapest ways to pass over because they led nowhere."""
    comments: tuple[str, ...] = ()

    @classmethod
    def none(cls) -> Adjustments:
        """No failure so far."""
        return cls(more={})

    def after(self, error: Mapping[str, Any], *, heeded: bool = False) -> Adjustments:
        """The adjustments once this error was met as well. Codes: see bridge/PROTOCOL.md.

        `heeded` means that the program that met it already gained what these adjustments ask for: what it lacks comes
        on top.
        """
        code, value = error.get("code"), error.get("value")
        if code == "missing_items" and isinstance(value, Mapping):
            lacked = {str(name): int(count) for name, count in value.items() if isinstance(count, int)}
            more = {**self.more, **{n: c + (self.more.get(n, 0) if heeded else 0) for n, c in lacked.items()}}
            return replace(self, more=more, comments=(*self.comments, f"Earlier the inventory lacked {_list(more)}."))
        if code in ("not_found", "gone"):
            return replace(
                self,
                stretches=self.stretches + 6,
                level_shift=self.level_shift + 12,
                heading=self.heading + 3,
                comments=(*self.comments, "Nothing was in sight at first, so this looks farther."),
            )
        if code in ("unreachable", "timeout", "cannot_place", "interrupted"):
            return replace(self, heading=self.heading + 3, stretches=self.stretches + 2)
        if code == "no_tool":
            comments = (*self.comments, "A tool broke on the way once.")
            return replace(self, spare_tools=self.spare_tools + 1, comments=comments)
        if code == "inventory_full":
            return replace(self, tidy=True, comments=(*self.comments, "The inventory was full once."))
        if code == "died":
            return replace(self, rest=True, heading=self.heading + 4)
        return replace(self, heading=self.heading + 1)


def adjust(lessons: Iterable[Mapping[str, Any]], errors: Iterable[Mapping[str, Any]] = ()) -> Adjustments:
    """Folds errors of lessons, then those of the attempts at this task, into what the next plan must heed."""
    adjustments = Adjustments.none()
    for error in lessons:
        adjustments = adjustments.after(error)
    for error in errors:
        adjustments = adjustments.after(error, heeded=True)
    return adjustments


def _list(more: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(more.items()))
