"""A task: one sentence and the machine check that decides it.

Plain data: it is made by a proposer, kept by progress, shown to a writer; it never runs anything. Its id is the hash of
what is to be done (world, kind, check), so the same task proposed again is recognised whatever its wording.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from curriculum.checks import Check, parse
from curriculum.errors import BadCheck

TaskKind = Literal["milestone", "step", "explore", "repair", "given"]
"""Why a task exists: a milestone, a step towards one, breadth, a skill that wants mending, or a person's wish."""

SCHEME = "t1"
"""Names the rule by which ids are made, so that it can change."""


@dataclass(frozen=True)
class Task:
    """What to do next, and how one will know that it is done."""

    goal: str
    check: Check
    kind: TaskKind = "given"
    item: str | None = None
    """What the task is about, if one name says it: an item or '#tag', on the desktop its family."""
    count: int = 1
    parents: tuple[str, ...] = ()
    """Ids or milestone names that this task serves."""
    world: str = "minecraft"
    proposed_by: str = "person"
    reason: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What the sentence names, by role: arguments for a program with parameters. Plain JSON."""
    setup: Mapping[str, Any] | None = None
    """From what the world is made ready before each round (desktop: family and seed); None: it stays as it is."""

    @property
    def id(self) -> str:
        """Content hash of what is to be done: equal for equal world and check, whatever the wording and reason."""
        content = json.dumps([self.world, self.check.to_json()], sort_keys=True, separators=(",", ":"))
        return f"{SCHEME}:{hashlib.sha256(content.encode()).hexdigest()[:16]}"

    @property
    def family(self) -> str:
        """Which tasks differ from this one only in their content, if it was made by a generator; else ''."""
        return str(self.setup["family"]) if self.setup else ""

    @property
    def is_repair(self) -> bool:
        """Whether a skill that lost its trust is to be written anew."""
        return self.kind == "repair"

    def because(self, reason: str) -> Task:
        """The same task with another reason."""
        return replace(self, reason=reason)

    def to_json(self) -> dict[str, Any]:
        """The task as plain JSON; `from_json` gives it back."""
        return {
            "id": self.id,
            "kind": self.kind,
            "goal": self.goal,
            "check": self.check.to_json(),
            "item": self.item,
            "count": self.count,
            "parents": list(self.parents),
            "world": self.world,
            "proposed_by": self.proposed_by,
            "reason": self.reason,
            "values": dict(self.values),
            "setup": dict(self.setup) if self.setup is not None else None,
        }


def from_json(data: Mapping[str, Any]) -> Task:
    """The task that `to_json` wrote. Raises BadCheck when something is missing or wrong."""
    try:
        return Task(
            goal=data["goal"],
            check=parse(data["check"]),
            kind=data.get("kind", "given"),
            item=data.get("item"),
            count=data.get("count", 1),
            parents=tuple(data.get("parents", ())),
            world=data.get("world", "minecraft"),
            proposed_by=data.get("proposed_by", "person"),
            reason=data.get("reason", ""),
            values=data.get("values", {}),
            setup=data.get("setup"),
        )
    except KeyError as error:
        raise BadCheck(f"a task needs {error}: {data!r:.200}") from error
