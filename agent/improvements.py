"""What `journeyman improve` does: plays goals as short journeys in homes of their own, with and without a candidate.

The proposer is the role `improve`; it is shown the present prompt and traces of failures on training goals. The
evaluator is the whole machinery that judges: worlds, checks, metrics; its files are sealed by a hash. An adopted prompt
goes to $JOURNEYMAN_HOME/prompts, the one before it is kept beside it, and the ledger says how to go back.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import curriculum
import envs
from agent import answers, prompting
from agent.config import Budget, JourneyConfig, home
from agent.errors import BrainError, UsageError
from agent.improving import Candidate, Score, Sets, improve
from agent.models.call import Ask
from agent.models.calls import Calls
from agent.models.desk import Desk
from agent.oversight import Ledger
from agent.session import database
from agent.staff import Clockwork, desk_for
from agent.tables import table
from memory.working import Section, estimate_tokens

MOST_TRACES = 8
PLAY_SECONDS = 1800.0


def run(
    brain: str, training: Sequence[str], held_out: Sequence[str], seeds: int, rounds: int, iterations: int, prompt: str
) -> dict[str, Any]:
    """Improve one prompt. Raises UsageError for sets that meet, or a brain that asks no model."""
    db, name = database(), f"improve-{int(time.time())}"
    ledger, calls = Ledger(db), Calls(db)
    quiet = Clockwork(lambda text: None, lambda role, model, why: None, lambda: None, lambda: 0.0)
    desk = desk_for(JourneyConfig(name, ("minecraft",), 0, brain), Budget(), calls, quiet)
    if desk is None:
        raise UsageError(f"improve --brain {brain}: the planner has no prompts to improve; name a model")
    sets = Sets(tuple(training), tuple(held_out), tuple(range(1, seeds + 1)))

    def adopt(candidate: Candidate) -> str:
        undo = _put(candidate)
        ledger.write(
            name, 0, "prompt", candidate.id, what=f"prompt {candidate.prompt} is now {candidate.id}", why=candidate.why,
            evidence={"improvement": name}, undo=undo,
        )  # fmt: skip
        return undo

    cards = improve(
        sets,
        lambda candidate, goal, seed: _play(candidate, goal, seed, brain, iterations),
        lambda parent, traces: _propose(desk, prompt, parent, traces, len(calls.of(name))),
        [*Path(curriculum.__file__).parent.rglob("*.py"), *Path(envs.__file__).parent.rglob("*.py")],
        rounds=rounds,
        adopt=adopt,
    )
    for card in cards:
        if card.decision != "adopted":
            ledger.write(
                name, card.round, "prompt", f"{card.round}/{card.candidate}", what=f"{card.prompt}: {card.decision}",
                why=card.reason, evidence=card.to_json(), undo="nothing was changed",
            )  # fmt: skip
    found = {
        "name": name,
        "prompt": prompt,
        "cards": [card.to_json() for card in cards],
        "tokens": calls.spent(name)[0],
    }
    file = home() / "runs" / name / "cards.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return {**found, "file": str(file)}


def words(found: Mapping[str, Any]) -> str:
    """The improvement cards as a table."""
    if not found["cards"]:
        return "No candidate was proposed: nothing failed on the training goals, or the answers could not be read."
    rows = [
        [str(card["round"]), card["candidate"], card["decision"], _rates(card["training"]), _rates(card["held_out"]),
         card["reason"]]
        for card in found["cards"]
    ]  # fmt: skip
    return table(["round", "candidate", "decision", "training", "held out", "reason"], rows) + f"\n{found['file']}"


def _rates(pair: Sequence[float] | None) -> str:
    return f"{pair[0]:.2f} → {pair[1]:.2f}" if pair else "–"


def _play(candidate: Candidate | None, goal: str, seed: int, brain: str, iterations: int) -> Score:
    """One goal as a journey of its own process, in a home that has only the person's settings and the candidate."""
    with tempfile.TemporaryDirectory(prefix="improve-") as folder:
        for file in [*home().glob("*.toml"), *(home() / "prompts").glob("*.md")]:
            target = Path(folder) / file.relative_to(home())
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
        if candidate is not None:
            own = Path(folder) / "prompts" / f"{candidate.prompt}.md"
            own.parent.mkdir(parents=True, exist_ok=True)
            own.write_text(candidate.text, encoding="utf-8")
        command = ["run", "minecraft", "--goal", goal, "--seed", str(seed), "--brain", brain, "--proving", "0"]
        done = subprocess.run(
            [sys.executable, "-m", "agent.cli", *command, "--iterations", str(iterations), "--json"],
            capture_output=True, text=True, timeout=PLAY_SECONDS, env={**os.environ, "JOURNEYMAN_HOME": folder},
        )  # fmt: skip
        lines = done.stdout.strip().splitlines()
        if not lines:
            raise UsageError(f"improve: the journey to {goal} could not be played: {done.stderr.strip()[-300:]}")
        reached, tokens, trace = _outcome(Path(folder), goal)
        return Score(reached, tokens, f"{goal}, seed {seed}: {trace}")


def _outcome(folder: Path, goal: str) -> tuple[bool, int, str]:
    """Whether a journey came to its goal by its own record, what it cost, what failed on the way, in a few lines."""
    from agent.store import Store
    from memory.db import open_db

    rows, reached, tokens = [], False, 0
    db = open_db(folder / "journeyman.db", read_only=True)
    store = Store(db)
    for journey in store.journeys():
        tokens += Calls(db).spent(journey.name)[0]
        reached = reached or journey.reason == f"{goal} reached"
        for row in store.iterations(journey.name):
            if not row.passed:
                error = row.error or {}
                rows.append(
                    f"{row.task['goal']} {row.outcome}: {error.get('code', '')} {error.get('message', '')}"[:200]
                )
    db.close()
    return reached, tokens, "; ".join(rows[-MOST_TRACES:]) or "it did not get there within its programs"


def _propose(desk: Desk, name: str, parent: Candidate | None, traces: Sequence[str], number: int) -> list[Candidate]:
    """Candidates that the role `improve` makes from a parent's failures; none if nothing failed."""
    if not traces:
        return []
    text = parent.text if parent and parent.prompt == name else _present(name)
    prompt = prompting.load("improver")
    system = prompt.system()
    sections = [
        Section("The prompt as it is", [f"````\n{text}\n````"], rank=0),
        Section("What failed", [f"- «{trace}»" for trace in traces[:MOST_TRACES]], rank=1),
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


def _present(name: str) -> str:
    own = home() / "prompts" / f"{name}.md"
    return own.read_text(encoding="utf-8") if own.is_file() else prompting.packaged(name)


def _put(candidate: Candidate) -> str:
    """Put a prompt in place, the one before it aside; words on how to go back."""
    own = home() / "prompts" / f"{candidate.prompt}.md"
    own.parent.mkdir(parents=True, exist_ok=True)
    if not own.is_file():
        own.write_text(candidate.text, encoding="utf-8")
        return f"delete {own}"
    kept = own.with_suffix(f".before-{candidate.id}")
    shutil.copy(own, kept)
    own.write_text(candidate.text, encoding="utf-8")
    return f"move {kept} back to {own}"
