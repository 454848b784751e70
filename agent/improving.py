"""Improves the loop itself: changed prompts are proposed from failures, tried, and adopted only if they hold elsewhere.

In the manner of GEPA: a candidate is one changed prompt, proposed from the traces of failed tasks; candidates that are
best at some training task are kept as parents (the Pareto front). A change is adopted only if a held-out set of tasks,
which neither proposer nor prompts ever saw, improves over repeated seeds with the lower bound of the gain above zero,
at no higher cost for each success. The evaluator is outside what may be changed: its files are hashed before and after
each round, and a round in which they differ is void.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any, Literal

from agent import prompting
from agent.errors import UsageError

PROMPTS = ("writer", "proposer", "judge", "reflector", "describer", "consolidator", "goal")
"""What a candidate may change, and nothing else."""
RESAMPLES = 2000
CONFIDENCE = 0.95
Decision = Literal["adopted", "not better", "not better elsewhere", "dearer", "out of bounds", "void"]


@dataclass(frozen=True)
class Candidate:
    """One change: the text of a prompt, why, and the candidate that it was made from ('' for the present state)."""

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
    rollback: str = ""

    def to_json(self) -> dict[str, Any]:
        """The card as plain JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Sets:
    """Tasks to train on, tasks held out, and the seeds with which each is played."""

    training: tuple[str, ...]
    held_out: tuple[str, ...]
    seeds: tuple[int, ...]

    def __post_init__(self) -> None:
        if both := set(self.training) & set(self.held_out):
            raise UsageError(f"tasks stand in the training and in the held-out set: {', '.join(sorted(both))}")


def improve(
    sets: Sets,
    evaluate: Evaluate,
    propose: Propose,
    evaluator: Sequence[Path],
    *,
    rounds: int,
    adopt: Callable[[Candidate], str],
) -> list[Card]:
    """Run rounds of proposing and trying. `adopt` puts a candidate in place and says how to take it back."""
    sealed = fingerprint(evaluator)
    present: Candidate | None = None
    base = _play(evaluate, None, sets.training, sets.seeds)
    pool: dict[Candidate | None, dict[tuple[str, int], Score]] = {None: base}
    seen: set[str] = set()
    cards: list[Card] = []
    for round in range(1, rounds + 1):
        parent = _parents(pool)[(round - 1) % len(_parents(pool))]
        traces = [score.trace for score in pool[parent].values() if not score.passed and score.trace]
        for candidate in propose(parent, traces):
            if candidate.id in seen:
                continue
            seen.add(candidate.id)
            card, scores = _try(round, candidate, present, pool[present], sets, evaluate)
            if fingerprint(evaluator) != sealed:
                cards.append(_void(card))
                raise UsageError(f"round {round} is void: {candidate.id} changed the files of the evaluator")
            if scores is not None:
                pool[candidate] = scores
            if card.decision == "adopted":
                card = Card(**{**vars(card), "rollback": adopt(candidate)})
                present = candidate
            cards.append(card)
    return cards


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


def _try(
    round: int,
    candidate: Candidate,
    present: Candidate | None,
    before: Mapping[tuple[str, int], Score],
    sets: Sets,
    evaluate: Evaluate,
) -> tuple[Card, dict[tuple[str, int], Score] | None]:
    """One candidate through its gates: its bounds, the training set, then the held-out set."""

    def card(decision: Decision, reason: str, **more: Any) -> Card:
        empty: dict[str, Any] = {"held_out": None, "gain_at_least": None, "tokens_per_success": None}
        return Card(round, candidate.id, candidate.prompt, candidate.why, decision, reason, **{**empty, **more})

    if reason := out_of_bounds(candidate, sets):
        return card("out of bounds", reason, training=(_rate(before), 0.0)), None
    scores = _play(evaluate, candidate, sets.training, sets.seeds)
    training = (_rate(before), _rate(scores))
    if training[1] <= training[0]:
        return card("not better", "no gain on the training set", training=training), scores
    old = _play(evaluate, present, sets.held_out, sets.seeds)
    new = _play(evaluate, candidate, sets.held_out, sets.seeds)
    bound = lower_bound([float(new[key].passed) - float(old[key].passed) for key in old])
    cost = (_cost(old), _cost(new))
    facts = {
        "training": training,
        "held_out": (_rate(old), _rate(new)),
        "gain_at_least": bound,
        "tokens_per_success": cost,
    }
    if bound <= 0:
        return card("not better elsewhere", f"the gain on held-out tasks may be {bound:+.2f}", **facts), scores
    if any(score.passed for score in old.values()) and cost[1] > cost[0]:
        return card("dearer", f"{cost[1]:.0f} tokens a success instead of {cost[0]:.0f}", **facts), scores
    return card("adopted", f"held-out gain of at least {bound:+.2f}", **facts), scores


def out_of_bounds(candidate: Candidate, sets: Sets) -> str | None:
    """Why a candidate may not even be tried: not a prompt, other variables, or words of the held-out tasks in it."""
    if candidate.prompt not in PROMPTS:
        return f"{candidate.prompt} is not among what may be changed: {', '.join(PROMPTS)}"
    try:
        new = prompting.parse(candidate.prompt, candidate.text)
    except UsageError as error:
        return str(error)
    old = prompting.load(candidate.prompt)
    for half in ("stable", "changing"):
        if prompting.variables(getattr(new, half)) != prompting.variables(getattr(old, half)):
            return f"its {half} half has other variables than the prompt that it replaces"
    known = prompting.packaged(candidate.prompt)
    leaked = [task for task in sets.held_out if task in candidate.text and task not in known]
    return f"it names held-out tasks: {', '.join(leaked)}" if leaked else None


def _play(
    evaluate: Evaluate, candidate: Candidate | None, tasks: Sequence[str], seeds: Sequence[int]
) -> dict[tuple[str, int], Score]:
    return {(task, seed): evaluate(candidate, task, seed) for task in tasks for seed in seeds}


def _parents(pool: Mapping[Candidate | None, Mapping[tuple[str, int], Score]]) -> list[Candidate | None]:
    """The Pareto front: whoever is best at some task, in the order in which they came."""
    tasks = {key for scores in pool.values() for key in scores}
    best = {key: max(scores[key].passed for scores in pool.values()) for key in tasks}
    return [each for each, scores in pool.items() if any(scores[key].passed == best[key] for key in tasks)]


def _rate(scores: Mapping[tuple[str, int], Score]) -> float:
    return mean(float(score.passed) for score in scores.values())


def _cost(scores: Mapping[tuple[str, int], Score]) -> float:
    return sum(score.tokens for score in scores.values()) / max(0.5, sum(score.passed for score in scores.values()))


def _void(card: Card) -> Card:
    return Card(**{**vars(card), "decision": "void", "reason": "the evaluator's files changed"})
