"""The form in which memory travels: a folder of JSONL files, a page to read, and a manifest with the hash of each.

Rows are numbered from 1 in each file, and refer to each other by these numbers, so that a bundle means the same in
every database. This module reads, writes and checks the files; export.py and bring_in.py know what is in them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memory.errors import Refused
from memory.log import canonical

FORMAT = "journeyman-memory/2"
_BEFORE = "journeyman-memory/1"
"""The format that did not say up to where jobs had drawn from its rows; it is read as if they had from all."""
FILES = ("programs", "events", "episodes", "notes", "items", "journal", "reviews")
"""The parts of a bundle, in the order in which they build on one another."""
_MANIFEST = "manifest.json"
PAGE = "memory.md"
"""The page for people. It is not read back, but a bundle that was told otherwise to people is not whole either."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Bundle:
    """A bundle that was read and found whole; `digest` names its content.

    `done` says for each job from how many of the rows that it works through it has drawn its conclusions: what came of
    these is among the items and notes. None in a bundle that is too old to tell. `seal` is what its writer made of the
    digest with a key of theirs, '' if nothing.
    """

    rows: Mapping[str, list[Row]]
    digest: str
    done: Mapping[str, int] | None = None
    seal: str = ""


def write_bundle(
    folder: Path, rows: Mapping[str, Iterable[Row]], page: str, done: Mapping[str, int], seal: Callable[[str], str]
) -> str:
    """Write a bundle into a folder that is empty or new; returns its digest."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise Refused(f"{folder} is not empty: name a new folder")
        files = {name: _lines(folder / f"{name}.jsonl", rows[name]) for name in FILES}
        (folder / PAGE).write_text(page, encoding="utf-8", newline="\n")
        files[PAGE] = {"sha256": hashlib.sha256(page.encode()).hexdigest()}
        digest = _digest(FORMAT, files, done)
        # The manifest comes last: a folder without one is not a bundle but the rest of an interrupted export.
        manifest = {"format": FORMAT, "digest": digest, "seal": seal(digest), "done": dict(done), "files": files}
        (folder / _MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise Refused(f"{folder} cannot be written: {error.strerror}; name another folder") from error
    return digest


def _lines(path: Path, rows: Iterable[Row]) -> dict[str, Any]:
    """Write rows, one a line; returns how many they are and their hash."""
    hash, count = hashlib.sha256(), 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            line = canonical(row) + "\n"
            file.write(line)
            hash.update(line.encode())
            count += 1
    return {"rows": count, "sha256": hash.hexdigest()}


def read_bundle(folder: Path) -> Bundle:
    """Read a bundle and check every hash. Raises Refused with what is wrong."""
    manifest = _manifest(folder)
    rows: dict[str, list[Row]] = {}
    for name in FILES:
        path = folder / f"{name}.jsonl"
        content = _whole(path, manifest["files"][name]["sha256"])
        rows[name] = [_row(path, number, line) for number, line in enumerate(content.split(b"\n")[:-1], 1)]
    if PAGE in manifest["files"]:  # Bundles of before did not tell its hash.
        _whole(folder / PAGE, manifest["files"][PAGE]["sha256"])
    return Bundle(rows, str(manifest["digest"]), manifest.get("done"), str(manifest.get("seal") or ""))


def _whole(path: Path, hash: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(f"the bundle {path.parent} has no readable {path.name}: copy the whole folder") from error
    if hashlib.sha256(content).hexdigest() != hash:
        raise Refused(f"{path} was changed or damaged since it was exported: its hash is another")
    return content


def _manifest(folder: Path) -> Mapping[str, Any]:
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        found = manifest["format"]
        named = (*FILES, *({PAGE} & manifest["files"].keys()))
        files = {name: str(manifest["files"][name]["sha256"]) for name in named}
        done = {str(job): int(rows) for job, rows in manifest["done"].items()} if found == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"{folder} is not a memory bundle: it has no readable {_MANIFEST}") from error
    if found not in (FORMAT, _BEFORE):
        raise Refused(f"{folder} has the format {found!r}, this program reads {FORMAT!r}: update the program")
    digest = _digest(found, manifest["files"], done)
    if manifest.get("digest") != digest or not files:
        raise Refused(f"{folder / _MANIFEST} was changed or damaged: its digest does not fit its content")
    checked: Mapping[str, Any] = manifest
    return checked


def _digest(format: str, files: Mapping[str, Any], done: Mapping[str, int] | None) -> str:
    content = files if format == _BEFORE else {"files": files, "done": done}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _row(path: Path, number: int, line: bytes) -> Row:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise Refused(f"{path} line {number} is not JSON: {error}") from error
    if not isinstance(row, dict):
        raise Refused(f"{path} line {number} is not an object")
    return row
