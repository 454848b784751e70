"""What a check wants, told as what must become of files, windows and the clipboard.

Reads a check's data and the state before; knows no family and no program.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from agent.desktop_planning.graph import Pattern


@dataclass(frozen=True)
class Target:
    """One file or folder that the check speaks of."""

    path: str
    existed: bool
    gone: bool = False
    folder: bool = False
    text: str | None = None
    """What it must hold, exactly."""
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    cells: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What cells must hold: value, formula."""
    like: str | None = None
    """The file of before whose bytes it must have."""
    picture: Mapping[str, Any] | None = None
    sha256: str | None = None
    """The hash of what it must hold, where the text is not told."""

    @property
    def about_content(self) -> bool:
        """Whether it must hold something that no file held before."""
        empty = self.text == "" and not self.existed
        held = self.text is not None or self.contains or self.lacks or self.cells or self.picture or self.sha256
        return bool(held) and self.like is None and not empty


@dataclass(frozen=True)
class Wish:
    """Everything that a check wants."""

    targets: tuple[Target, ...] = ()
    clipboard: str | None = None
    windows: tuple[Mapping[str, str], ...] = ()

    @property
    def pattern(self) -> Pattern:
        """What a run must do to the home and the clipboard for it."""
        found = set()
        for target in self.targets:
            found.add("lost" if target.gone else "altered" if target.existed else "made")
        if self.clipboard is not None:
            found.add("clipboard")
        return frozenset(found)


def wish(check: Mapping[str, Any], before: Mapping[str, Any]) -> Wish:
    """The wish of a check (as plain JSON) in a state."""
    files: Mapping[str, Any] = before.get("files", {})
    targets: dict[str, Target] = {}
    clipboard, windows = None, []
    for data, negated in _atoms(check, False):
        kind = data["kind"]
        if kind == "clipboard" and not negated:
            clipboard = str(data["text"])
        elif kind == "window" and not negated:
            windows.append({"title": str(data.get("title", "")), "program": str(data.get("program", ""))})
        elif "path" in data:
            path = str(data["path"])
            target = targets.get(path) or Target(path, path in files)
            targets[path] = _with(target, data, negated, files)
    kept = [each for each in targets.values() if each.about_content or _differs(each)]
    folders = {each.path.rpartition("/")[0] for each in kept if each.about_content and not each.existed}
    made = [Target(path, False, folder=True) for path in folders if path and path not in files and path not in targets]
    return Wish((*made, *kept), clipboard, tuple(windows))


def _differs(target: Target) -> bool:
    """Whether it is not already so: a file that must stay is nothing to bring about."""
    return target.existed == target.gone


def _atoms(check: Mapping[str, Any], negated: bool) -> Iterator[tuple[Mapping[str, Any], bool]]:
    kind = check.get("kind")
    if kind in ("achieved", "not"):
        yield from _atoms(check["check"], negated != (kind == "not"))
    elif kind in ("all", "any"):
        parts = check["checks"]
        for part in parts if kind == "all" else parts[:1]:
            yield from _atoms(part, negated)
    else:
        yield check, negated


def _with(target: Target, data: Mapping[str, Any], negated: bool, files: Mapping[str, Any]) -> Target:
    kind = data["kind"]
    if kind == "file_exists":
        return replace(target, gone=negated, folder=data.get("what") == "folder")
    if kind == "file_equals" and not negated:
        text = data.get("text")
        wanted = data.get("sha256") or hashlib.sha256(str(text).encode()).hexdigest()
        like = next((path for path, file in files.items() if _holds(file, wanted, text)), None)
        return replace(target, text=text, sha256=data.get("sha256"), like=like)
    if kind in ("file_contains", "document_text"):
        text = str(data["text"])
        if negated or data.get("times") == 0:
            return replace(target, lacks=(*target.lacks, text))
        like = next(
            (path for path, file in files.items() if path != target.path and _text(file).strip() == text.strip()), None
        )
        if data.get("exact"):
            return replace(target, text=text, like=like)
        return replace(target, contains=(*target.contains, text), like=target.like or like)
    if kind == "sheet_cell" and not negated:
        cell = {name: data[name] for name in ("value", "formula") if data.get(name) is not None}
        if _cell(files.get(target.path, {}), data) == cell:
            return target  # it is so, and must stay so
        return replace(target, cells={**target.cells, str(data["cell"]): cell})
    if kind == "picture" and not negated:
        return replace(target, picture=data)
    return target


def _cell(file: Mapping[str, Any], data: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a cell holds, as far as a check asks for it."""
    sheets = (file.get("content") or {}).get("sheets") or {}
    sheet = sheets.get(data["sheet"], {}) if data.get("sheet") else next(iter(sheets.values()), {})
    held = sheet.get(data["cell"], {})
    return {name: held.get(name) for name in ("value", "formula") if data.get(name) is not None}


def _holds(file: Mapping[str, Any], sha256: str, text: str | None) -> bool:
    return file.get("sha256") == sha256 or (bool(text) and _text(file).rstrip("\n") == str(text).rstrip("\n"))


def _text(file: Mapping[str, Any]) -> str:
    return str((file.get("content") or {}).get("text") or "\0")
