"""What a refactoring changes in the library once it is decided: each change is whole or has not happened.

Old versions stay, pinned by whoever calls them; new ones are linked to what they were derived from. Which source takes
whose place, and what proved it, comes in from above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from memory.db import atomic
from skills.admit import Admission
from skills.errors import NotAllowed
from skills.library import Library
from skills.refactor import AUTHOR
from skills.skill import Skill, Use, Version


@dataclass(frozen=True)
class Rewritten:
    """A skill with another source that passed its replays, which are its evidence (of no version yet)."""

    skill: Skill
    admission: Admission
    uses: Sequence[Use] = ()


def derive(library: Library, admission: Admission, skills: Sequence[Skill], *, reason: str, at: float = 0.0) -> Version:
    """Keep a source that covers what several skills do, linked to each of them."""
    with atomic(library.db):
        why = f"{reason}: {', '.join(skill.name for skill in skills)}"
        general = library.add(admission, reason=why, author=AUTHOR, at=at)
        for skill in skills:
            library.link(general.hash, "derived_from", skill.current.hash, reason=reason, at=at)
        return general


def take_over(library: Library, rewritten: Sequence[Rewritten], *, reason: str, at: float = 0.0) -> None:
    """Let the new sources stand where the old ones stood; a pinned skill stays, and the new one is cleared beside it.

    Raises CallCycle, and NotAllowed if a skill has moved on since it was replayed; then nothing has changed.
    """
    with atomic(library.db):
        _refuse_moved(library, [each.skill for each in rewritten])
        for each in rewritten:
            old = each.skill.current
            version = library.add(
                each.admission, reason=reason, author=AUTHOR, at=at, journey=old.journey, iteration=old.iteration
            )
            for use in each.uses:
                library.record_use(replace(use, version=version.hash))
            why = f"passed the replays of {old.hash[:15]}"
            if each.skill.pinned:
                library.clear(version.hash, reason=why, at=at)
            else:
                library.carry_on(version.hash, old.hash, reason=why, at=at, kind="rewritten_from")


def merge(
    library: Library,
    keep: Skill,
    others: Sequence[Skill],
    callers: Sequence[Rewritten],
    *,
    reason: str,
    at: float = 0.0,
) -> None:
    """Take skills out of use for one that does the same; `callers` are those that called them, calling that one now.

    Raises CallCycle and NotAllowed as `take_over` does.
    """
    with atomic(library.db):
        _refuse_moved(library, [keep, *others])
        take_over(library, callers, reason=reason, at=at)
        for other in others:
            library.link(other.current.hash, "duplicate_of", keep.current.hash, reason=reason, at=at)
            library.retire(other.name, reason=f"{keep.name} does the same: {reason}", at=at)


def _refuse_moved(library: Library, skills: Sequence[Skill]) -> None:
    """Replays take their time, and others may change the library meanwhile: they prove what they began with alone."""
    moved = [skill.name for skill in skills if not library.stands(skill)]
    if moved:
        raise NotAllowed(f"{' and '.join(moved)} changed while it was replayed: what passed was the version before")
