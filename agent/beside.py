"""Trials that run beside the journey: a thread goes through them while the journey proposes, thinks and plays on.

The thread touches trial worlds only, never the database: what came of the trials is taken and kept by who asked, at a
point of the loop that does not depend on how fast the machine is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from envs.base import Beginning, Limits, Program, Run, Trials
from envs.errors import EnvLost


@dataclass(frozen=True)
class Asked:
    """A program to be tried at a beginning."""

    program: Program
    beginning: Beginning
    limits: Limits
    captured: bool = False
    """Whether the situation in which the trial ends is wanted."""


@dataclass(frozen=True)
class Played:
    """A trial that was played: its run, its real seconds, and the situation in which it ended if that was wanted."""

    run: Run
    seconds: float
    end: bytes | None = None


def play(trials: Trials, asked: Asked, ahead: Beginning | None = None) -> Played:
    """One trial in a world of its own; `ahead` is the beginning of the trial after it."""
    begun = time.monotonic()

    def played(ahead: Beginning | None) -> Played:
        trials.enter(asked.beginning, ahead)
        run = trials.run(asked.program, asked.limits)
        end = trials.capture() if asked.captured and run.outcome == "returned" else None
        return Played(run, time.monotonic() - begun, end)

    try:
        return played(ahead)
    except EnvLost:  # one process that dies says nothing about the program: once more, in new ones
        return played(None)


class Batch:
    """Trials one after the other, each in a world of its own; `following` is the world most likely to come next."""

    def __init__(self, trials: Trials, asked: Sequence[Asked], following: Beginning | None = None) -> None:
        self._trials, self._asked, self._following = trials, asked, following
        self._played: list[Played] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._play, name="trials", daemon=True)
        self._thread.start()

    def played(self) -> tuple[list[Played], BaseException | None]:
        """What each trial gave, in order, when all are over; and the error that ended them early, if one did."""
        self._thread.join()
        return self._played, self._error

    def _play(self) -> None:
        ahead = [*(each.beginning for each in self._asked[1:]), self._following]
        try:
            for asked, following in zip(self._asked, ahead, strict=True):
                self._played.append(play(self._trials, asked, following))
        except BaseException as error:  # belongs to whoever takes the runs
            self._error = error
