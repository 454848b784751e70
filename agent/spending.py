"""What `journeyman calls` tells: calls, tokens, cost and refusals by role, the judge's agreement, calls saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.database import database
from agent.errors import UsageError
from agent.models.calls import Calls
from agent.store import Store
from agent.tables import table


def of(name: str | None) -> dict[str, Any]:
    """A journey's calls in sums. Raises UsageError."""
    db = database(read_only=True)
    store, calls = Store(db), Calls(db)
    journeys = store.journeys()
    if name is None and not journeys:
        raise UsageError("no journeys yet: journeyman run minecraft")
    journey = store.journey(name) if name else journeys[-1]
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
