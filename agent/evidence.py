"""What a finished iteration says: cause and class of a failure, what was called, where it was. Reads only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from agent.store import Iteration
from envs.base import Program, Run
from memory.episodic import Failure, Place
from memory.guard import named
from memory.log import EventLog
from skills.skill import Outcome, Setting

CLASSES: Mapping[str, Failure] = {
    "no_tool": "missing_need",
    "missing_items": "missing_need",
    "no_station": "missing_need",
    "no_fuel": "missing_need",
    "inventory_full": "missing_need",
    "not_found": "world",
    "unreachable": "world",
    "cannot_place": "world",
    "gone": "world",
    "empty": "world",
    "interrupted": "world",
    "died": "died",
    "timeout": "timeout",
    "endless_loop": "sandbox",
    "out_of_memory": "sandbox",
    "lost": "sandbox",
    "undecided": "verifier",
    "disputed": "verifier",
}
"""Whose fault an error code is; any other code is the program's (wrong_code)."""

NOT_THROWN = ("died", "endless_loop", "out_of_memory", "lost", "undecided", "disputed")
"""Causes that the world, the sandbox or the verifier gives: thrown by a program they are words of its own."""

AT_HOME: Setting = "home"
"""A run in the world that the skill was written in, when it was written."""
IN_USE: Setting = "use"
"""A run of a library skill for a later task."""

TRAIL, TRAIL_ARGS, SAID = 24, 60, 200
"""How many calls of a program, characters of their arguments and of its value a writer is shown."""


def error_json(result: Run) -> dict[str, Any] | None:
    """A run's error as plain JSON.

    A program can throw one with any code: what is no name, or would excuse it, is a part of its message.
    """
    error = result.error
    if error is None:
        return None
    if named(error.code) != error.code or (result.outcome == "threw" and error.code in NOT_THROWN):
        return {**asdict(error), "code": "thrown", "message": f"{error.code}: {error.message}"}
    return asdict(error)


def called(row: Iteration, log: EventLog) -> dict[str, str]:
    """The library skills that a program called, name to version; all that it is made of in a world that tells no calls.

    A program is made of more than it calls: whatever its skills might need comes along.
    """
    spans = log.read(row.journey, iteration=row.iteration, node="run", kinds=["span"])
    ran = {span.data["module"] for span in spans}
    parts = (each.split("@", 1) for each in row.modules)
    return {name: version for name, version in parts if not ran or version in ran}


def library_modules(draft: Mapping[str, Any], program: Program) -> list[str]:
    """The library skills that a program is made of, as name@version; the new function itself is not one."""
    return [
        f"{module.name}@{module.id}"
        for module in program.modules
        if draft["skill"] is not None or module.id != program.main
    ]


def cause(row: Iteration) -> str:
    """The code of what went wrong, '' if the task passed.

    A program that ended well but did not do it is 'not_done', unless the verdict itself is in doubt.
    """
    if row.passed:
        return ""
    return str(row.error["code"]) if row.error else row.doubt or "not_done"


def failure(row: Iteration) -> Failure | None:
    """Whose fault a failure was."""
    return None if row.passed else CLASSES.get(cause(row), "wrong_code")


def outcome(row: Iteration) -> Outcome:
    """The run as evidence about a skill: an unmet need is not the skill's fault, nor is a verdict in doubt."""
    if row.passed:
        return "succeeded"
    return "unmet" if failure(row) in ("missing_need", "verifier") else "failed"


def trail(row: Iteration) -> tuple[str, ...]:
    """What the program called, in order, with how each call ended; equal ones in a row are one."""
    found: list[tuple[str, int]] = []
    for call in row.calls:
        words = f"{call['name']}({', '.join(call['args'])[:TRAIL_ARGS]})"
        words += "" if call["ok"] else f" threw {call.get('error_code')}"
        if found and found[-1][0] == words:
            found[-1] = (words, found[-1][1] + 1)
        else:
            found.append((words, 1))
    left = f"{len(found) - TRAIL} calls before" if len(found) > TRAIL else ""
    shown = [words if times == 1 else f"{words} {times} times" for words, times in found[-TRAIL:]]
    return tuple([left, *shown] if left else shown)


def said(row: Iteration) -> tuple[str, ...]:
    """What the program returned, as text of limited length."""
    return () if row.value is None else (json.dumps(row.value, sort_keys=True)[:SAID],)


def place(row: Iteration) -> Place | None:
    """Where the run ended."""
    return where(row.after)


def where(seen: Mapping[str, Any]) -> Place | None:
    """The place that an observation was made at; None in a world without places."""
    at = seen.get("position")
    return Place(at["x"], at["y"], at["z"], seen.get("biome")) if at else None
