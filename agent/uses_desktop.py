"""Uses on the desktop: documents by kind before and after, and the programs that were opened.

A program is judged by the task's check. A call in a program that passed succeeded unless it threw; where the program
did not pass, a call that came back counts neither way. What was never called is not counted. Reads only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from agent.store import Iteration
from agent.uses import Args, Counts, Events, Uses
from envs.desktop import spans
from skills.evidence import UNTOLD
from skills.skill import Outcome, Version


class DesktopUses(Uses):
    """Uses of skills in Python."""

    def holdings(self, seen: Mapping[str, Any]) -> Counts:
        """Documents by kind."""
        return spans.holdings(seen.get("files", {}))

    def outcome(self, row: Iteration, hash: str) -> Outcome:
        """By the task's check."""
        return "succeeded" if row.passed else "failed"

    def judge(self, span: Mapping[str, Any], version: Version, row: Iteration) -> tuple[Outcome, str | None]:
        """By its error, and where there was none by whether the program passed."""
        if span["ok"]:
            return ("succeeded" if row.passed else "unmet"), None
        code = str(span["error_code"])
        return ("unmet" if code == row.outcome else "failed"), code

    def inside(self, span: Mapping[str, Any], events: Events) -> Events:
        """The primitives that it called: they come first among the events, in order."""
        return events[slice(*span["calls"])]

    def told(self, row: Iteration, args: Args, before: Counts, after: Counts, events: Events) -> dict[str, Any]:
        """Arguments as far as effects can depend on them, and documents that were changed beside those that are new."""
        changed = (event.data["path"] for event in events if event.kind == "file_changed")
        after = {**after, **Counter(f"changed {spans.kind(path, {})}" for path in changed)}
        opened = (event.data["args"].get("program") for event in events if event.data.get("call") == "open_program")
        return {
            "args": _kinds(spans.plain(args), {*before, *after}),
            "before": before,
            "after": after,
            "tools": tuple(sorted({str(program) for program in opened})),
        }


def _kinds(args: Args, kinds: set[str]) -> dict[str, Any]:
    """Arguments as far as effects can depend on them: amounts, and of a path the kind of document that it names.

    All other texts are fresh in every task and say nothing.
    """
    told: dict[str, Any] = {}
    for name, value in args.items():
        kind = spans.kind(value, {}) if isinstance(value, str) else ""
        told[name] = value if not isinstance(value, str) else kind.removesuffix(" file") if kind in kinds else UNTOLD
    return told
