"""What is learned from a task that was given up: reflections become lessons in semantic memory, with their episode."""

from __future__ import annotations

from dataclasses import replace

from agent import evidence
from agent.brain import WriteRequest
from agent.parts import Parts
from agent.store import Iteration
from memory import semantic
from memory.episodic import Failure

PUT_AWAY = 20
"""Lessons that a person took back of which whoever reflects is told, newest first."""


def reflect(parts: Parts, request: WriteRequest, row: Iteration, episode: int, now: float) -> None:
    """Ask why a task failed in all its rounds, and keep the lessons.

    Does nothing where no model sits in the role, or where the verdict is in doubt: the program may have been right.
    """
    reflector = parts.staff.reflector
    if reflector is None or evidence.failure(row) == "verifier":
        return
    again, away = _failed_before(parts, evidence.failure(row)), parts.semantic.put_away("lesson", "")[:PUT_AWAY]
    for reflection in reflector.reflect(request, again=again, put_away=away):
        if not reflection.has_lesson:
            reflector.note(reflection, f"cause: {reflection.cause}")
            continue
        told = (reflection.about, reflection.when, reflection.do)
        lesson = semantic.lesson(*told, never=reflection.never, at=now, evidence=[episode])
        lesson = replace(lesson, world=request.task.world)
        reason = f"reflection on iteration {row.iteration} ({reflection.perspective}, {reflection.failure})"
        kept = parts.semantic.add(lesson, reason=f"{reason}: {reflection.cause}", inputs={"call": reflection.call})
        if kept.archived:
            reflector.note(reflection, f"not kept, as a person took back lesson {kept.id}: {kept.text}")
            continue
        entry = parts.semantic.journal(kept.id, limit=1)[0].id
        parts.ledger.write(
            parts.config.name, row.iteration, "lesson", f"lesson/{kept.id}/{reflection.call}",
            what=kept.text, why=reflection.cause, evidence={"episode": episode, "call": reflection.call},
            undo=f"journeyman memory undo {entry}",
        )  # fmt: skip
        reflector.note(reflection, f"lesson {kept.id}: {kept.text}")


def _failed_before(parts: Parts, failure: Failure | None) -> bool:
    """Whether another task of this journey was given up for a failure of the same class."""
    attempts = parts.book.attempts(parts.config.name)
    return any(not each.passed and evidence.CLASSES.get(each.cause, "wrong_code") == failure for each in attempts)
