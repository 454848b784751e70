"""Saved states of a desktop on disk: numbered, whole or not there, the newest two kept.

A generation is two files: the home as a tar archive, and what stands beside it as JSON, written last; so a power cut
leaves either the whole generation or none. Knows bytes, not desktops.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from envs.errors import EnvUnavailable

KEPT = 2


class Generations:
    """The saved states in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def numbers(self) -> list[int]:
        """Generations that are whole, oldest first."""
        return sorted(int(path.stem) for path in self._folder.glob("*.json") if path.stem.isdigit())

    def save(self, number: int, home: bytes, state: Mapping[str, Any]) -> None:
        """Keep a state durably under a number."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._write(f"{number}.tar", home)
        self._write(f"{number}.json", json.dumps(dict(state)).encode())
        for old in self.numbers()[:-KEPT]:
            self._remove(old)

    def load(self, number: int | None) -> tuple[bytes, dict[str, Any]] | None:
        """The state of a number (None: the newest); newer ones are forgotten. None if nothing was ever saved."""
        there = self.numbers()
        if number is None:
            number = there[-1] if there else None
        if number is None:
            return None
        if number not in there:
            raise EnvUnavailable(f"this desktop has no generation {number}; there are: {there or 'none'}")
        for newer in there[there.index(number) + 1 :]:
            self._remove(newer)
        state: dict[str, Any] = json.loads((self._folder / f"{number}.json").read_bytes())
        return (self._folder / f"{number}.tar").read_bytes(), state

    def _write(self, name: str, content: bytes) -> None:
        fresh = self._folder / f".{name}"
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._folder / name)
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _remove(self, number: int) -> None:
        for ending in ("json", "tar"):
            (self._folder / f"{number}.{ending}").unlink(missing_ok=True)
