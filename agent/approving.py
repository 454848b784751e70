"""Pauses for a person's word at LangGraph interrupts, and waits for it: from a terminal, a command, or a file.

A node of the graph asks; the session waits outside the graph and resumes it with the answer. A session that is ended
while it waits asks the same question again when it is resumed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from langgraph.types import interrupt

from agent.oversight import Approvals, Question
from agent.parts import Parts
from agent.state import State
from curriculum.task import from_json

LOOK_EVERY, WATCH_EVERY = 0.3, 30.0
"""Seconds between looks for an answer, and between those of the monitor."""
Asker = Callable[[Question], bool | None]
"""Asks the person at the terminal; None if there is nobody."""


def approve_task(state: State, parts: Parts) -> State:
    """Let a person see a task before work on it begins; one that is refused is settled as such."""
    if parts.config.approve not in ("tasks", "all") or state["task"] is None or state["round"]:
        return {}
    task = from_json(state["task"])
    shown = {"goal": task.goal, "check": task.check.to_json(), "reason": task.reason, "by": task.proposed_by}
    answer = interrupt({"key": f"task/{state['tasks']}", "kind": "task", "shown": shown})
    if answer["yes"]:
        return {}
    parts.book.settle(parts.config.name, state["tasks"], False, "refused", ended=state["iteration"])
    parts.here(state).proposer.settled(state["tasks"], False)
    parts.report("notice", text=f"refused: {task.goal} {answer['reason']}".rstrip())
    return {"task": None}


def approve_skill(state: State, parts: Parts) -> State:
    """Let a person see a program that passed, with its evidence and what it changes, before it becomes a skill."""
    draft = state["draft"]
    if parts.config.approve not in ("skills", "all") or not state["passed"] or not draft or draft["source"] is None:
        return {"approved": True}
    row = parts.store.iteration(parts.config.name, state["iteration"])
    assert row is not None
    old = parts.library.get(row.name).current.source if parts.library.has(row.name) else ""
    shown = {
        "name": row.name, "diff": diff(old, draft["source"]), "evidence": row.evidence, "iteration": row.iteration,
        "goal": row.task["goal"],
    }  # fmt: skip
    answer = interrupt({"key": f"skill/{row.iteration}", "kind": "skill", "shown": shown})
    if not answer["yes"]:
        parts.report("notice", text=f"not kept as a skill: {row.name} {answer['reason']}".rstrip())
    return {"approved": bool(answer["yes"])}


def wait(approvals: Approvals, journey: str, asked: Mapping[str, Any], folder: Path, *, stop: Callable[[], None],
         watch: Callable[[], object], ask: Asker | None = None) -> dict[str, Any]:  # fmt: skip
    """The first answer to an interrupt, from wherever it comes.

    While nobody answers, `stop` may raise, and `watch` looks every half a minute.
    """
    question = approvals.ask(journey, asked["key"], asked["kind"], asked["shown"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{question.number:04d}.md").write_text(page(question), encoding="utf-8")
    told = ask(question) if ask and question.answer is None else None
    if told is not None and approvals.question(journey, question.number).answer is None:
        approvals.answer(journey, question.number, told, reason="", by="terminal")
    watched = time.monotonic()
    while (question := approvals.question(journey, question.number)).answer is None:
        for ending, yes in (("yes", True), ("no", False)):
            file = folder / f"{question.number:04d}.{ending}"
            if file.is_file():
                reason = file.read_text(encoding="utf-8").strip()
                approvals.answer(journey, question.number, yes, reason=reason, by=str(file))
                break
        else:
            stop()
            if time.monotonic() - watched >= WATCH_EVERY:
                watch()
                watched = time.monotonic()
            time.sleep(LOOK_EVERY)
    return {"yes": question.answer, "reason": question.reason}


def page(question: Question) -> str:
    """The question as a person reads it, with how to answer."""
    shown = question.shown
    if question.kind == "skill":
        about = f"Keep {shown['name']} as a skill?\n\n{shown['goal']} {shown['evidence']}\n\n{shown['diff']}"
    else:
        about = (
            f"Take up this task?\n\n{shown['goal']}\nCheck: {json.dumps(shown['check'])}\n"
            f"Why: {shown['reason']} ({shown['by']})"
        )
    how = (
        f"journeyman approve {question.journey} [--no] [--reason WHY], or a file {question.number:04d}.yes or .no here"
    )
    return f"{about}\n\nAnswer: {how}\n"


def diff(old: str, new: str) -> str:
    """What changes from one source to another, as a unified diff."""
    from difflib import unified_diff

    return "\n".join(unified_diff(old.splitlines(), new.splitlines(), "before", "after", lineterm=""))
