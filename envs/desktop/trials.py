"""Desktops to try skills in: each trial has one of its own, fresh or as a captured situation says, and leaves nothing.

The one that is announced is made ready while the trial before it is played: its programs are opened, and it stands
still until it is entered. See `envs.base.Trials`.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from envs.base import Beginning, Limits, Observation, Program, Run
from envs.errors import EnvError, EnvLost

LOOK_AGAIN = 0.05
"""Seconds between attempts to end a desktop that is just being started."""


class Desktop(Protocol):
    """What a trial asks of a desktop; see `envs.desktop.env.DesktopEnv`."""

    def prepare(self, files: Mapping[str, bytes], folders: tuple[str, ...] = ()) -> Observation:
        """A fresh one whose home holds these documents."""
        ...

    def restore(self, situation: bytes) -> Observation:
        """A fresh one that stands as a captured one stood."""
        ...

    def run(self, program: Program, limits: Limits) -> Run:
        """Execute a program."""
        ...

    def capture(self) -> bytes:
        """The situation as it stands."""
        ...

    @property
    def alive(self) -> bool:
        """Whether its processes are there."""
        ...

    def abandon(self) -> None:
        """End its processes, whoever works on it."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class Ahead:
    """A desktop that a thread makes ready, for who comes to enter it."""

    def __init__(self, desktop: Desktop, beginning: Beginning) -> None:
        self.desktop, self.beginning = desktop, beginning
        self._seen: Observation | None = None
        self._thread = threading.Thread(target=self._begin, name="the next desktop", daemon=True)
        self._thread.start()

    def seen(self) -> Observation | None:
        """What is seen on it, once it stands ready; None if that failed, or if it died while it stood there."""
        self._thread.join()
        return self._seen if self.desktop.alive else None

    def end(self) -> None:
        """End it, however far it is."""
        while self._thread.is_alive():
            self.desktop.abandon()
            self._thread.join(LOOK_AGAIN)
        self.desktop.close()

    def _begin(self) -> None:
        try:
            self._seen = begun(self.desktop, self.beginning)
        except (EnvError, ValueError):  # it is begun anew by who enters it, and then told
            self._seen = None


class DesktopTrials:
    """Trials on desktops that `make` makes, each with the folder in which it may keep things; `done` ends what is left.

    What is made ready is entered once or thrown away.
    """

    def __init__(self, make: Callable[[Path], Desktop], done: Callable[[], None] = lambda: None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="journeyman-desks-"))
        self._make, self._done = make, done
        self._desktop: Desktop | None = None
        self._ahead: Ahead | None = None

    def enter(self, beginning: Beginning, ahead: Beginning | None = None) -> Observation:
        """Begin a trial: at the situation, or at a new home with the files and folders of the beginning."""
        self._leave()
        seen = None
        if self._ahead is not None and self._ahead.beginning == beginning:
            seen = self._ahead.seen()
            if seen is not None:
                self._desktop, self._ahead = self._ahead.desktop, None
        if seen is None:
            self._drop()
            self._desktop = self._make(self._folder)
            seen = begun(self._desktop, beginning)
        if ahead is not None:
            self._ahead = Ahead(self._make(self._folder), ahead)
        return seen

    def run(self, program: Program, limits: Limits) -> Run:
        """Execute a program on the desktop that was entered."""
        if self._desktop is None:
            raise EnvLost("no trial desktop was entered")
        return self._desktop.run(program, limits)

    def capture(self) -> bytes:
        """The situation on the desktop that was entered."""
        if self._desktop is None:
            raise EnvLost("no trial desktop was entered")
        return self._desktop.capture()

    def close(self) -> None:
        """End the desktop of the last trial, and the one that stands ready."""
        self._leave()
        self._drop()
        self._done()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _leave(self) -> None:
        if self._desktop is not None:
            self._desktop.close()
            self._desktop = None

    def _drop(self) -> None:
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.end()


def begun(desktop: Desktop, beginning: Beginning) -> Observation:
    """What is seen on a desktop on which a trial begins."""
    if beginning.situation is not None:
        return desktop.restore(beginning.situation)
    return desktop.prepare(beginning.files, beginning.folders)
