"""What `journeyman calls` tells: calls, tokens, cost and refusals by role, the judge's agreement, calls saved.

And each call by itself: what it cost, what it led to, its messages and its answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.database import database
from agent.errors import UsageError
from agent.models.calls import Calls
from agent.store import Journey, Store
from agent.tables import table

MOST_LED_TO = 90
"""Letters of what a call led to that its line shows."""


def of(name: str | None) -> dict[str, Any]:
    """A journey's calls in sums. Raises UsageError."""
    store, calls, journey = _read(name)
    rows = calls.of(journey.name)
    asked = {str(row["led_to"]).partition(":")[0] for row in rows if row["role"] == "write"}
    iterations = store.iterations(journey.name)
    free = sum(f"iteration {each.iteration}" not in asked for each in iterations)
    tokens, dollars = calls.spent(journey.name)
    return {
        "journey": journey.name,
        "iterations": len(iterations),
        "without_a_call": free,
        "tokens": tokens,
        "dollars": round(dollars, 6),
        "roles": calls.by_role(journey.name),
        "refused": sum(str(row["led_to"]).startswith("refused") for row in rows),
        "troubles": sum(row["answer"] is None for row in rows),
        "judge": calls.agreement(journey.name),
    }


def words(found: Mapping[str, Any]) -> str:
    """The sums as text."""
    if not found["roles"]:
        return f"{found['journey']}: no model was asked in {found['iterations']} iterations."
    rows = [
        [role, *(str(each[key]) for key in ("calls", "troubles", "tokens_in", "cached", "tokens_out"))]
        for role, each in found["roles"].items()
    ]
    judged = found["judge"]
    audit = f"; the judge agreed with {judged['agreed']} of {judged['audited']} checks" if judged["audited"] else ""
    return "\n".join(
        [
            f"{found['journey']}: {found['tokens']} tokens, ${found['dollars']:.4f}; "
            f"{found['refused']} answers refused; "
            f"{found['without_a_call']} of {found['iterations']} programs without asking{audit}.",
            table(["role", "calls", "troubles", "tokens in", "of them cached", "tokens out"], rows),
        ]
    )


def each(name: str | None) -> list[dict[str, Any]]:
    """A journey's calls in order, without their messages. Raises UsageError."""
    _, calls, journey = _read(name)
    return [
        {key: value for key, value in row.items() if key not in ("messages", "answer")}
        for row in calls.of(journey.name)
    ]


def each_words(found: Sequence[Mapping[str, Any]]) -> str:
    """The calls as a table."""
    if not found:
        return "No model was asked."
    rows = [
        [
            str(row["number"]), row["role"], row["model"], row["prompt"].partition("@")[0],
            f"{row['tokens_in']}+{row['tokens_out']}", f"${row['dollars']:.4f}", f"{row['seconds']:.1f} s",
            (row["led_to"] or row["problem"] or "not used yet")[:MOST_LED_TO],
        ]
        for row in found
    ]  # fmt: skip
    return table(["call", "role", "model", "prompt", "tokens", "cost", "took", "led to"], rows)


def one(name: str, number: int) -> dict[str, Any]:
    """One call, whole. Raises UsageError."""
    _, calls, journey = _read(name)
    rows = calls.of(journey.name)
    for row in rows:
        if row["number"] == number:
            return row
    raise UsageError(f"{name} has no call {number}; it has {len(rows)}")


def one_words(row: Mapping[str, Any]) -> str:
    """A call as a page: what was said to the model, what it answered, what came of it."""
    head = f"{row['journey']}, call {row['number']}: {row['role']}, {row['model']}, prompt {row['prompt']}"
    cost = f"{row['tokens_in']} + {row['tokens_out']} tokens, ${row['dollars']:.4f}, {row['seconds']:.1f} s"
    said = [f"--- {message['role']}\n{message['content']}" for message in row["messages"]]
    cut = [f"{each['section']}: {each['line']} ({each['tokens']} tokens)" for each in row["cut"]]
    said += ["\n".join(["--- did not fit", *cut])] if cut else []
    answer = f"--- answer ({row['finish']})\n{row['answer'] if row['answer'] is not None else row['problem']}"
    return "\n".join([head, cost, *said, answer, f"--- led to\n{row['led_to'] or 'nothing yet'}"])


def _read(name: str | None) -> tuple[Store, Calls, Journey]:
    """The journey that is meant, by default the newest. Raises UsageError."""
    db = database(read_only=True)
    store = Store(db)
    journeys = store.journeys()
    if name is None and not journeys:
        raise UsageError("no journeys yet: journeyman run minecraft")
    return store, Calls(db), store.journey(name) if name else journeys[-1]
