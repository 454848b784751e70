"""Whether a recorded journey plays back event by event: each recording is played, recorded anew, and the copy played.

Compared are the digests of both event logs, and every prompt that was sent: a replay that is one says and asks the
same, word for word. Tests do this with the short recordings; this one takes all, trials between the tasks included.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

from agent import recordings
from agent.database import database
from agent.models.calls import Calls
from agent.models.replay import head_of
from agent.session import run_journey
from agent.store import Store
from benchmarks._result import ROOT, Result
from memory.log import EventLog

RECORDINGS = sorted((ROOT / "tests" / "replays").glob("*.jsonl"))


def main() -> None:
    """Play everything twice."""
    parser = argparse.ArgumentParser(description=__doc__)
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
    """One recording twice, in a home of its own."""
    with tempfile.TemporaryDirectory(prefix="replayed-") as folder:
        os.environ["JOURNEYMAN_HOME"] = folder
        settings = head_of(recording)["settings"]
        Path(folder, "models.toml").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
        copy = Path(folder, "copy.jsonl")
        _play("first", recording)
        recordings.record("first", copy)
        _play("second", copy)
        db = database(read_only=True)
        digests = [EventLog(db).digest(name) for name in ("first", "second")]
        asked = [[call["digest"] for call in Calls(db).of(name, answered=True)] for name in ("first", "second")]
        rows = Store(db).iterations("first")
        db.close()
        return {
            "iterations": len(rows), "passed": sum(bool(row.passed) for row in rows), "calls": len(asked[0]),
            "identical_log": digests[0] == digests[1],
            "other_prompts": sum(one != other for one, other in zip(*asked, strict=False))
            + abs(len(asked[0]) - len(asked[1])),
        }  # fmt: skip


def _play(name: str, recording: Path) -> None:
    playing = recordings.again(recording, name=name, library=name)
    run_journey(playing.config, playing.budget, playing)


if __name__ == "__main__":
    main()
