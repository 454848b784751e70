"""What `journeyman improve` does: plays goals as short journeys in homes of their own, with and without a candidate.

The proposer is the role `improve`; it is shown the present prompt and traces of failures on training goals. The
evaluator is the whole machinery that judges: worlds, checks, metrics, the judge, this module and its sets; its files
are sealed by a hash. An adopted prompt goes to $JOURNEYMAN_HOME/prompts, the one before it is kept beside it, and the
ledger says how to go back. Each candidate's card is written as soon as it is decided.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import curriculum
import envs
from agent import answers, loop_settings, observing, prompting
from agent.config import NO_LIMIT, Budget, JourneyConfig, home
from agent.database import database
from agent.errors import BrainError, BudgetSpent, UsageError
from agent.improving import CHANGEABLE, Candidate, Card, Score, Sets, fingerprint, improve, text_in_use
from agent.models.call import Ask
from agent.models.calls import Calls
from agent.models.desk import Desk
from agent.models.settings import table as settings_table
from agent.oversight import Ledger
from agent.staff import Clockwork, desk_for
from agent.tables import table
from bridge import world_process
from memory.working import Section, estimate_tokens

MOST_TRACES, MOST_TRACE = 8, 2000
PLAY_SECONDS = 1800.0
LEAST_TOKENS = 20_000
"""With fewer left of a budget no further goal is played."""


def run(
    brain: str,
    training: Sequence[str],
    held_out: Sequence[str],
    seeds: int,
    rounds: int,
    iterations: int,
    prompt: str,
    budget: Budget = NO_LIMIT,
) -> dict[str, Any]:
    """Improve one prompt, within the tokens and dollars of a budget.

    Raises UsageError for sets that meet, a brain that asks no model, or dollars for a model without a price.
    """
    if prompt not in CHANGEABLE:
        raise UsageError(f"--prompt {prompt}: choose {', '.join(CHANGEABLE)}")
    db, name = database(), f"improve-{int(time.time())}"
    ledger, calls = Ledger(db), Calls(db)
    desk = desk_for(JourneyConfig(name, ("minecraft",), 0, brain), budget, calls, Clockwork.of_a_command())
    if desk is None:
        raise UsageError(f"improve --brain {brain}: the planner has no prompts to improve; name a model")
    sets = sets_of(training, held_out, seeds)
    meter = Meter(budget, lambda: calls.spent(name))
    desk.purse = replace(desk.purse, spent=meter.spent)
    sealed, cards, stopped = evaluator(), list[Card](), ""
    file = home() / "runs" / name / "cards.json"
    file.parent.mkdir(parents=True, exist_ok=True)

    def told() -> dict[str, Any]:
        return {
            "name": name, "prompt": prompt, "sets": vars(sets), "evaluator": fingerprint(sealed),
            "cards": [card.to_json() for card in cards], "curve": curve(cards),
            "tokens": meter.spent()[0], "dollars": round(meter.spent()[1], 6), "stopped": stopped, "file": str(file),
        }  # fmt: skip

    def keep(card: Card) -> None:
        cards.append(card)
        adopted = card.decision == "adopted"
        ledger.write(
            name, card.round, "prompt", f"{card.round}/{card.candidate}",
            what=f"{card.prompt}: {'is now ' + card.candidate if adopted else card.decision}", why=card.why,
            evidence=card.to_json(), undo=card.rollback if adopted else "nothing was changed",
        )  # fmt: skip
        if card.mended:
            _keep_regression(card.mended)
        file.write_text(json.dumps(told(), indent=2) + "\n", encoding="utf-8")

    rounds_of_cards = improve(
        sets,
        lambda candidate, goal, seed: _play(candidate, goal, seed, brain, iterations, meter),
        lambda parent, traces: _propose(desk, prompt, parent, traces, len(calls.of(name))),
        sealed,
        rounds=rounds,
        adopt=_put,
    )
    try:
        for card in rounds_of_cards:
            keep(card)
    except BudgetSpent as error:
        stopped = str(error)
    if cards and cards[-1].decision == "unfinished":
        stopped = cards[-1].reason
    file.write_text(json.dumps(told(), indent=2) + "\n", encoding="utf-8")
    if cards and cards[-1].decision == "void":
        raise UsageError(f"{cards[-1].candidate} is void: the evaluator's files changed meanwhile; cards in {file}")
    return told()


def sets_of(training: Sequence[str], held_out: Sequence[str], seeds: int) -> Sets:
    """The given goals with the kept sets, without what is trained on or held out now. Raises UsageError."""
    kept = {**settings_table("improvement.toml"), "regression": _regression()}
    unknown = set(kept) - {"golden", "stress", "regression"}
    if unknown or not all(
        isinstance(each, list) and all(isinstance(one, str) for one in each) for each in kept.values()
    ):
        raise UsageError("improvement.toml holds two lists of goals, golden and stress, and nothing else")
    goals = {task.split()[0] for task in (*training, *held_out)}
    others = {name: tuple(task for task in tasks if task.split()[0] not in goals) for name, tasks in kept.items()}
    return Sets(tuple(training), tuple(held_out), tuple(range(1, seeds + 1)), **others)


def evaluator() -> list[Path]:
    """The files that decide whether something is better: none of them may change while candidates are tried."""
    own = Path(__file__).parent
    sealed = [own / name for name in ("improving.py", "improvements.py", "judging.py", "roles/judge.py")]
    sealed += [own / "prompts" / "judge.md", own / "data" / "improvement.toml"]
    for root in (Path(curriculum.__file__).parent, Path(envs.__file__).parent):
        sealed += [file for file in root.rglob("*") if file.suffix in (".py", ".toml", ".json")]
    world = Path(world_process.__file__).parent / "world"
    return [*sealed, *world.rglob("*.js"), *(each for each in (home() / "improvement.toml",) if each.is_file())]


def curve(cards: Sequence[Card]) -> list[dict[str, Any]]:
    """Success after each candidate, reverted ones too: what it reached, and what is in place since."""
    in_place, found = None, []
    for number, card in enumerate(cards, 1):
        in_place = card.training[0] if in_place is None else in_place
        in_place = card.training[1] if card.decision == "adopted" else in_place
        found.append({
            "candidate": number, "round": card.round, "decision": card.decision, "training": card.training[1],
            "held_out": card.held_out[1] if card.held_out else None, "in_place": in_place,
        })  # fmt: skip
    return found


def words(found: Mapping[str, Any]) -> str:
    """The improvement cards as a table."""
    ended = f"\nStopped by the budget: {found['stopped']}." if found["stopped"] else ""
    spent = f"{found['tokens']} tokens, ${found['dollars']:.4f}"
    if not found["cards"]:
        why = "nothing failed on the training goals, or the answers could not be read"
        return f"No candidate was proposed: {found['stopped'] or why}. {spent}"
    rows = [
        [str(card["round"]), card["candidate"], card["decision"], _rates(card["training"]), _rates(card["held_out"]),
         ", ".join(f"{name} {_rates(pair)}" for name, pair in card["kept"].items()) or "–", str(card["tokens"]),
         card["reason"]]
        for card in found["cards"]
    ]  # fmt: skip
    heads = ["round", "candidate", "decision", "training", "held out", "kept", "tokens", "reason"]
    return table(heads, rows) + f"{ended}\n{spent}; the cards with their changes: {found['file']}"


class Meter:
    """Counts what goals that were played cost, beside what the proposer's own calls cost, against a budget."""

    def __init__(self, budget: Budget, asked: Callable[[], tuple[int, float]] = lambda: (0, 0.0)) -> None:
        self._budget, self._asked = budget, asked
        self._tokens, self._dollars = 0, 0.0

    def count(self, tokens: int, dollars: float) -> None:
        """Add what one goal cost."""
        self._tokens, self._dollars = self._tokens + tokens, self._dollars + dollars

    def spent(self) -> tuple[int, float]:
        """Tokens and dollars so far."""
        tokens, dollars = self._asked()
        return tokens + self._tokens, dollars + self._dollars

    def left(self) -> Budget:
        """What the next goal may spend. Raises BudgetSpent if that is too little."""
        tokens, dollars = self.spent()
        left = replace(
            self._budget,
            tokens=None if self._budget.tokens is None else max(0, self._budget.tokens - tokens),
            dollars=None if self._budget.dollars is None else max(0.0, self._budget.dollars - dollars),
        )
        if left.tokens is not None and left.tokens < LEAST_TOKENS:
            raise BudgetSpent(f"{left.tokens} of {self._budget.tokens} tokens are left, too few for another goal")
        if left.dollars is not None and left.dollars <= 0:
            raise BudgetSpent(f"nothing of ${self._budget.dollars:g} is left")
        return left


def _rates(pair: Sequence[float] | None) -> str:
    return f"{pair[0]:.2f} → {pair[1]:.2f}" if pair else "–"


def _play(candidate: Candidate | None, task: str, seed: int, brain: str, iterations: int, meter: Meter) -> Score:
    """One goal as a journey of its own process, in a home that has only the person's settings and the candidate."""
    goal, *options = shlex.split(task)
    left = meter.left()
    with tempfile.TemporaryDirectory(prefix="improve-") as folder:
        for file in [*home().glob("*.toml"), *(home() / "prompts").glob("*.md")]:
            target = Path(folder) / file.relative_to(home())
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
        if candidate is not None:
            own = _place(Path(folder), candidate.prompt)
            own.parent.mkdir(parents=True, exist_ok=True)
            own.write_text(candidate.text, encoding="utf-8")
        command = ["run", "minecraft", "--goal", goal, "--seed", str(seed), "--brain", brain, "--proving", "0"]
        command += ["--iterations", str(iterations), *options, "--json"]
        command += [] if left.tokens is None else ["--tokens", str(left.tokens)]
        command += [] if left.dollars is None else ["--dollars", str(left.dollars)]
        try:
            done = subprocess.run(
                [sys.executable, "-m", "agent.cli", *command],
                capture_output=True, text=True, timeout=PLAY_SECONDS, env={**os.environ, "JOURNEYMAN_HOME": folder},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            done = None
        if done and not done.stdout.strip():
            raise UsageError(f"improve: the journey to {task} could not be played: {done.stderr.strip()[-300:]}")
        outcome = _outcome(Path(folder), goal)
        meter.count(outcome.tokens, outcome.dollars)
        if outcome.cut_short:
            raise BudgetSpent(f"{task} was cut short: {outcome.cut_short}")
        return Score(outcome.reached, outcome.tokens, f"{task}, seed {seed}: {outcome.trace}")


@dataclass(frozen=True)
class _Outcome:
    """What became of a goal: whether it was reached, what it cost, what failed on the way, in a few lines."""

    reached: bool = False
    tokens: int = 0
    dollars: float = 0.0
    trace: str = ""
    cut_short: str = ""
    """Why it ended before its programs were used up, if money did that: then it says nothing about a prompt."""


def _outcome(folder: Path, goal: str) -> _Outcome:
    """What became of a goal, by the journey's own record."""
    from agent.store import Store
    from memory.db import open_db

    found, failed = _Outcome(), list[str]()
    db = open_db(folder / "journeyman.db", read_only=True)
    store = Store(db)
    for journey in store.journeys():
        tokens, dollars = Calls(db).spent(journey.name)
        by_money = journey.stopped == "budget" and "iterations" not in journey.reason
        found = _Outcome(
            found.reached or journey.reason == f"{goal} reached", found.tokens + tokens, found.dollars + dollars,
            cut_short=journey.reason if by_money else found.cut_short,
        )  # fmt: skip
        failed += [
            f"{row.task['goal']} {row.outcome}: {row.error.get('code', '')} {row.error.get('message', '')}"[:200]
            if row.error
            else f"{row.task['goal']} {row.outcome}: {row.evidence}"[:200]
            for row in store.iterations(journey.name)
            if not row.passed
        ]
    db.close()
    return replace(found, trace="; ".join(failed[-MOST_TRACES:]) or "it did not get there within its programs")


def _propose(desk: Desk, name: str, parent: Candidate | None, traces: Sequence[str], number: int) -> list[Candidate]:
    """Candidates that the role `improve` makes from a parent's failures; none if nothing failed."""
    if not traces:
        return []
    text = parent.text if parent and parent.prompt == name else text_in_use(name)
    prompt = prompting.load("improver")
    system = prompt.system()
    sections = [
        Section("The file as it is", [f"````\n{text}\n````"], rank=0),
        Section("What failed", [f"- {observing.quoted(trace, MOST_TRACE)}" for trace in traces[:MOST_TRACES]], rank=1),
    ]
    user = prompt.user(sections, desk.settings.prompt_tokens - estimate_tokens(system["content"]))
    reply = desk.ask(Ask("improve", f"{prompt.name}:{prompt.version}", (system, user), f"improve/{number}"))
    try:
        said = answers.with_keys(reply.text, "text", "why")
    except BrainError as error:
        desk.calls.led_to(desk.journey, reply.number, f"refused: {error}", success=False)
        return []
    candidate = Candidate(name, str(said["text"]), answers.text_of(said["why"], 300), parent.id if parent else "")
    desk.calls.led_to(desk.journey, reply.number, f"candidate {candidate.id}", success=True)
    return [candidate]


def _put(candidate: Candidate) -> str:
    """Put a prompt in place, the one before it aside; words on how to go back."""
    own = _place(home(), candidate.prompt)
    own.parent.mkdir(parents=True, exist_ok=True)
    if not own.is_file():
        own.write_text(candidate.text, encoding="utf-8")
        return f"delete {own}"
    kept = own.with_suffix(f".before-{candidate.id}")
    shutil.copy(own, kept)
    own.write_text(candidate.text, encoding="utf-8")
    return f"move {kept} back to {own}"


def _place(folder: Path, name: str) -> Path:
    """Where the file of a prompt, or of the loop's settings, stands in a folder of journeys."""
    return folder / f"{name}.toml" if name == loop_settings.NAME else folder / "prompts" / f"{name}.md"


def _regression() -> list[str]:
    file = home() / "regression.json"
    return list(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else []


def _keep_regression(tasks: Sequence[str]) -> None:
    """Add what a change mended to the tasks that later changes must not lose."""
    known = list(dict.fromkeys([*_regression(), *tasks]))
    (home() / "regression.json").write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
