"""What an iteration leaves behind: a skill version with its evidence, an episode, and what is told to people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agent import evidence, writing
from agent.parts import Parts
from agent.state import State
from agent.store import Iteration
from agent.uses import event_range
from curriculum.task import Task
from memory.episodic import Episode
from skills.admit import Admission


def keep_skill(state: State, parts: Parts, row: Iteration, now: float) -> str | None:
    """Keep a program that passed as a version, and count the run as evidence; the version's hash if there is one."""
    draft, here = state["draft"], parts.here(state)
    assert draft is not None
    if draft["skill"] is not None:
        hash, setting = str(draft["skill"]), evidence.IN_USE
    elif row.passed and row.outcome == "returned" and state.get("approved", True) and not draft.get("explores"):
        known = parts.library.has(row.name)
        version = parts.library.add(
            _described(writing.admitted(draft["source"], parts, here), state, parts),
            reason=row.note or row.evidence,
            author=here.brain.name,
            journey=row.journey,
            iteration=row.iteration,
            at=now,
        )
        hash, setting = version.hash, evidence.AT_HOME
        parts.ledger.write(
            row.journey, row.iteration, "skill", f"skill/{version.hash}",
            what=f"{version.skill} {version.hash[:15]}: {'a new version' if known else 'new'}",
            why=row.note or row.evidence, evidence={"iteration": row.iteration, "verdict": row.evidence},
            undo=f"journeyman skills {'rollback' if known else 'retire'} {version.skill}",
        )  # fmt: skip
        parts.report("kept", name=version.skill, purpose=version.purpose, change="a new version" if known else "new")
    else:
        hash, setting = None, evidence.IN_USE
    log = list(parts.log.read(row.journey, iteration=row.iteration, node="run"))
    uses = here.uses.of(row, log, hash=hash, setting=setting, place=here.place, brain=here.brain.name, at=now)
    for use in uses:
        parts.library.record_use(use)
    return hash


def _described(admission: Admission, state: State, parts: Parts) -> Admission:
    """With a purpose, if its writer wrote none and somebody is there to describe it."""
    if admission.purpose or parts.staff.describer is None:
        return admission
    goal = str((state["task"] or {})["goal"])
    purpose = parts.staff.describer.purpose(
        admission.source, goal, f"describe/{state['iteration']}", parts.here(state).name
    )
    return replace(admission, purpose=purpose)


def episode(state: State, parts: Parts, task: Task, row: Iteration, now: float, kept: str | None) -> Episode:
    """The iteration as episodic memory keeps it."""
    model, prompt = parts.calls.asked(row.journey, (state["draft"] or {})["call"])
    return Episode(
        journey=row.journey,
        iteration=row.iteration,
        task=task.id,
        goal=task.goal,
        family=task.family,
        at=now,
        round=row.round,
        outcome="passed" if row.passed else "failed",
        world=task.world,
        program=parts.episodes.keep_program(row.source) if row.source else None,
        failure=evidence.failure(row),
        cause=evidence.cause(row) or None,
        message=str((row.error or {}).get("message") or row.evidence),
        gained=writing.gained(row, parts),
        place=evidence.place(row),
        ticks=(int(row.before["tick"]), int(row.after["tick"])),
        skills=evidence.called(row, parts.log) | ({row.name: kept} if kept else {}),
        tokens=row.tokens,
        dollars=row.dollars,
        brain=model or parts.here(state).brain.name,
        prompt=prompt,
        events=event_range(list(parts.log.read(row.journey, iteration=row.iteration, node="run"))),
    )


def tell_run(parts: Parts, task: Task, row: Iteration) -> None:
    """Report a run with its verdict."""
    why = f"{row.error['code']}: {row.error['message']}" if row.error else row.evidence
    parts.report(
        "ran",
        iteration=row.iteration,
        passed=row.passed,
        goal=task.goal,
        name=row.name,
        gained=writing.gained(row, parts),
        game_seconds=row.ticks / 20,
        seconds=row.seconds,
        why=why,
    )


def tell_progress(parts: Parts, task: Task, row: Iteration, events: list[dict[str, Any]]) -> None:
    """Report new milestones and how things stand."""
    before = set(parts.milestones())
    parts.reached.note(parts.worlds[task.world].deeds(task, row, events))
    milestones = parts.milestones()
    for name in milestones:
        if name not in before:
            parts.report(
                "milestone",
                name=name,
                iteration=row.iteration,
                seconds=row.total_seconds,
                game_seconds=row.game_seconds,
            )
    facts = {
        "items": len(parts.reached.items),
        "skills": len(parts.library.names()),
        "game_seconds": row.game_seconds,
        "seconds": row.total_seconds,
        "tokens": parts.calls.spent(row.journey)[0],
        "iteration": row.iteration,
    }
    parts.report("facts", **facts)
    parts.store.tell(row.journey, {**facts, "task": task.goal, "milestones": milestones})
