"""What `journeyman approve` and `journeyman ledger` do. Gives plain JSON and its text for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from agent.approving import page
from agent.database import database
from agent.oversight import Approvals, Ledger, Question
from agent.store import Store


def answer(name: str, number: int | None, yes: bool, reason: str) -> dict[str, Any]:
    """Answer a question of a journey. Raises UsageError if none is open."""
    db = database()
    Store(db).journey(name)
    return _plain(Approvals(db).answer(name, number, yes, reason=reason, by="command"))


def answer_words(found: Mapping[str, Any]) -> str:
    """What was answered."""
    said = "yes" if found["answer"] else "no"
    return f"{said} to question {found['number']} ({found['kind']}); {found['journey']} goes on."


def waiting(name: str) -> list[dict[str, Any]]:
    """The questions of a journey that wait."""
    db = database(read_only=True)
    Store(db).journey(name)
    return [_plain(each) for each in Approvals(db).open(name)]


def waiting_words(found: Sequence[Mapping[str, Any]]) -> str:
    """The questions as pages."""
    return "\n\n".join(f"Question {each['number']}: {each['page']}" for each in found) or "Nothing waits for an answer."


def ledger(name: str | None, kind: str | None) -> list[dict[str, Any]]:
    """The ledger's lines."""
    db = database(read_only=True)
    if name:
        Store(db).journey(name)
    return Ledger(db).lines(name, kind)


def ledger_words(found: Sequence[Mapping[str, Any]]) -> str:
    """The ledger as text: what, why, evidence, and how to undo it."""
    lines = []
    for each in found:
        when = datetime.fromtimestamp(each["at"], UTC).strftime("%Y-%m-%d %H:%M")
        lines.append(f"{each['seq']:5d}  {when}  {each['journey']} {each['iteration']}  {each['kind']}: {each['what']}")
        evidence = json.dumps(each["evidence"], ensure_ascii=False)
        lines.append(f"       why: {each['why']}    evidence: {evidence}    undo: {each['undo']}")
    return "\n".join(lines) or "No such change is known."


def _plain(question: Question) -> dict[str, Any]:
    return {
        "journey": question.journey, "number": question.number, "kind": question.kind, "shown": dict(question.shown),
        "answer": question.answer, "reason": question.reason, "by": question.by, "page": page(question),
    }  # fmt: skip
