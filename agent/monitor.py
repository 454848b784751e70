"""Watches a journey from outside its loop: rules as data over what is written, and the acts that follow from them.

It reads the database only, decides by `agent/data/monitor.toml`, and says why. It never looks into a prompt or an
answer, so nothing that a model writes can talk it out of anything.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from agent.models.calls import Calls
from agent.models.settings import table
from agent.oversight import Approvals, Ledger
from agent.store import Iteration, Store
from skills.errors import SkillError
from skills.library import Library
from skills.reader import By

RECENT = 30
"""Iterations over which the churn of skills is counted."""


@dataclass(frozen=True)
class Finding:
    """A rule that was met: its name, what it does about it, why in words, its figure, and what it is about."""

    rule: str
    do: str
    why: str
    count: int
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
        shrink: Callable[[], str | None],
    ) -> None:
        self._journey, self._store, self._calls = journey, store, calls
        self._approvals, self._ledger, self._library = approvals, ledger, library
        self._tell, self._shrink = tell, shrink
        self._rules: Mapping[str, Mapping[str, Any]] = table("monitor.toml")

    def look(self) -> list[Finding]:
        """Look once and act. What a rule has acted on is not counted again, in this session or a later one."""
        rows, acts = self._store.iterations(self._journey), _Acts.of(self._ledger, self._journey)
        found = findings(self._rules, facts(rows, self._calls, self._approvals, self._journey, acts))
        for finding in found:
            self._act(finding, len(rows))
        return found

    def _act(self, finding: Finding, iteration: int) -> None:
        done, undo = finding.do, "nothing was changed"
        if done == "shrink":
            shrunk = self._shrink()
            done, undo = ("shrink", shrunk) if shrunk else ("pause", undo)  # without a budget there is nothing to halve
        if done == "pause":
            self._store.ask_to_stop(self._journey)
            undo = f"journeyman resume {self._journey}"
        elif done == "roll_back":
            try:
                with self._library.by(By("monitor", self._journey, iteration)):
                    self._library.rollback(finding.subject, reason=finding.why, at=float(self._store.experience()))
            except SkillError as error:
                undo = f"not rolled back: {error}"
            else:
                undo = f"journeyman skills history {finding.subject}, then skills promote"
        self._tell(f"monitor: {finding.why} ({done.replace('_', ' ')})")
        tokens = self._calls.spent(self._journey)[0]
        self._ledger.write(
            self._journey, iteration, "monitor", f"{finding.rule}/{finding.subject}/{iteration}/{tokens}",
            what=f"{done} by rule {finding.rule}", why=finding.why, undo=undo,
            evidence={
                "rule": finding.rule, "subject": finding.subject, "count": finding.count,
                "tokens": tokens,
            },
        )  # fmt: skip


@dataclass(frozen=True)
class _Acts:
    """What the monitor did before in a journey, read from the ledger."""

    lines: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, ledger: Ledger, journey: str) -> _Acts:
        return cls(ledger.lines(journey, "monitor"))

    def last(self, rule: str, subject: str | None = None) -> int:
        """The iteration at which a rule acted last (on a subject); 0 if it never did."""
        return max((int(line["iteration"]) for line in self._by(rule, subject)), default=0)

    def total(self, rule: str) -> int:
        """The figures of a rule that it has acted on, added up."""
        return sum(int(line["evidence"]["count"]) for line in self._by(rule, None))

    def tokens(self, rule: str) -> int:
        """What the journey had cost when a rule acted last; 0 if it never did."""
        return max((int(line["evidence"]["tokens"]) for line in self._by(rule, None)), default=0)

    def subjects(self, rule: str) -> set[str]:
        """What a rule has acted on."""
        return {str(line["evidence"]["subject"]) for line in self._by(rule, None)}

    def _by(self, rule: str, subject: str | None) -> list[Mapping[str, Any]]:
        found = [line for line in self.lines if line["evidence"].get("rule") == rule]
        return [line for line in found if subject in (None, line["evidence"]["subject"])]


def facts(
    rows: Sequence[Iteration], calls: Calls, approvals: Approvals, journey: str, acts: _Acts
) -> dict[str, list[tuple[int, str]]]:
    """For each rule its figures, each with what it is about; only what came after the rule acted last."""
    failed = _failing(rows, acts.last("no_progress"))
    codes = [str((row.error or {}).get("code", "not_done")) for row in _failing(rows, acts.last("repeated_failure"))]
    same = next((place for place, code in enumerate(reversed(codes)) if code != codes[-1]), len(codes))
    versions = Counter(
        row.name
        for row in rows[-RECENT:]
        if row.passed and row.source and row.iteration > acts.last("skill_churn", row.name)
    )
    audits, asked = calls.agreement(journey), approvals.of(journey)
    spent = calls.spent(journey)[0] - max(_tokens_at_last_news(rows), acts.tokens("spend_without_milestone"))
    waits, told = [each for each in asked if each.answer is None], acts.subjects("unanswered")
    refused = list(
        takewhile(lambda each: each.answer is False, [each for each in reversed(asked) if each not in waits])
    )
    bad, noted = calls.refused_since(journey, len(rows)), _newest(acts.subjects("bad_answers"))
    bad = [number for number in bad if number > noted]
    blamed = _newest(acts.subjects("refusals"))
    refused = [each for each in refused if each.number > blamed]
    return {
        "no_progress": [(len(failed), "")],
        "repeated_failure": [(same, codes[-1] if codes else "")],
        "spend_without_milestone": [(spent, "")],
        "skill_churn": [(count, name) for name, count in versions.items()],
        "verdict_anomaly": [(audits["audited"] - audits["agreed"] - acts.total("verdict_anomaly"), "")],
        "unanswered": [
            (int(time.time() - each.asked) // 60, str(each.number)) for each in waits if str(each.number) not in told
        ],
        "refusals": [(len(refused), str(refused[0].number))] if refused else [],
        "bad_answers": [(len(bad), str(bad[-1]))] if bad else [],
    }


def _newest(numbers: set[str]) -> int:
    return max((int(number) for number in numbers), default=0)


def _failing(rows: Sequence[Iteration], after: int) -> list[Iteration]:
    """The latest iterations, later than one, of which none passed."""
    found = list(takewhile(lambda row: not row.passed and row.iteration > after, reversed(rows)))
    return found[::-1]


def findings(rules: Mapping[str, Mapping[str, Any]], figures: Mapping[str, list[tuple[int, str]]]) -> list[Finding]:
    """The rules whose limit a figure has reached."""
    return [
        Finding(name, str(rule["do"]), _words(name, count, subject), count, subject)
        for name, rule in rules.items()
        for count, subject in figures.get(name, [])
        if count >= int(rule["limit"])
    ]


def _words(rule: str, count: int, subject: str) -> str:
    return {
        "no_progress": f"{count} programs in a row did not pass",
        "repeated_failure": f"{count} programs in a row ended with {subject}",
        "spend_without_milestone": f"{count} tokens were spent since something new was achieved",
        "skill_churn": f"{subject} was written {count} times lately",
        "verdict_anomaly": f"the judge differed from {count} verdicts of checks",
        "unanswered": f"question {subject} has waited for {count} minutes",
        "bad_answers": f"{count} answers in a row held no program that may run, up to call {subject}",
        "refusals": f"{count} requests in a row were refused, up to question {subject}",
    }.get(rule, f"{rule}: {count} {subject}")


def _tokens_at_last_news(rows: Sequence[Iteration]) -> int:
    """The tokens that the journey had cost when it last held or did something for the first time."""
    seen: set[str] = set()
    tokens = spent = 0
    for row in rows:
        spent += row.tokens
        news = _achieved(row) - seen
        if news:
            seen |= news
            tokens = spent
    return tokens


def _achieved(row: Iteration) -> set[str]:
    """What an iteration has to show: what is held, or in a world without an inventory the task that passed."""
    if "inventory" in row.after:
        return set(row.after["inventory"])
    return {str(row.task.get("item") or row.task["goal"])} if row.passed else set()
