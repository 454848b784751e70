"""What the documents of the home say: each read once for each content, plain text here, everything else in a box.

Gives facts for observations and checks; judges nothing.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from typing import Any

from envs.desktop import boxed, home
from envs.desktop.readers import BOXED, TEXT
from envs.desktop.readers import text as plain_text

MOST_DOCUMENTS = 200
"""Documents whose content is told; the rest are told by size and hash."""
MOST_BYTES = 16 << 20
READ_SECONDS = 30.0
MEMORY_MB = 512
KEPT = 2_000
"""Contents whose facts are remembered."""


class Documents:
    """Facts about contents, by hash and ending, so that nothing is parsed twice."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], dict[str, Any]] = {}

    def tell(self, descriptor: int, tree: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """The tree of a home, each readable document with its `content`."""
        wanted: dict[str, tuple[str, str]] = {}
        for path, about in tree.items():
            ending = path.rpartition(".")[2].lower()
            if (
                ending in TEXT + BOXED
                and about.get("sha256")
                and about["size"] <= MOST_BYTES
                and len(wanted) < MOST_DOCUMENTS
            ):
                wanted[path] = (about["sha256"], ending)
        self._read(descriptor, {path: key for path, key in wanted.items() if key not in self._known})
        told = {
            path: {**about, "content": self._known[wanted[path]]}
            if path in wanted and wanted[path] in self._known
            else about
            for path, about in tree.items()
        }
        while len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
        return told

    def _read(self, descriptor: int, wanted: Mapping[str, tuple[str, str]]) -> None:
        boxed_ones: dict[tuple[str, str], bytes] = {}
        for path, key in wanted.items():
            try:
                data = home.read(descriptor, path, MOST_BYTES)
            except OSError:
                continue
            if key[1] in TEXT:
                self._known[key] = plain_text.facts(data)
            else:
                boxed_ones[key] = data
        if not boxed_ones:
            return
        names = {f"{sha256}.{ending}": (sha256, ending) for sha256, ending in boxed_ones}
        try:
            told = boxed.answer(
                ("-m", "readers"),
                _archive({name: boxed_ones[key] for name, key in names.items()}),
                seconds=READ_SECONDS,
                memory_mb=MEMORY_MB,
            )
        except boxed.NoAnswer as error:
            # One of them ended the reader: each alone, so that the others are still told.
            if len(boxed_ones) == 1:
                told = {name: {"kind": "unreadable", "why": str(error)} for name in names}
            else:
                for path, key in wanted.items():
                    if key in boxed_ones:
                        self._read(descriptor, {path: key})
                return
        self._known |= {names[name]: facts for name, facts in told.items() if name in names and isinstance(facts, dict)}


def _archive(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return content.getvalue()
