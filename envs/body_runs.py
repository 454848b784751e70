"""What a body tells of a program, as a `Run`: the shape that every Minecraft world of ours shares.

Before, after and events come from whoever tells the truth of that world; nothing here decides which.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from envs.base import Event, Limits, Observation, Outcome, Run, RunError, Where


def run_of(
    told: Mapping[str, Any], before: Observation, after: Observation, events: tuple[Event, ...], seconds: float
) -> Run:
    """The run from what the body told (see bridge/PROTOCOL.md) and from the world on both sides of it."""
    return Run(
        before=before,
        after=after,
        events=events,
        outcome=cast(Outcome, told["outcome"]),
        error=_error(told["error"]),
        value=told["value"],
        calls=tuple(told["calls"]),
        log=tuple(told["log"]),
        ticks=after["tick"] - before["tick"],
        seconds=seconds,
        spans=tuple(told.get("spans", ())),
    )


def exhausted(limits: Limits) -> dict[str, Any]:
    """What the body would have told of a program whose memory could only be had back by ending the body."""
    error = {
        "code": "out_of_memory",
        "message": f"the program used far more than {limits.memory_mb} MB",
        "value": None,
        "remedy": "keep less at a time",
        "where": None,
    }
    return {"outcome": "out_of_memory", "value": None, "error": error, "calls": [], "log": []}


def _error(data: Mapping[str, Any] | None) -> RunError | None:
    if data is None:
        return None
    where = data.get("where")
    return RunError(
        code=data["code"],
        message=data["message"],
        value=data.get("value"),
        remedy=data.get("remedy") or "",
        where=Where(where["module"], where["line"], where["column"], where["text"]) if where else None,
    )
