"""Watches a journey from outside its loop: rules as data over what is written, and the acts that follow from them.

It reads the database only, decides by `agent/data/monitor.toml`, and says why. It never looks into a prompt or an
answer, so nothing that a model writes can talk it out of anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agent.models.calls import Calls
from agent.models.settings import table
from agent.oversight import Approvals, Ledger
from agent.store import Iteration, Store
from skills.errors import SkillError
from skills.library import Library

RECENT = 30
"""Iterations over which the churn of skills is counted."""


@dataclass(frozen=True)
class Finding:
    """A rule that was met: its name, what it does about it, why in words, and what it is about."""

    rule: str
    do: str
    why: str
    subject: str = ""


class Monitor:
    """One journey's monitor."""

    def __init__(
        self,
        journey: str,
        store: Store,
        calls: Calls,
        approvals: Approvals,
        ledger: Ledger,
        library: Library,
        *,
        tell: Callable[[str], None],
        shrink: Callable[[], str],
    ) -> None:
        self._journey, self._store, self._calls = journey, store, calls
        self._approvals, self._ledger, self._library = approvals, ledger, library
        self._tell, self._shrink = tell, shrink
        self._rules: Mapping[str, Mapping[str, Any]] = table("monitor.toml")
        self._acted: set[tuple[str, str, int]] = set()

    def look(self) -> list[Finding]:
        """Look once, after an iteration, and act; each finding is acted on once in so many iterations as its limit."""
        rows = self._store.iterations(self._journey)
        found = []
        for finding in findings(self._rules, facts(rows, self._calls, self._approvals, self._journey)):
            stretch = len(rows) // max(1, int(self._rules[finding.rule]["limit"]))
            if (finding.rule, finding.subject, stretch) not in self._acted:
                self._acted.add((finding.rule, finding.subject, stretch))
                self._act(finding, len(rows))
                found.append(finding)
        return found

    def _act(self, finding: Finding, iteration: int) -> None:
        undo = "nothing was changed"
        if finding.do == "pause":
            self._store.ask_to_stop(self._journey)
            undo = f"journeyman resume {self._journey}"
        elif finding.do == "shrink":
            undo = self._shrink()
        elif finding.do == "roll_back":
            try:
                self._library.rollback(finding.subject, reason=finding.why, at=float(self._store.experience()))
            except SkillError as error:
                undo = f"not rolled back: {error}"
            else:
                undo = f"journeyman skills history {finding.subject}, then skills promote"
        self._tell(f"monitor: {finding.why} ({finding.do.replace('_', ' ')})")
        self._ledger.write(
            self._journey, iteration, "monitor", f"{finding.rule}/{finding.subject}/{iteration}",
            what=f"{finding.do} by rule {finding.rule}", why=finding.why, evidence={"subject": finding.subject},
            undo=undo,
        )  # fmt: skip


def facts(rows: list[Iteration], calls: Calls, approvals: Approvals, journey: str) -> dict[str, list[tuple[int, str]]]:
    """For each rule its figures, each with what it is about."""
    failed = 0
    for row in reversed(rows):
        if row.passed:
            break
        failed += 1
    codes = [str((row.error or {}).get("code", "not_done")) for row in rows[len(rows) - failed :]]
    same = next((place for place, code in enumerate(reversed(codes)) if code != codes[-1]), len(codes))
    versions = Counter(row.name for row in rows[-RECENT:] if row.passed and row.source)
    audits = calls.agreement(journey)
    return {
        "no_progress": [(failed, "")],
        "repeated_failure": [(same, codes[-1] if codes else "")],
        "spend_without_milestone": [(calls.spent(journey)[0] - _tokens_at_last_item(rows), "")],
        "skill_churn": [(count, name) for name, count in versions.items()],
        "verdict_anomaly": [(audits["audited"] - audits["agreed"], "")],
        "unanswered": [(len(approvals.open(journey)), "")],
    }


def findings(rules: Mapping[str, Mapping[str, Any]], figures: Mapping[str, list[tuple[int, str]]]) -> list[Finding]:
    """The rules whose limit a figure has reached."""
    return [
        Finding(name, str(rule["do"]), _words(name, count, subject), subject)
        for name, rule in rules.items()
        for count, subject in figures.get(name, [])
        if count >= int(rule["limit"])
    ]


def _words(rule: str, count: int, subject: str) -> str:
    return {
        "no_progress": f"{count} programs in a row did not pass",
        "repeated_failure": f"{count} programs in a row ended with {subject}",
        "spend_without_milestone": f"{count} tokens were spent since something new was held",
        "skill_churn": f"{subject} was written {count} times lately",
        "verdict_anomaly": f"the judge differed from {count} verdicts of checks",
        "unanswered": f"{count} questions wait for an answer",
    }.get(rule, f"{rule}: {count} {subject}")


def _tokens_at_last_item(rows: list[Iteration]) -> int:
    """The tokens that the journey had cost when it last held something for the first time."""
    seen: set[str] = set()
    tokens = spent = 0
    for row in rows:
        spent += row.tokens
        held = set(row.after.get("inventory", {}))
        if held - seen:
            seen |= held
            tokens = spent
    return tokens
