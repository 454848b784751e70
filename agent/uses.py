"""A finished iteration as evidence: one use of the program and one for each call of a skill inside it.

The program is judged by the task's check. A call in it succeeded if it came back and brought what the skill is known
to bring; the world's events of its ticks say which tools and stations it needed. Reads only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from agent import evidence
from agent.families import families
from agent.store import Iteration
from curriculum.gamedata import GameData
from memory.log import Event
from skills.errors import UnknownSkill
from skills.evidence import counted
from skills.library import Library
from skills.operators import Operators
from skills.planning import consumed
from skills.skill import Outcome, Setting, Use, Version
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
                outcome=_outcome(row, hash, library, data),
                journey=row.journey,
                iteration=row.iteration,
                at=at,
                setting=setting,
                world=world,
                args=row.args,
                before=row.before.get("inventory", {}),
                after={**row.after.get("inventory", {}), **deeds(events)},
                ticks=row.ticks,
                cause=evidence.cause(row) or None,
                events=event_range(log),
                brain=brain,
                **seen(events, row, data),
            )
        )
    spans = [event.data for event in log if event.kind == "span" and event.source == "body"]
    calls = [span for span in spans if span["caller"] is not None]
    for position, span in enumerate(calls, 1):
        inside = [event for event in events if span["from"] < (event.tick or 0) <= span["to"]]
        outcome, cause = _judge(span, row.outcome, library, data)
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
                after={**span["after"], **deeds(inside)},
                ticks=span["to"] - span["from"],
                cause=cause,
                events=event_range(inside),
                brain=brain,
                caller=hash if hash and span["caller"].startswith(NEW) else span["caller"],
                **seen(inside, row, data),
            )
        )
    return found


def deeds(events: Sequence[Event]) -> Counter[str]:
    """What was done that leaves nothing in the inventory, counted like items: mobs that were killed, nights slept."""
    killed = (f"{event.data['mob']} killed" for event in events if event.kind == "killed")
    return Counter([*killed, *("night slept" for event in events if event.kind == "slept")])


def _outcome(row: Iteration, hash: str, library: Library, data: GameData) -> Outcome:
    """How the program itself ended as evidence; what it lacked excuses it only if successes had it."""
    outcome = evidence.outcome(row)
    if outcome != "unmet" or evidence.failure(row) == "verifier":
        return outcome
    before = row.before.get("inventory", {})
    return "failed" if _had_its_needs(library.version(hash), row.args, before, library, data) else "unmet"


def _judge(span: Mapping[str, Any], ended: str, library: Library, data: GameData) -> tuple[Outcome | None, str | None]:
    """How a call ended as evidence; None for a module that is no version of the library.

    A call that was under way when the whole run was ended from outside (`ended`: its time was up, the bot died) counts
    neither for nor against.
    """
    try:
        version = library.version(span["module"])
    except UnknownSkill:
        return None, None
    if not span["ok"]:
        code = str(span["error_code"])
        if code == ended:
            return "unmet", code
        lacking = evidence.CLASSES.get(code) == "missing_need"
        unmet = lacking and not _had_its_needs(version, span["args"], span["before"], library, data)
        return ("unmet" if unmet else "failed"), code
    count = span["args"].get("count", 1)
    before, after = ({**counted(span[when], families(data)), **span[when]} for when in ("before", "after"))
    for effect in library.effects_of(version.hash):
        if effect.low > 0 and effect.per == "count" and names(version.skill, effect.item) and not effect.when:
            gained = after.get(effect.item, 0) - before.get(effect.item, 0)
            if isinstance(count, int) and gained <= 0 < count:
                return "failed", NOT_DONE
    return "succeeded", None


def _had_its_needs(
    version: Version, args: Mapping[str, Any], before: Mapping[str, int], library: Library, data: GameData
) -> bool:
    """Whether a run had at hand all that successes had: then what it lacked was its own to get, and it failed."""
    operators = Operators(library, families(data))
    known = operators.of_version(version)
    if not known:
        return False
    operator, have = known[0], operators.counted(before)
    count = args.get("count", 1)
    used = consumed(operator, count if isinstance(count, int) else 1)
    tooled = all(any(have.get(name) for name in served) for served in operator.tools)
    return tooled and all(have.get(item, 0) >= amount for item, amount in used.items())


def seen(events: Sequence[Event], row: Iteration, data: GameData) -> dict[str, Any]:
    """Tools and stations that the world's events tell of, and the place of the run, as a use keeps them."""
    plain = [{"kind": event.kind, "tick": event.tick, **event.data} for event in events]
    return {
        "tools": evidence.tools(plain, data),
        "stations": evidence.stations(plain),
        "places": evidence.places(row),
    }


def event_range(events: Sequence[Event]) -> tuple[int, int] | None:
    """The numbers of the first and the last of some events, by which a use names them as its evidence."""
    return (events[0].seq, events[-1].seq) if events else None
