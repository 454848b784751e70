"""Patience with one server: tries again with growing pauses, and leaves a server alone that keeps failing.

A breaker opens after so many failed tries in a row; while it is open nothing is sent, so that a dead server costs no
time. The first call after its pause is the probe.
"""

from __future__ import annotations

from collections.abc import Callable

from agent.errors import StopAsked
from agent.models.call import PASSING, Completion, Request, Transport, Trouble
from agent.models.settings import Settings

Prepare = Callable[[Request], Request]
"""Called before each try: it may narrow the request to what the budget leaves, or raise."""
Failed = Callable[[Request, Trouble, int, float], None]
"""Called after each try without an answer: the request, the trouble, the number of the try and its seconds."""


class Outage(Exception):
    """The server does not answer now; it may later. `pause` says when to ask again."""

    def __init__(self, message: str, pause: float) -> None:
        super().__init__(message)
        self.pause = pause


class Line:
    """One transport with its patience. Times are in seconds of `clock`; `wait` sleeps, or raises to stop."""

    def __init__(
        self, transport: Transport, settings: Settings, clock: Callable[[], float], wait: Callable[[float], None]
    ) -> None:
        self.transport = transport
        self._settings, self._clock, self._wait = settings, clock, wait
        self._failures, self._pause, self._closed_until = 0, settings.breaker_seconds, 0.0

    def ask(self, request: Request, prepare: Prepare, failed: Failed) -> tuple[Completion, Request, int, float]:
        """An answer, the request that got it, the number of the try and its seconds.

        Raises Outage when patience ends, and Trouble for what patience does not mend.
        """
        left = self._closed_until - self._clock()
        if left > 0:
            raise Outage("the server is left alone after many failures", left)
        for attempt in range(1, self._settings.attempts + 1):
            request = prepare(request)
            begun = self._clock()
            try:
                answer = self.transport.complete(request)
            except StopAsked:
                abandoned = Trouble("timeout", "nobody waited for the answer any longer", billed=True)
                failed(request, abandoned, attempt, self._clock() - begun)
                raise
            except Trouble as trouble:
                failed(request, trouble, attempt, self._clock() - begun)
                if trouble.kind not in PASSING:
                    self._failures = 0
                    raise
                self._note_failure(trouble)
                if attempt == self._settings.attempts:
                    raise Outage(str(trouble), self._rest(trouble, attempt)) from trouble
                self._wait(self._rest(trouble, attempt))
            else:
                self._failures, self._pause = 0, self._settings.breaker_seconds
                return answer, request, attempt, self._clock() - begun
        raise AssertionError("unreachable: the last try returns or raises")

    def _rest(self, trouble: Trouble, attempt: int) -> float:
        """How long to wait after a failed try: what the server asks for, else twice as long as the last time."""
        own = self._settings.first_pause * 2 ** (attempt - 1)
        wanted = own if trouble.retry_after is None else max(trouble.retry_after, 0.05)
        return float(min(wanted, self._settings.longest_pause))

    def _note_failure(self, trouble: Trouble) -> None:
        self._failures += 1
        if self._failures >= self._settings.breaker_failures:
            self._closed_until = self._clock() + self._pause
            self._pause = min(2 * self._pause, self._settings.longest_outage_pause)
            self._failures = 0
            raise Outage(f"{trouble}; the server is left alone for now", self._closed_until - self._clock())
