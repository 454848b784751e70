"""A desktop as it stands, as bytes: the home with the programs' settings, what is open with which document, the time.

What a program holds in memory only (text that was never saved, a dialog) is not in it: it is what somebody finds who
comes back to the desk after the power was off, with the same windows opened again.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Situation:
    """`home` is a tar archive; `opened` are programs with the document that each shows ('' for none), back to front."""

    home: bytes
    tick: int
    opened: tuple[tuple[str, str], ...]

    def to_bytes(self) -> bytes:
        """One line of JSON, then the archive, compressed."""
        head = json.dumps({"tick": self.tick, "opened": self.opened}).encode()
        return zlib.compress(head + b"\n" + self.home, 1)

    @staticmethod
    def from_bytes(data: bytes) -> Situation:
        """The situation that `to_bytes` wrote. Raises ValueError for anything else."""
        try:
            head, _, home = zlib.decompress(data).partition(b"\n")
            told = json.loads(head)
            return Situation(home, int(told["tick"]), tuple((str(one), str(two)) for one, two in told["opened"]))
        except (zlib.error, KeyError, TypeError) as error:
            raise ValueError(f"this is no situation of a desktop: {error}") from error


def opened(windows: Sequence[Mapping[str, Any]], files: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Programs that have a window, each with the document that its title names best."""
    found = []
    for window in sorted(windows, key=lambda each: bool(each["active"])):
        if window["program"] and not window["dialog"]:
            found.append((str(window["program"]), _named(str(window["title"]), files)))
    return tuple(found)


def _named(title: str, files: Mapping[str, Any]) -> str:
    """The document in a title: by its whole path before its name alone, a file before a folder, a long name first."""

    def fit(path: str) -> tuple[bool, bool, int]:
        return path in title, files[path]["kind"] != "folder", len(path)

    def named(path: str) -> bool:
        words = r"\s+".join(re.escape(word) for word in path.rsplit("/", 1)[-1].split())
        return bool(words) and re.search(rf"(?<!\w){words}(?!\w)", title) is not None

    return max(filter(named, files), key=fit, default="")
