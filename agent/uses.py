"""A finished iteration as evidence: one use of the program and one for each call of a skill inside it.

The program is judged by the task's check. A call inside it succeeded if it came back and brought what the skill is known
to bring; the world's events of its ticks say which tools and stations it needed. Reads only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent import evidence
from agent.store import Iteration
from curriculum.gamedata import GameData
from memory.log import Event
from skills.errors import UnknownSkill
from skills.library import Library
from skills.skill import Outcome, Setting, Use
from skills.words import names

NEW = "new:"
"""How the id of a program begins that is not in the library (yet)."""
NOT_DONE = "not_done"
"""Cause of a use that came to its end without bringing what the skill is for."""


def uses_of(
    row: Iteration,
    log: Sequence[Event],
    *,
    library: Library,
    data: GameData,
    hash: str | None,
    setting: Setting,
    world: str,
    brain: str,
    at: float,
) -> list[Use]:
    """The evidence of an iteration. `hash` is the version of the program itself, None if it was not kept."""
    events = [event for event in log if event.source == "world"]
    found = []
    if hash is not None:
        found.append(
            Use(
                version=hash,
                outcome=evidence.outcome(row),
                journey=row.journey,
                iteration=row.iteration,
                at=at,
                setting=setting,
                world=world,
                args=row.args,
                before=row.before.get("inventory", {}),
                after=row.after.get("inventory", {}),
                ticks=row.ticks,
                cause=evidence.cause(row) or None,
                events=_range(log),
                brain=brain,
                **_seen(events, row, data),
            )
        )
    spans = [event.data for event in log if event.kind == "span" and event.source == "body"]
    calls = [span for span in spans if span["caller"] is not None]
    for position, span in enumerate(calls, 1):
        inside = [event for event in events if span["from"] < (event.tick or 0) <= span["to"]]
        outcome, cause = _judge(span, library)
        if outcome is None:
            continue
        found.append(
            Use(
                version=span["module"],
                outcome=outcome,
                journey=row.journey,
                iteration=row.iteration,
                at=at,
                position=position,
                setting="fresh" if setting == "fresh" else "use",
                world=world,
                args=span["args"],
                before=span["before"],
                after=span["after"],
                ticks=span["to"] - span["from"],
                cause=cause,
                events=_range(inside),
                brain=brain,
                caller=hash if hash and span["caller"].startswith(NEW) else span["caller"],
                **_seen(inside, row, data),
            )
        )
    return found


def _judge(span: Mapping[str, Any], library: Library) -> tuple[Outcome | None, str | None]:
    """How a call ended as evidence; None for a module that is no version of the library."""
    try:
        version = library.version(span["module"])
    except UnknownSkill:
        return None, None
    if not span["ok"]:
        code = str(span["error_code"])
        return ("unmet" if evidence.CLASSES.get(code) == "missing_need" else "failed"), code
    count = span["args"].get("count", 1)
    for effect in library.effects_of(version.hash):
        if effect.low > 0 and effect.per == "count" and names(version.skill, effect.item) and not effect.when:
            gained = span["after"].get(effect.item, 0) - span["before"].get(effect.item, 0)
            if isinstance(count, int) and gained <= 0 < count:
                return "failed", NOT_DONE
    return "succeeded", None


def _seen(events: Sequence[Event], row: Iteration, data: GameData) -> dict[str, Any]:
    plain = [{"kind": event.kind, "tick": event.tick, **event.data} for event in events]
    return {
        "tools": evidence.tools(plain, data),
        "stations": evidence.stations(plain),
        "places": evidence.places(row),
    }


def _range(events: Sequence[Event]) -> tuple[int, int] | None:
    return (events[0].seq, events[-1].seq) if events else None
