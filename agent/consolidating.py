"""Lessons that say the same in other words become one, if a model serves the role and the merge gate agrees.

One group of lessons after each task that ended, so that it costs little and never piles up; where no model answers, the
loop goes on and the group is read another time. What was merged stands in the journal of memory and in the ledger, with
the entry that takes it back.
"""

from __future__ import annotations

from agent.errors import ServerRefused
from agent.parts import Parts
from agent.roles.consolidator import Consolidator, Joined, Proposed
from memory import alike, items
from memory.alike import Group
from memory.db import atomic
from memory.errors import Refused
from memory.semantic import Semantic

TRIES = 2
"""Answers that the gate may refuse before a group is left as it is."""


def consolidate(parts: Parts, iteration: int, now: float) -> None:
    """Read the next group of lessons; does nothing where no model sits in the role or nothing has changed."""
    consolidator = parts.staff.consolidator
    if consolidator is None:
        return
    db, step = parts.library.db, f"{parts.config.name}/{iteration}"
    group = alike.next_group(db, step)
    if group is None:
        return
    refused: list[str] = []
    for number in range(TRIES):
        left = [each for each in group.items if parts.semantic.get(each.id).live]
        try:
            proposed = consolidator.propose(left, refused, f"consolidate/{iteration}.{number}")
        except ServerRefused as error:
            parts.report("notice", text=f"lessons are not read for doubles now: {error}")
            return
        with atomic(db):
            refused = _apply(parts, consolidator, group, proposed, iteration, now)
            if not refused or number == TRIES - 1:
                alike.done(db, group, step)
                return


def _apply(
    parts: Parts, consolidator: Consolidator, group: Group, proposed: Proposed, iteration: int, now: float
) -> list[str]:
    """Let the gate decide on each merge; why those were refused that were."""
    refused = [proposed.problem] if proposed.problem else []
    texts = []
    for joined in proposed.merges:
        try:
            texts.append(_merge(parts, joined, proposed.call, iteration, now))
        except Refused as refusal:
            refused.append(f"{', '.join(map(str, joined.lessons))}: {refusal}")
            parts.semantic.noop(
                group.items[0].id, at=now, reason=f"not merged: {refusal}", inputs={"call": proposed.call}
            )
    what = f"refused: {'; '.join(refused)}"[:500] if refused else f"merged: {'; '.join(texts) or 'nothing'}"
    consolidator.note(proposed, what, success=not refused)
    return refused


def _merge(parts: Parts, joined: Joined, call: int, iteration: int, now: float) -> str:
    """Merge, and write the ledger's line. Raises Refused if the gate or the tier does not agree."""
    semantic: Semantic = parts.semantic
    never = bool(semantic.get(joined.lessons[0]).data.get("never"))
    said = items.lesson("", joined.when, joined.do, never=never, at=now)
    merged = semantic.merge(
        joined.lessons, said.text, data=said.data, at=now, reason="say the same in other words", origin="model",
        inputs={"call": call},
    )  # fmt: skip
    entry = semantic.journal(merged.id, limit=1)[0].id
    parts.ledger.write(
        parts.config.name, iteration, "lesson", f"merge/{merged.id}/{call}",
        what=merged.text, why="lessons that say the same in other words",
        evidence={"merged": list(joined.lessons), "call": call}, undo=f"journeyman memory undo {entry}",
    )  # fmt: skip
    return merged.text
