"""How the tasks of the desktop are judged: checks that many families share."""

from __future__ import annotations

from collections.abc import Sequence

from curriculum.checks import Achieved, All, Check, FileEquals, FileExists, Not, Unchanged


def done(*parts: Check, but: Sequence[str] = ()) -> Check:
    """All parts hold, did not before, were brought about, and nothing changed but these files and folders."""
    return Achieved(check=All(checks=(*parts, Unchanged(but=tuple(but)))))


def text_is(path: str, lines: Sequence[str]) -> Check:
    """A text document holds exactly these lines; whether the last one ends with a line end does not matter."""
    return FileEquals(path=path, text="\n".join(lines), last_line_end=False)


def gone(path: str) -> Check:
    """There is no such document any more."""
    return Not(check=FileExists(path=path))


def folder_gone(path: str) -> Check:
    """There is no such folder any more."""
    return Not(check=FileExists(path=path, what="folder"))
