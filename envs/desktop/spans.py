"""Calls of modules inside a run of the desktop: who called which with what, and the documents before and after it.

The program's process says when a call begins and ends; the home is looked at here, from outside, while it waits. So a
program can hide a call, but not invent what it brought.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

MOST_KEPT = 200
MOST_ARGUMENTS = 20
MOST_LETTERS = 80

Files = Mapping[str, Mapping[str, Any]]
"""The documents of a home by path, as `envs.desktop.home.tree` gives them."""


class Spans:
    """The calls of one run. `files` looks at the home, `now` is the tick, `calls` how many primitives were called."""

    def __init__(
        self, modules: Iterable[str], files: Callable[[], Files], now: Callable[[], int], calls: Callable[[], int]
    ) -> None:
        self._modules = frozenset(modules)
        self._files, self._now, self._calls = files, now, calls
        self._kept: list[dict[str, Any]] = []
        self._open: dict[int, tuple[dict[str, Any], Files]] = {}
        self._last = 0

    def enter(self, module: str, caller: str | None, args: Mapping[str, Any]) -> int:
        """A call begins; gives its number."""
        self._last += 1
        if module not in self._modules or len(self._kept) >= MOST_KEPT:
            return self._last
        files = self._files()
        span = {
            "module": module,
            "caller": caller if caller in self._modules else None,
            "args": plain(args),
            "before": holdings(files),
            "after": {},
            "ok": False,
            "error_code": None,
            "from": self._now(),
            "to": self._now(),
            "calls": [self._calls(), self._calls()],
        }
        self._kept.append(span)
        self._open[self._last] = span, files
        return self._last

    def leave(self, number: int, code: str | None) -> None:
        """A call ends: by itself, or with an error code."""
        if number not in self._open:
            return
        span, before = self._open.pop(number)
        after = self._files()
        span |= {"ok": code is None, "error_code": code, "after": {**holdings(after), **changes(before, after)}}
        span |= {"to": self._now(), "calls": [span["calls"][0], self._calls()]}

    def all(self, outcome: str) -> tuple[dict[str, Any], ...]:
        """Every call in the order in which they began; those that never ended have the outcome that ended the run."""
        for number in list(self._open):
            self.leave(number, outcome)
        return tuple(self._kept)


def plain(args: Mapping[str, Any]) -> dict[str, Any]:
    """What a contract can speak of: numbers, words and truth values; a list as the number of what it holds."""
    told: dict[str, Any] = {}
    for name, value in list(args.items())[:MOST_ARGUMENTS]:
        if isinstance(value, list):
            told[name[:MOST_LETTERS]] = len(value)
        elif isinstance(value, bool | int | float | str):
            told[name[:MOST_LETTERS]] = value[-MOST_LETTERS:] if isinstance(value, str) else value
    return told


def holdings(files: Files) -> Counter[str]:
    """Documents by kind: what effects of desktop skills are differences of."""
    return Counter(kind(path, file) for path, file in files.items())


def changes(before: Files, after: Files) -> Counter[str]:
    """Documents that were there before and say something else after, by kind."""
    return Counter(
        f"changed {kind(path, file)}"
        for path, file in after.items()
        if path in before and _content(before[path]) != _content(file)
    )


def kind(path: str, file: Mapping[str, Any]) -> str:
    """What a document counts as: by its ending, or a folder."""
    if file.get("kind") == "folder":
        return "folder"
    name = path.rsplit("/", 1)[-1]
    return f"{name.rsplit('.', 1)[1].lower()} file" if "." in name.strip(".") else "file"


def _content(file: Mapping[str, Any]) -> tuple[Any, Any]:
    return file.get("kind"), file.get("sha256")
