"""Lessons that say the same in other words become one, if a model serves the role and the merge gate agrees.

One group of lessons for each task that ended, so that it costs little and never piles up. The model is asked at the end
of one task and its answer taken at the end of a later one: the loop never waits. Where no model answers, the group is
read another time. What was merged stands in the journal of memory and in the ledger, with the entry that takes it back.
"""

from __future__ import annotations

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
    """Act on the answer about the group of lessons that was asked about, if it is there, and ask about the next.

    Does nothing where no model sits in the role or nothing has changed.
    """
    consolidator = parts.staff.consolidator
    if consolidator is None:
        return
    db, step = parts.library.db, f"{parts.config.name}/{iteration}"
    while (group := alike.next_group(db)) is not None:
        question = consolidator.ask(group)
        answer = consolidator.answer(question)
        if answer is None:
            consolidator.begin(question)
            return
        if alike.had(db, step):
            return
        with atomic(db):
            refused = _apply(parts, consolidator, group, consolidator.read(group, answer), iteration, now)
            if refused and group.tries + 1 < TRIES:
                alike.again(db, group, refused, step)
            else:
                alike.done(db, group, step)


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
