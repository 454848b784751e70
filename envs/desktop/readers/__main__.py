"""Reads a tar archive of documents from its input and prints {path: facts}; one that cannot be read harms no other."""

from __future__ import annotations

import json
import sys
import tarfile

from . import Facts, read


def main() -> None:
    """Read all, print all."""
    found: dict[str, Facts] = {}
    with tarfile.open(fileobj=sys.stdin.buffer, mode="r:") as archive:
        for member in archive:
            file = archive.extractfile(member)
            try:
                found[member.name] = read(member.name.rpartition(".")[2].lower(), file.read() if file else b"")
            except Exception as error:  # any parser, any nonsense: the document cannot be read, and that is a fact
                found[member.name] = {"kind": "unreadable", "why": f"{type(error).__name__}: {error}"[:200]}
    json.dump(found, sys.stdout)


main()
