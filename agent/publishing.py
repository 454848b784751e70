"""What was written out and may be given to others: where something in it looks like a password or a key.

Programs and the arguments of tasks are kept as they were written, as they are to run again. So an export may hold what
a person would not publish, and they are told in which file and in which line. Reads files only; memory.guard knows
what a secret looks like.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from memory import guard


def secrets(*paths: Path) -> list[dict[str, Any]]:
    """Each line of some files, or of all files below some folders, on which something looks like a secret."""
    files = [file for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("*")))]
    found = []
    for file in files:
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            found += [{"file": str(file), "line": line} for line in guard.secret_lines(text)]
    return found


def words(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a person is told about it."""
    if not found:
        return []
    lines = [f"  {each['file']} line {each['line']}" for each in found]
    return ["Look at this before you give it to anybody; it looks like a password or a key:", *lines]
