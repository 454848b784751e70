"""The checkpointed state of the loop: ids and small facts, plain JSON, so that a step costs little and never ages."""

from __future__ import annotations

from typing import Any, TypedDict


class State(TypedDict, total=False):
    """What one node hands to the next. Everything large is a row in the database under (journey, iteration)."""

    journey: str
    iteration: int
    """Programs run so far."""
    tasks: int
    """Tasks taken up so far."""
    task: dict[str, Any] | None
    """The task under way as JSON."""
    round: int
    """Attempts at it so far."""
    scratch: list[str]
    """What the writer noted in the rounds of the task so far, oldest first."""
    recalled: list[dict[str, Any]]
    draft: dict[str, Any] | None
    """The program about to run: name, source, args, modules' ids, note, usage."""
    passed: bool | None
    approved: bool
    """Whether a program that passed may become a skill; only a person refuses."""
    stop: str | None
    """goal, budget, user or error; None while the journey goes on."""
    reason: str
