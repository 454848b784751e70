"""A writer with the planner behind it: where the models cannot be had, programs are planned instead."""

from __future__ import annotations

from agent.brain import Brain, Draft, WriteRequest
from agent.errors import ServerRefused


class Fallback:
    """Brain that asks the first, and the second while the first cannot be had."""

    mends = True

    def __init__(self, first: Brain, second: Brain) -> None:
        self.name = first.name
        self._first, self._second = first, second

    def plan(self, request: WriteRequest) -> tuple[str, ...]:
        """As the first."""
        return self._first.plan(request)

    def write(self, request: WriteRequest) -> Draft:
        """The first's draft. Raises BrainError as whoever wrote it."""
        try:
            return self._first.write(request)
        except ServerRefused:
            return self._second.write(request)
