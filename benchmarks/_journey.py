"""Journeys as a person starts them: one child process each, a home of its own, read afterwards from its database."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from agent.store import Iteration, Store
from memory.db import open_db
from memory.log import EventLog

ROOT = Path(__file__).resolve().parent.parent
REPORTED = re.compile(r"^ *(\d+) ([✓✗])  (.+?)  (\w+)  ")
"""A reported iteration: its number, its verdict, its goal and its program."""

Told = tuple[int, str, str, str]


class Journey:
    """A running `journeyman` command and what it has told, each line with its moment."""

    def __init__(self, home: Path, *words: str) -> None:
        self.begun = time.monotonic()
        self.lines: list[tuple[float, str]] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "agent.cli", *words], cwd=ROOT, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env={**os.environ, "JOURNEYMAN_HOME": str(home)},
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                self.lines.append((time.monotonic(), line.rstrip("\n")))

    def wait(self, timeout: float) -> int:
        """The exit code; a journey that lasts too long is killed, which shows as a negative code."""
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
        code = self.process.wait()
        self._reader.join()
        return code

    def told(self) -> list[tuple[float, Told]]:
        """The iterations reported so far."""
        found = ((at, REPORTED.match(line)) for at, line in list(self.lines))
        return [(at, (int(match[1]), match[2], match[3], match[4])) for at, match in found if match]

    @property
    def text(self) -> str:
        """Everything it printed."""
        return "\n".join(line for _, line in self.lines)


def play(home: Path, *words: str, timeout: float) -> tuple[int, str, float]:
    """Run a command to its end: exit code, what it printed, real seconds."""
    journey = Journey(home, *words)
    code = journey.wait(timeout)
    return code, journey.text, time.monotonic() - journey.begun


def rows(home: Path, name: str) -> list[Iteration]:
    """The kept iterations of a journey; none if it never began."""
    path = home / "journeyman.db"
    if not path.exists():
        return []
    with closing(open_db(path, read_only=True).conn) as connection:
        return Store(Database(connection)).iterations(name)


def history(home: Path, name: str) -> tuple[str, list[dict[str, Any]]]:
    """The digest of a journey's log, and its events of world and body without real time."""
    with closing(open_db(home / "journeyman.db", read_only=True).conn) as connection:
        log = EventLog(Database(connection))
        events = [
            {"iteration": event.iteration, "source": event.source, "kind": event.kind, "tick": event.tick, **event.data}
            for event in log.read(name)
            if event.source in ("world", "body")
        ]
        return log.digest(name), events


def gaps(kept: list[Iteration]) -> list[dict[str, Any]]:
    """Where an iteration did not begin with the inventory that the one before had left, with what was more or less."""
    found = []
    for before, after in pairwise(kept):
        left, there = before.after["inventory"], after.before["inventory"]
        changes = {name: there.get(name, 0) - left.get(name, 0) for name in {**left, **there}}
        changes = {name: count for name, count in changes.items() if count}
        if changes or after.iteration != before.iteration + 1:
            ticks = after.before["tick"] - before.after["tick"]
            found.append({"iteration": after.iteration, "changes": changes, "ticks_between": ticks})
    return found
