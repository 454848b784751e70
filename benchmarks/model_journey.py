"""What a journey with a model did and cost: plays recordings again and counts.

For each recording: iterations per milestone, rounds per task, refusals by role, agreement of the judge with checks,
tokens per iteration by role, and the share of programs for which no model was asked. Whoever answered the recording
is told by its model names; the figures are of that author, not of the machinery.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from pathlib import Path
from statistics import mean
from typing import Any

from agent import journeys, recordings, spending
from agent.database import database
from agent.models.calls import Calls
from agent.models.replay import head_of
from agent.session import run_journey
from agent.store import Iteration, Store
from benchmarks._result import ROOT, Result
from curriculum.book import TaskBook

RECORDINGS = sorted((ROOT / "tests" / "replays").glob("*.jsonl"))


def main() -> None:
    """Play and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recordings", type=Path, nargs="*", default=RECORDINGS)
    asked = parser.parse_args()
    result = Result("model_journey", {"recordings": [path.name for path in asked.recordings]})
    for path in asked.recordings:
        result.row(recording=path.name, **measure(path.resolve()))
    rows = result.rows
    result.finish({
        "recordings": len(rows), "iterations": sum(row["iterations"] for row in rows),
        "audited": sum(row["judge"]["audited"] for row in rows), "agreed": sum(row["judge"]["agreed"] for row in rows),
        "without_a_call": round(mean(row["without_a_call"] for row in rows), 3),
        "refused": sum(sum(row["refused"].values()) for row in rows),
    })  # fmt: skip


def measure(recording: Path) -> dict[str, Any]:
    """One recording, played in a home of its own."""
    with tempfile.TemporaryDirectory(prefix="recording-") as folder:
        os.environ["JOURNEYMAN_HOME"] = folder
        settings = head_of(recording)["settings"]
        Path(folder, "models.toml").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
        playing = recordings.again(recording, name="j", library="main")
        ended = run_journey(playing.config, playing.budget, playing)
        db = database(read_only=True)
        rows, calls = Store(db).iterations("j"), Calls(db).of("j")
        reached = journeys.report(["j"])["journeys"][0]
        tasks = [each for each in TaskBook(db).entries("j") if each.passed is not None]
        sums = spending.of("j")
        found = {
            "ended": ended.reason, "iterations": len(rows), "passed": sum(bool(row.passed) for row in rows),
            "tasks": len(tasks), "tasks_done": sum(bool(each.passed) for each in tasks),
            "rounds": _rounds(rows),
            "milestones": {each["name"]: each["iteration"] for each in reached["milestones"]},
            "refused": _refused(calls), "repairs": _repairs(calls),
            "judge": sums["judge"] | {"verdicts": _verdicts(calls)},
            "tokens_per_iteration": {
                role: round((each["tokens_in"] + each["tokens_out"]) / max(1, len(rows)))
                for role, each in sums["roles"].items()
            },
            "calls": {role: each["calls"] for role, each in sums["roles"].items()},
            "without_a_call": round(sums["without_a_call"] / max(1, len(rows)), 3),
        }  # fmt: skip
        db.close()
        return found


def _rounds(rows: list[Iteration]) -> dict[str, int]:
    """How many tasks took so many rounds, whether they passed or not."""
    last: list[int] = []
    for row in rows:
        if row.round == 1:
            last.append(1)
        elif last:
            last[-1] = row.round
    return {str(rounds): count for rounds, count in sorted(Counter(last).items())}


def _refused(calls: list[dict[str, Any]]) -> dict[str, int]:
    """Answers that were refused, by role."""
    return dict(Counter(call["role"] for call in calls if str(call["led_to"]).startswith("refused")))


def _repairs(calls: list[dict[str, Any]]) -> int:
    """Programs that were written anew after a refusal before anything ran."""
    places = (call["place"].split(".")[0].split("/") for call in calls if call["role"] == "write")
    return sum(len(parts) == 4 and parts[3] != "0" for parts in places)


def _verdicts(calls: list[dict[str, Any]]) -> int:
    """Verdicts that rested on the judge's word."""
    return sum(call["role"] == "judge" and str(call["led_to"]).startswith("verdict") for call in calls)


if __name__ == "__main__":
    main()
