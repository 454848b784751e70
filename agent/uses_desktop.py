"""A finished iteration of the desktop as evidence: one use of the program and one for each library skill it called.

The program is judged by the task's check. A call in a program that passed succeeded unless it threw. Reads only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from agent import evidence
from agent.store import Iteration
from agent.uses import NEW
from memory.log import Event
from skills.errors import UnknownSkill
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

    def use(version: str, outcome: Outcome, setting: Setting, position: int, caller: str) -> Use:
        whole = position == 0
        return Use(
            version=version,
            outcome=outcome,
            journey=row.journey,
            iteration=row.iteration,
            at=at,
            position=position,
            setting=setting,
            world=place,
            args=_kinds(row.args) if whole else {},
            before=holdings(row.before) if whole else {},
            after={**holdings(row.after), **_changed(events)} if whole else {},
            tools=_opened(events),
            ticks=row.ticks,
            cause=evidence.cause(row) or None,
            events=(events[0].seq, events[-1].seq) if events else None,
            brain=brain,
            caller=caller,
        )

    found = [] if hash is None else [use(hash, "succeeded" if row.passed else "failed", setting, 0, "")]
    main = hash or f"{NEW}{row.name}"
    for position, each in enumerate(row.modules, 1):
        version = each.split("@", 1)[1]
        if version == hash or not _is_known(library, version):
            continue
        blamed = str(((row.error or {}).get("where") or {}).get("module")) == version
        outcome: Outcome = "failed" if blamed else "succeeded" if row.passed else "unmet"
        found.append(use(version, outcome, "fresh" if setting == "fresh" else "use", position, main))
    return found


def holdings(seen: Mapping[str, Any]) -> Counter[str]:
    """Documents by kind: what effects of desktop skills are differences of."""
    return Counter(_kind(path, file) for path, file in seen.get("files", {}).items())


def _changed(events: Sequence[Event]) -> Counter[str]:
    return Counter(f"changed {_kind(event.data['path'], {})}" for event in events if event.kind == "file_changed")


def _kinds(args: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that may be kinds of what a skill does: texts, tables and numbers are fresh in every task."""
    return {name: value for name, value in args.items() if isinstance(value, bool)}


def _opened(events: Sequence[Event]) -> tuple[str, ...]:
    calls = (event.data for event in events if event.data.get("call") == "open_program")
    return tuple(sorted({str(call["args"].get("program")) for call in calls}))


def _is_known(library: Library, version: str) -> bool:
    try:
        library.version(version)
    except UnknownSkill:
        return False
    return True


def _kind(path: str, file: Mapping[str, Any]) -> str:
    """What a document counts as: by its ending, or a folder."""
    if file.get("kind") == "folder":
        return "folder"
    name = path.rsplit("/", 1)[-1]
    return f"{name.rsplit('.', 1)[1].lower()} file" if "." in name.strip(".") else "file"
