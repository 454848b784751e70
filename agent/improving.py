"""Improves the loop itself: changed prompts are proposed from failures, tried, and adopted only if they hold elsewhere.

In the manner of GEPA: a candidate is one changed prompt, proposed from the traces of failed tasks; candidates that are
best at some training task are kept as parents (the Pareto front), but for those that a later gate has refused: what is
perfect where it was trained and nowhere else would leave nothing to learn from. A change is adopted only if a held-out
set of tasks, which neither proposer nor prompts ever saw, improves over repeated seeds with the lower bound of the gain
above zero, at no higher cost for each success; if no golden task (what must always work) and no regression task (what
an earlier change mended) is lost; and if the stress set does not get worse. The evaluator is outside what may be
changed: its files are hashed before and after each candidate, and a candidate during which they differ is void and the
last one.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from difflib import unified_diff
from pathlib import Path
from statistics import mean
from typing import Any, Literal

from agent import loop_settings, prompting
from agent.errors import BudgetSpent, UsageError
from curriculum import gamedata

PROMPTS = ("writer", "proposer", "reflector", "describer", "consolidator", "goal")
"""Prompts that a candidate may change: the judge's is not among them, it belongs to the evaluator."""
CHANGEABLE = (*PROMPTS, loop_settings.NAME)
"""What a candidate may change, and nothing else."""
KEPT = ("golden", "regression", "stress")
"""Sets that a change must leave as good as they are."""
RESAMPLES = 2000
CONFIDENCE = 0.95
Decision = Literal[
    "adopted", "not better", "not better elsewhere", "dearer", "breaks what worked", "worse under stress",
    "out of bounds", "void", "unfinished",
]  # fmt: skip
Played = Mapping[tuple[str, int], "Score"]
"""Scores by task and seed."""


@dataclass(frozen=True)
class Candidate:
    """One change: the text of a prompt (or the loop's table), why, and the candidate it was made from, or ''."""

    prompt: str
    text: str
    why: str
    parent: str = ""

    @property
    def id(self) -> str:
        """The hash of what it changes."""
        return hashlib.sha256(f"{self.prompt}\0{self.text}".encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Score:
    """One task played once: whether it passed, its tokens, and the trace that a proposer may read if it failed."""

    passed: bool
    tokens: int
    trace: str = ""


Evaluate = Callable[[Candidate | None, str, int], Score]
"""Plays a task with a seed under a candidate (None: as it is now)."""
Propose = Callable[[Candidate | None, Sequence[str]], Sequence[Candidate]]
"""Candidates made from a parent and the traces of its failures on training tasks."""


@dataclass(frozen=True)
class Card:
    """What became of a candidate: the improvement card of one round, kept whatever the decision."""

    round: int
    candidate: str
    prompt: str
    why: str
    decision: Decision
    reason: str
    training: tuple[float, float]
    """Success before and with the candidate."""
    held_out: tuple[float, float] | None
    gain_at_least: float | None
    """Lower bound of the gain on the held-out set."""
    tokens_per_success: tuple[float, float] | None
    kept: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Success before and with the candidate on the golden, regression and stress sets, where they were played."""
    change: str = ""
    """What changed, as a unified diff."""
    tokens: int = 0
    """What trying it cost."""
    mended: tuple[str, ...] = ()
    """Training tasks that an adopted change does with every seed, and that failed with some before."""
    rollback: str = ""

    def to_json(self) -> dict[str, Any]:
        """The card as plain JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Sets:
    """Tasks to train on, tasks held out, those that must stay as good as they are, and the seeds of each."""

    training: tuple[str, ...]
    held_out: tuple[str, ...]
    seeds: tuple[int, ...]
    golden: tuple[str, ...] = ()
    regression: tuple[str, ...] = ()
    stress: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("training", *KEPT):
            if both := set(getattr(self, name)) & set(self.held_out):
                raise UsageError(f"tasks stand in the {name} and in the held-out set: {', '.join(sorted(both))}")


def improve(
    sets: Sets,
    evaluate: Evaluate,
    propose: Propose,
    evaluator: Sequence[Path],
    *,
    rounds: int,
    adopt: Callable[[Candidate], str],
) -> Iterator[Card]:
    """Rounds of proposing and trying, a card for each candidate. `adopt` puts one in place and says how to go back.

    Each task is played once with a seed under a candidate: what is in place is not played again for every rival.
    Raises BudgetSpent before a candidate is under way; one that is gets a card that says so.
    """
    sealed = fingerprint(evaluator)
    present: Candidate | None = None
    plays = _Plays(evaluate, sets.seeds)
    pool: dict[Candidate | None, Played] = {None: plays.of(None, sets.training)}
    seen: set[str] = set()
    for round in range(1, rounds + 1):
        parent = _parents(pool)[(round - 1) % len(_parents(pool))]
        traces = [score.trace for score in pool[parent].values() if not score.passed and score.trace]
        for candidate in propose(parent, traces):
            if candidate.id in seen:
                continue
            seen.add(candidate.id)
            card, scores = _Trial(round, candidate, present, pool[present], sets, plays).run()
            if fingerprint(evaluator) != sealed:
                yield replace(card, decision="void", reason="the evaluator's files changed")
                return
            if scores is not None and card.decision in ("not better", "adopted"):
                pool[candidate] = scores
            if card.decision == "adopted":
                card = replace(card, rollback=adopt(candidate))
                present = candidate
            yield card
            if card.decision == "unfinished":
                return


def fingerprint(files: Sequence[Path]) -> str:
    """One hash over the evaluator's files."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def lower_bound(gains: Sequence[float]) -> float:
    """The lower end of the gain's interval, by bootstrap over pairs; the same gains give the same bound."""
    dice = random.Random(0)
    means = sorted(mean(dice.choices(gains, k=len(gains))) for _ in range(RESAMPLES))
    return means[int((1 - CONFIDENCE) * RESAMPLES)]


class _Plays:
    """Plays tasks with all seeds under a candidate, each once; `tokens` counts what that has cost."""

    def __init__(self, evaluate: Evaluate, seeds: Sequence[int]) -> None:
        self._evaluate, self._seeds = evaluate, seeds
        self._kept: dict[tuple[Candidate | None, str, int], Score] = {}
        self.tokens = 0

    def of(self, candidate: Candidate | None, tasks: Sequence[str]) -> Played:
        """The scores, those of earlier plays as they were."""
        return {(task, seed): self._one(candidate, task, seed) for task in tasks for seed in self._seeds}

    def _one(self, candidate: Candidate | None, task: str, seed: int) -> Score:
        key = (candidate, task, seed)
        if key not in self._kept:
            self._kept[key] = self._evaluate(candidate, task, seed)
            self.tokens += self._kept[key].tokens
        return self._kept[key]


class _Trial:
    """One candidate on its way through the gates."""

    def __init__(
        self,
        round: int,
        candidate: Candidate,
        present: Candidate | None,
        before: Played,
        sets: Sets,
        plays: _Plays,
    ) -> None:
        self._round, self._candidate, self._present, self._before = round, candidate, present, before
        self._sets, self._plays, self._begun = sets, plays, plays.tokens
        self._facts: dict[str, Any] = {"training": (_rate(before), 0.0), "kept": {}}

    def run(self) -> tuple[Card, Played | None]:
        """The card, and the scores on the training set if they were played."""
        scores: list[Played] = []
        try:
            decision, reason = self._gates(scores)
        except BudgetSpent as error:
            decision, reason = "unfinished", str(error)
        candidate, none = self._candidate, dict.fromkeys(("held_out", "gain_at_least", "tokens_per_success"))
        card = Card(
            self._round, candidate.id, candidate.prompt, candidate.why, decision, reason,
            **{**none, **self._facts}, change=_change(candidate), tokens=self._plays.tokens - self._begun,
        )  # fmt: skip
        return card, scores[0] if scores else None

    def _gates(self, scores: list[Played]) -> tuple[Decision, str]:
        """The first gate that does not open, and why; its scores on the training set are left in `scores`."""
        if reason := out_of_bounds(self._candidate, self._sets):
            return "out of bounds", reason
        scores.append(self._plays.of(self._candidate, self._sets.training))
        training = self._facts["training"] = (_rate(self._before), _rate(scores[0]))
        if training[1] <= training[0]:
            return "not better", "no gain on the training set"
        old, new = self._both(self._sets.held_out)
        bound = lower_bound([float(new[key].passed) - float(old[key].passed) for key in old])
        cost = (_cost(old), _cost(new))
        self._facts |= {"held_out": (_rate(old), _rate(new)), "gain_at_least": bound, "tokens_per_success": cost}
        if bound <= 0:
            return "not better elsewhere", f"the gain on held-out tasks may be {bound:+.2f}"
        if any(score.passed for score in old.values()) and cost[1] > cost[0]:
            return "dearer", f"{cost[1]:.0f} tokens a success instead of {cost[0]:.0f}"
        for name in KEPT:
            old, new = self._both(getattr(self._sets, name))
            if not old:
                continue
            self._facts["kept"][name] = (_rate(old), _rate(new))
            lost = sorted({task for (task, seed), score in old.items() if score.passed and not new[task, seed].passed})
            if name != "stress" and lost:
                return "breaks what worked", f"lost in the {name} set: {', '.join(lost)}"
            if _rate(new) < _rate(old):
                return "worse under stress", f"{_rate(new):.2f} instead of {_rate(old):.2f}"
        self._facts["mended"] = self._mended(scores[0])
        return "adopted", f"held-out gain of at least {bound:+.2f}"

    def _mended(self, now: Played) -> tuple[str, ...]:
        return tuple(
            task
            for task in self._sets.training
            if all(now[task, seed].passed for seed in self._sets.seeds)
            and not all(self._before[task, seed].passed for seed in self._sets.seeds)
        )

    def _both(self, tasks: Sequence[str]) -> tuple[Played, Played]:
        return self._plays.of(self._present, tasks), self._plays.of(self._candidate, tasks)


def out_of_bounds(candidate: Candidate, sets: Sets) -> str | None:
    """Why a candidate may not even be tried: not a prompt, other variables, or words of the held-out tasks in it."""
    if candidate.prompt not in CHANGEABLE:
        return f"{candidate.prompt} is not among what may be changed: {', '.join(CHANGEABLE)}"
    try:
        if candidate.prompt == loop_settings.NAME:
            loop_settings.LoopSettings.parse(candidate.text)
            return None
        new = prompting.parse(candidate.prompt, candidate.text)
    except UsageError as error:
        return str(error)
    old = prompting.load(candidate.prompt)
    for half in ("stable", "changing"):
        if prompting.variables(getattr(new, half)) != prompting.variables(getattr(old, half)):
            return f"its {half} half has other variables than the prompt that it replaces"
    known, told = _plain(prompting.packaged(candidate.prompt)), _plain(candidate.text)
    leaked = [name for task in sets.held_out for name in _names(task.split()[0]) if name in told and name not in known]
    return f"it names held-out tasks: {', '.join(dict.fromkeys(each.strip() for each in leaked))}" if leaked else None


def _names(goal: str) -> list[str]:
    """How a goal may be called in a text: by its name, by those of a tag's members, in the singular."""
    data = gamedata.load()
    members = data.expand(goal) if data.exists(goal) else (goal,)
    return [_plain(name).rstrip().removesuffix("s") for name in dict.fromkeys([goal, *members])]


def _plain(text: str) -> str:
    """The words of a text, each with a space before it: `#wooden_buttons` and "Wooden buttons" are the same."""
    return "".join(f" {word}" for word in re.findall(r"[a-z0-9]+", text.lower())) + " "


def text_in_use(name: str) -> str:
    """What a candidate for this name would take the place of."""
    return loop_settings.text_in_use() if name == loop_settings.NAME else prompting.text_of(name)


def _change(candidate: Candidate) -> str:
    """What a candidate changes of the file as it is now."""
    if candidate.prompt not in CHANGEABLE:
        return ""
    old, new = (text.splitlines() for text in (text_in_use(candidate.prompt), candidate.text))
    return "\n".join(unified_diff(old, new, "now", candidate.id, lineterm="", n=1))


def _parents(pool: Mapping[Candidate | None, Played]) -> list[Candidate | None]:
    """The Pareto front: whoever is best at some task, in the order in which they came."""
    tasks = {key for scores in pool.values() for key in scores}
    best = {key: max(scores[key].passed for scores in pool.values()) for key in tasks}
    return [each for each, scores in pool.items() if any(scores[key].passed == best[key] for key in tasks)]


def _rate(scores: Played) -> float:
    return mean(float(score.passed) for score in scores.values())


def _cost(scores: Played) -> float:
    return sum(score.tokens for score in scores.values()) / max(0.5, sum(score.passed for score in scores.values()))
