"""What past runs taught: the graph, what passed for which family, and how candidates that were tried fared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from agent.desktop_planning import survey
from agent.desktop_planning.candidates import Candidate
from agent.desktop_planning.graph import Graph
from agent.desktop_planning.runs import PastRun
from agent.desktop_planning.wish import wish
from curriculum.checks import parse
from curriculum.checks.base import Facts, Verdict

FAILED = 3.0
"""What a failure of the same program for the same family costs a candidate, in score."""
MOST_FAILURES = 2
"""Failures after which a program that never passed is not tried for the family again."""
LIKE = 1.5
"""What being like a program that went part of the way is worth, at most."""
HABIT = 1.0
"""What using a dialog as it was used where a program passed is worth."""
UNLIKE = 1.5
"""What being like a program that went no part of the way costs, at most."""


@dataclass(frozen=True)
class Proven:
    """A program that passed for a family."""

    name: str
    source: str | None
    parameters: tuple[str, ...]


class Experience:
    """Folded from runs, one after the other; holds nothing that the runs do not say."""

    def __init__(self) -> None:
        self.graph = Graph()
        self.last = 0
        """Number of the last run that was folded in."""
        self._record: dict[tuple[str, str], list[bool]] = {}
        """Verdicts by family and source."""
        self._proven: dict[str, dict[str, Proven]] = {}
        self._progress: dict[str, list[tuple[float, str]]] = {}
        """How far the programs of a family went, with their source."""
        self._explored: dict[str, Counter[str]] = {}
        self._habits: dict[str, set[tuple[str, ...]]] = {}
        """What was clicked after an entry in programs that passed, whatever the family."""

    def learn(self, runs: Iterable[PastRun]) -> None:
        """Fold more runs in."""
        for run in runs:
            self.graph.learn([run])
            self.last = max(self.last, run.number)
            family = str(run.task.get("item") or run.task.get("goal"))
            if run.name == survey.NAME:
                self._explored.setdefault(family, Counter())[str(run.args.get("program"))] += 1
                continue
            source = run.source or run.name
            self._record.setdefault((family, source), []).append(run.passed)
            if run.passed and run.source is not None:
                for entry, clicks in used(run.source):
                    self._habits.setdefault(entry, set()).add(clicks)
            if run.passed:
                self._proven.setdefault(family, {})[source] = Proven(run.name, run.source, tuple(run.args))
            elif run.source is not None:
                self._progress.setdefault(family, []).append((progress(run), run.source))

    def explorations(self, family: str) -> Counter[str]:
        """How often each program was explored for the sake of a family."""
        return self._explored.get(family, Counter())

    def proven(self, family: str | None, values: Mapping[str, Any], tried: Collection[str | None]) -> Proven | None:
        """What passed for the family, at least every second time and not just tried in vain; the surest first."""
        best: tuple[float, Proven] | None = None
        for source, each in self._proven.get(family or "", {}).items():
            verdicts = self._record[(family or "", source)]
            worth = (sum(verdicts) + 1) / (len(verdicts) + 2)
            if source in tried or not set(each.parameters) <= set(values) or worth < 0.5:
                continue
            if best is None or worth > best[0]:
                best = (worth, each)
        return best[1] if best else None

    def ranked(
        self,
        family: str | None,
        candidates: Sequence[Candidate],
        written: Callable[[Candidate], str],
        tried: Collection[str | None],
    ) -> list[Candidate]:
        """Candidates that were not just tried in vain, by their score and by how they fared for the family."""
        fared = self._progress.get(family or "", [])
        best = max(fared, default=(0.0, ""), key=lambda each: each[0])
        vain = [set(source.splitlines()) for far, source in fared if far == 0.0]
        model = set(best[1].splitlines())
        found = []
        for candidate in candidates[:150]:
            source = written(candidate)
            verdicts = self._record.get((family or "", source), [])
            if source in tried or (len(verdicts) >= MOST_FAILURES and not any(verdicts)):
                continue
            score = candidate.score - FAILED * (len(verdicts) - 2 * sum(verdicts))
            score += HABIT * sum(clicks in self._habits.get(entry, ()) for entry, clicks in used(source) if clicks)
            lines = set(source.splitlines())
            if best[0] > 0:
                score += LIKE * best[0] * len(lines & model) / len(lines | model)
            score -= UNLIKE * max((len(lines & each) / len(lines | each) for each in vain), default=0.0)
            found.append(replace(candidate, score=score))
        return sorted(found, key=lambda each: -each.score)


def used(source: str) -> list[tuple[str, tuple[str, ...]]]:
    """The entries that a source chooses, each with the boxes and buttons that it clicks before the next one."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for line in source.splitlines():
        step = line.strip()
        if step.startswith("menu("):
            found.append((step, ()))
        elif step.startswith('click("') and found:
            found[-1] = (found[-1][0], (*found[-1][1], step))
    return found


def progress(run: PastRun) -> float:
    """Which share of the parts of a task's check held after a run that did not hold before."""
    check = parse(run.task["check"])
    parts = list(_leaves(check.verdict(Facts(run.before, run.after, run.events))))
    old = list(_leaves(check.verdict(Facts(run.before, run.before, ()))))
    gained = [float(new.passed) for new, was in zip(parts, old, strict=False) if not was.passed]
    return max(sum(gained) / len(gained) if gained else 0.0, _nearer(run))


def _nearer(run: PastRun) -> float:
    """By how much the texts that a task wants came nearer to what they must be, at most half of the way."""
    best = 0.0
    for target in wish(run.task["check"], run.before).targets:
        if target.text is None:
            continue
        old, new = (_text(state, target.path) for state in (run.before, run.after))
        far, near = (SequenceMatcher(None, text, target.text, autojunk=False).ratio() for text in (old, new))
        if near > far:
            best = max(best, 0.5 * (near - far) / (1 - far))
    return best


def _text(state: Mapping[str, Any], path: str) -> str:
    return str((state.get("files", {}).get(path, {}).get("content") or {}).get("text") or "")[:2000]


def _leaves(verdict: Verdict) -> Iterable[Verdict]:
    if not verdict.parts:
        yield verdict
    for part in verdict.parts:
        yield from _leaves(part)
