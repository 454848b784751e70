"""What changed between two versions: source, signature, callees. Reads only."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from skills import render
from skills.errors import NotAllowed
from skills.reader import LibraryReader
from skills.skill import Version


@dataclass(frozen=True)
class Difference:
    """Two versions side by side; `lines` is a unified diff of their sources."""

    old: str
    new: str
    lines: tuple[str, ...]
    signature: tuple[str, str] | None
    """How it was called and is called, if that changed."""
    callees: tuple[str, ...]
    """Callees that were added (+), dropped (-) or bound to another version (~)."""


def difference(library: LibraryReader, name: str, old: str | None = None, new: str | None = None) -> Difference:
    """The change from one version of a skill to another: by default from the parent of the current one to it."""
    newer = library.chosen(name, new)
    before = library.chosen(name, old) if old is not None else _before(library, newer)
    lines = difflib.unified_diff(
        before.source.splitlines(), newer.source.splitlines(), before.hash[:15], newer.hash[:15], lineterm="", n=3
    )
    calls = render.call(before.signature, before.language), render.call(newer.signature, newer.language)
    return Difference(
        before.hash, newer.hash, tuple(lines), calls if calls[0] != calls[1] else None, _callees(before, newer)
    )


def _before(library: LibraryReader, version: Version) -> Version:
    """The version that this one was made from. Raises NotAllowed if it is the first."""
    if version.parent is None:
        raise NotAllowed(f"{version.hash[:15]} is the first version of {version.skill!r}: name two to compare")
    return library.version(version.parent)


def _callees(old: Version, new: Version) -> tuple[str, ...]:
    changes = []
    for name in sorted({*old.uses, *new.uses}):
        if name not in old.uses:
            changes.append(f"+ {name}")
        elif name not in new.uses:
            changes.append(f"- {name}")
        elif old.uses[name] != new.uses[name]:
            changes.append(f"~ {name}: {old.uses[name][:15]} -> {new.uses[name][:15]}")
    return tuple(changes)
