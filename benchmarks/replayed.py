"""Whether a recorded journey plays back event by event: each recording is played, recorded anew, and the copy played.

Compared are the digests of both event logs, and every prompt that was sent: a replay that is one says and asks the
same, word for word. Tests do this with the short recordings; this one takes all, trials between the tasks included.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from agent import recordings
from agent.database import database
from agent.models.calls import Calls
from agent.models.replay import head_of
from agent.session import run_journey
from agent.store import Store
from benchmarks._result import Result
from benchmarks.model_journey import RECORDINGS
from memory.log import EventLog


def main() -> None:
    """Play everything twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recordings", type=Path, nargs="*", default=RECORDINGS)
    asked = parser.parse_args()
    result = Result("replayed", {"recordings": [path.name for path in asked.recordings]})
    for path in asked.recordings:
        result.row(recording=path.name, **measure(path.resolve()))
    rows = result.rows
    result.finish({
        "recordings": len(rows), "identical_logs": sum(row["identical_log"] for row in rows),
        "iterations": sum(row["iterations"] for row in rows), "calls": sum(row["calls"] for row in rows),
        "other_prompts": sum(row["other_prompts"] for row in rows),
    })  # fmt: skip


def measure(recording: Path) -> dict[str, Any]:
    """One recording and its copy, each in a home of its own: what the first journey saw, the second must not know."""
    with tempfile.TemporaryDirectory(prefix="replayed-") as folder:
        copy = Path(folder, "copy.jsonl")
        first = _play(Path(folder, "first"), recording, head_of(recording)["settings"])
        recordings.record("j", copy)
        second = _play(Path(folder, "second"), copy, head_of(recording)["settings"])
        return {
            **first.facts, "identical_log": first.digest == second.digest,
            "other_prompts": sum(one != other for one, other in zip_longest(first.asked, second.asked)),
        }  # fmt: skip


@dataclass(frozen=True)
class _Played:
    facts: dict[str, Any]
    digest: str
    asked: list[str]


def _play(home: Path, recording: Path, settings: Mapping[str, Any]) -> _Played:
    home.mkdir()
    os.environ["JOURNEYMAN_HOME"] = str(home)
    (home / "models.toml").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    playing = recordings.again(recording, name="j", library="main")
    ended = run_journey(playing.config, playing.budget, playing)
    db = database(read_only=True)
    rows, asked = Store(db).iterations("j"), [call["digest"] for call in Calls(db).of("j", answered=True)]
    facts = {
        "iterations": len(rows), "passed": sum(bool(row.passed) for row in rows), "calls": len(asked),
        "ended": ended.reason,
    }  # fmt: skip
    found = _Played(facts, EventLog(db).digest("j"), asked)
    db.close()
    return found


if __name__ == "__main__":
    main()
