"""A brain that knows only what is known already: it calls the skill that was written for tasks like the one at hand."""

from __future__ import annotations

from collections.abc import Callable

from agent.brain import Draft, WriteRequest
from agent.errors import BrainError
from curriculum.task import Task


class Known:
    """Brain over a way to ask which library skill serves a task, with its arguments."""

    name = "planner"
    mends = False

    def __init__(self, call_for: Callable[[Task], Draft | None]) -> None:
        self._call_for = call_for

    def write(self, request: WriteRequest) -> Draft:
        """A call of the known skill. Raises BrainError where there is none, or where it has failed this very task."""
        draft = self._call_for(request.task)
        if draft is None:
            raise BrainError(f"nothing is known about: {request.check}")
        if any(attempt.name == draft.name for attempt in request.attempts):
            raise BrainError(f"{draft.name} is all that is known about this, and it failed")
        return draft
