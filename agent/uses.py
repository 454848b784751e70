"""A finished iteration as evidence: one use of the program and one for each call of a skill inside it.

What is the same for all worlds stands here; what a run had and brought, and by what it is judged, each world says in a
file of its own. Reads only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from agent import evidence
from agent.store import Iteration
from memory.log import Event
from skills.errors import UnknownSkill
from skills.library import Library
from skills.skill import Outcome, Setting, Use, Version

NEW = "new:"
"""How the id of a program begins that is not in the library (yet)."""

Args = Mapping[str, Any]
Counts = Mapping[str, int]
Events = Sequence[Event]


class Uses(ABC):
    """Reads iterations of one world as uses of a library's skills."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def of(
        self, row: Iteration, log: Events, *, hash: str | None, setting: Setting, place: str, brain: str, at: float
    ) -> list[Use]:
        """The evidence of an iteration. `hash` is the version of the program itself, None if it was not kept.

        A call of a module that is no version of the library is none.
        """
        use = partial(Use, journey=row.journey, iteration=row.iteration, at=at, world=place, brain=brain)
        events = [event for event in log if event.source == "world"]
        found = []
        if hash is not None:
            before, after = self.holdings(row.before), self.holdings(row.after)
            found.append(
                use(
                    version=hash,
                    outcome=self.outcome(row, hash),
                    setting=setting,
                    ticks=row.ticks,
                    cause=evidence.cause(row) or None,
                    events=event_range(log),
                    **self.told(row, row.args, before, after, events),
                )
            )
        spans = [event.data for event in log if event.kind == "span" and event.source == "body"]
        calls = [span for span in spans if span["caller"] is not None]
        for position, span in enumerate(calls, 1):
            version = self._version(span["module"])
            if version is None:
                continue
            inside = self.inside(span, events)
            outcome, cause = self.judge(span, version, row)
            found.append(
                use(
                    version=version.hash,
                    outcome=outcome,
                    position=position,
                    setting="fresh" if setting == "fresh" else "use",
                    ticks=span["to"] - span["from"],
                    cause=cause,
                    events=event_range(inside),
                    caller=hash if hash and span["caller"].startswith(NEW) else span["caller"],
                    **self.told(row, span["args"], span["before"], span["after"], inside),
                )
            )
        return found

    @abstractmethod
    def holdings(self, seen: Mapping[str, Any]) -> Counts:
        """What an observation shows that can be counted: effects of skills are differences of it."""

    @abstractmethod
    def outcome(self, row: Iteration, hash: str) -> Outcome:
        """How the program itself ended as evidence."""

    @abstractmethod
    def judge(self, span: Mapping[str, Any], version: Version, row: Iteration) -> tuple[Outcome, str | None]:
        """How a call ended as evidence, and the cause if it failed.

        One that was under way when the run was ended from outside (its time was up, the bot died) counts neither way.
        """

    @abstractmethod
    def inside(self, span: Mapping[str, Any], events: Events) -> Events:
        """Those of the world's events that happened during a call."""

    @abstractmethod
    def told(self, row: Iteration, args: Args, before: Counts, after: Counts, events: Events) -> dict[str, Any]:
        """What a program or a call was given, had and brought, with tools, stations and places, as a use keeps them."""

    def _version(self, hash: str) -> Version | None:
        try:
            return self.library.version(hash)
        except UnknownSkill:
            return None


def event_range(events: Events) -> tuple[int, int] | None:
    """The numbers of the first and the last of some events, by which a use names them as its evidence."""
    return (events[0].seq, events[-1].seq) if events else None
