"""A finished iteration of the desktop as evidence: one use of the program and one for each call of a skill inside it.

The program is judged by the task's check. A call in a program that passed succeeded unless it threw; where the program
did not pass, a call that came back counts neither way. What was never called is not counted. Reads only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from agent import evidence
from agent.store import Iteration
from agent.uses import NEW, event_range
from envs.desktop import spans
from memory.log import Event
from skills.errors import UnknownSkill
from skills.evidence import UNTOLD
from skills.library import Library
from skills.skill import Outcome, Setting, Use


def uses_of(
    row: Iteration,
    log: Sequence[Event],
    *,
    library: Library,
    hash: str | None,
    setting: Setting,
    place: str,
    brain: str,
    at: float,
) -> list[Use]:
    """The evidence of an iteration. `hash` is the version of the program itself, None if it was not kept."""
    events = [event for event in log if event.source == "world"]
    found = []
    if hash is not None:
        before, after = row.before.get("files", {}), row.after.get("files", {})
        changed = Counter(
            f"changed {spans.kind(event.data['path'], {})}" for event in events if event.kind == "file_changed"
        )
        had, has = spans.holdings(before), {**spans.holdings(after), **changed}
        found.append(
            Use(
                version=hash,
                outcome="succeeded" if row.passed else "failed",
                journey=row.journey,
                iteration=row.iteration,
                at=at,
                setting=setting,
                world=place,
                args=_kinds(spans.plain(row.args), {*had, *has}),
                before=had,
                after=has,
                tools=_opened(events),
                ticks=row.ticks,
                cause=evidence.cause(row) or None,
                events=event_range(events),
                brain=brain,
            )
        )
    calls = [event.data for event in log if event.kind == "span" and event.source == "body"]
    for position, span in enumerate((each for each in calls if each["caller"] is not None), 1):
        if not _is_known(library, span["module"]):
            continue
        own = events[slice(*span["calls"])]
        outcome, cause = _judge(span, row)
        found.append(
            Use(
                version=span["module"],
                outcome=outcome,
                journey=row.journey,
                iteration=row.iteration,
                at=at,
                position=position,
                setting="fresh" if setting == "fresh" else "use",
                world=place,
                args=_kinds(span["args"], {*span["before"], *span["after"]}),
                before=span["before"],
                after=span["after"],
                tools=_opened(own),
                ticks=span["to"] - span["from"],
                cause=cause,
                events=event_range(own),
                brain=brain,
                caller=hash if hash and span["caller"].startswith(NEW) else span["caller"],
            )
        )
    return found


def holdings(seen: Mapping[str, Any]) -> Counter[str]:
    """Documents by kind: what effects of desktop skills are differences of."""
    return spans.holdings(seen.get("files", {}))


def _judge(span: Mapping[str, Any], row: Iteration) -> tuple[Outcome, str | None]:
    """How a call ended as evidence; one that was under way when the run was ended from outside counts neither way."""
    if span["ok"]:
        return ("succeeded" if row.passed else "unmet"), None
    code = str(span["error_code"])
    return ("unmet" if code == row.outcome else "failed"), code


def _kinds(args: Mapping[str, Any], kinds: set[str]) -> dict[str, Any]:
    """Arguments as far as effects can depend on them: amounts, and of a path the kind of document that it names.

    All other texts are fresh in every task and say nothing.
    """
    told: dict[str, Any] = {}
    for name, value in args.items():
        kind = spans.kind(value, {}) if isinstance(value, str) else ""
        told[name] = value if not isinstance(value, str) else kind.removesuffix(" file") if kind in kinds else UNTOLD
    return told


def _opened(events: Sequence[Event]) -> tuple[str, ...]:
    calls = (event.data for event in events if event.data.get("call") == "open_program")
    return tuple(sorted({str(call["args"].get("program")) for call in calls}))


def _is_known(library: Library, version: str) -> bool:
    try:
        library.version(version)
    except UnknownSkill:
        return False
    return True
