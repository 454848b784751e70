"""Desktops to try skills in: each trial has one of its own, fresh or as a captured situation says, and leaves nothing.

A desktop starts in a third of a second, so none is made ready ahead. See `envs.base.Trials`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from envs.base import Beginning, Limits, Observation, Program, Run
from envs.errors import EnvLost


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

    def close(self) -> None:
        """End it."""
        ...


class DesktopTrials:
    """Trials on desktops that `make` makes, each with the folder in which it may keep things."""

    def __init__(self, make: Callable[[Path], Desktop]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="journeyman-desks-"))
        self._make = make
        self._desktop: Desktop | None = None

    def enter(self, beginning: Beginning, ahead: Beginning | None = None) -> Observation:
        """Begin a trial: at the situation, or at a new home with the files and folders of the beginning."""
        self._leave()
        self._desktop = self._make(self._folder)
        if beginning.situation is not None:
            return self._desktop.restore(beginning.situation)
        return self._desktop.prepare(beginning.files, beginning.folders)

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
        """End the desktop of the last trial."""
        self._leave()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _leave(self) -> None:
        if self._desktop is not None:
            self._desktop.close()
            self._desktop = None
