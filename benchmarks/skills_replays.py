"""How often does a skill fail again what it passed, in a game that has not changed? Each time would be a false alarm.

    python -m benchmarks.skills_replays [--seed S] [--iterations N] [--home DIR --journey NAME]

A journey is played as people start one. Then every skill that ever worked does again what it passed, as the library
asks it of a proven skill that failed: the situation that it was written in, and its latest trials.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from agent.proving import its_fault, rebind
from agent.skill_trials import prover
from agent.store import AGENT, Store
from agent.uses import NEW
from benchmarks._journey import Journey
from benchmarks._result import Result
from curriculum.schema import CURRICULUM
from memory.db import open_db
from memory.log import EventLog
from skills.evidence import highest
from skills.library import Library
from skills.proofs import DOUBT, JOURNEY
from skills.schema import SKILLS

MOST = 4
"""Beginnings of each skill."""
LONGEST = 7200.0


def main() -> None:
    """Run the measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=random.randrange(2**31))
    options.add_argument("--iterations", type=int, default=40)
    options.add_argument("--home", type=Path, help="a home with a journey that has been run; it is copied")
    options.add_argument("--journey", default="replays")
    chosen = options.parse_args()
    settings = {"seed": chosen.seed, "iterations": chosen.iterations, "given": chosen.home is not None}
    result = Result("skills_replays", settings)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        if chosen.home is not None:
            for file in chosen.home.glob("journeyman.db*"):
                shutil.copy(file, home)
        else:
            words = ("run", "minecraft", "--journey", chosen.journey, "--seed", str(chosen.seed))
            journey = Journey(home, *words, "--iterations", str(chosen.iterations))
            result.row(step="journey", code=journey.wait(LONGEST))
        summary = measure(home, chosen.journey, result)
    result.finish(summary)


def measure(home: Path, journey: str, result: Result) -> dict[str, Any]:
    """Replays by what became of them, beside what failed in the journey itself."""
    found: dict[str, int] = {"replays": 0, "passed": 0, "failed_by_the_world": 0, "failed_by_its_fault": 0}
    with closing(open_db(home / "journeyman.db", SKILLS, CURRICULUM, AGENT)) as db:
        store = Store(db)
        library = Library(db, store.journey(journey).config.library)
        fell = [move.skill for move in library.moves() if move.action == "fell"]
        uses = db.execute("SELECT outcome FROM uses WHERE journey != ? AND outcome != 'unmet'", [JOURNEY]).fetchall()
        with closing(prover(library, store, EventLog(db))) as proving:
            for skill in library.all():
                version = skill.current
                for case in proving.passed_by(version, MOST) if skill.record.succeeded else ():
                    trial = proving.replay(version, f"{NEW}{skill.name}", rebind(version, {}), case, DOUBT, [])
                    became = "failed_by_its_fault" if its_fault(trial) else "failed_by_the_world"
                    found["replays"] += 1
                    found["passed" if trial.passed else became] += 1
                    result.row(
                        skill=skill.name, rung=skill.rung, home=case.situation is not None, passed=trial.passed,
                        evidence=trial.evidence, ticks=trial.ticks,
                    )  # fmt: skip
    alarms, replays = found["failed_by_its_fault"], found["replays"]
    return {
        **found,
        "false_alarms_at_most": round(highest(alarms, replays), 4),
        "fell_in_the_journey": fell,
        "uses_in_the_journey": len(uses),
        "uses_that_failed": sum(row[0] == "failed" for row in uses),
    }


if __name__ == "__main__":
    main()
