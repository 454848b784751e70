"""What a journey makes of its library: size, reuse, depth, proof.

    python -m benchmarks.skills_journey [--seed S] [--iterations N] [--proving SHARE] [--home DIR --journey NAME]

Without --home a journey with the planner is run first, in a new world with an empty library and no assistance.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from agent.config import JourneyConfig
from agent.store import AGENT, Store
from benchmarks._journey import Journey
from benchmarks._result import Result
from bridge.language import JavaScript
from curriculum.schema import CURRICULUM
from memory.db import open_db
from skills.graph import SkillGraph
from skills.library import Library
from skills.proofs import Proofs
from skills.refactor import find
from skills.schema import SKILLS

LONGEST = 7200.0


def main() -> None:
    """Run the measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=random.randrange(2**31))
    options.add_argument("--iterations", type=int, default=120)
    options.add_argument("--proving", type=float, default=JourneyConfig.proving, help="as `journeyman run` has it")
    options.add_argument("--home", type=Path, help="a home with a journey that has been run")
    options.add_argument("--journey", default="skills")
    chosen = options.parse_args()
    settings = {
        "seed": chosen.seed, "iterations": chosen.iterations, "proving": chosen.proving,
        "given": chosen.home is not None,
    }  # fmt: skip
    result = Result("skills_journey", settings)
    with tempfile.TemporaryDirectory() as folder:
        home = chosen.home or Path(folder)
        if chosen.home is None:
            words = ("run", "minecraft", "--journey", chosen.journey, "--seed", str(chosen.seed))
            words += ("--iterations", str(chosen.iterations), "--proving", str(chosen.proving))
            journey = Journey(home, *words)
            result.row(step="journey", code=journey.wait(LONGEST), seconds=round(journey.lines[-1][0] - journey.begun))
        summary = measure(home, chosen.journey, result)
    result.finish(summary)


def measure(home: Path, journey: str, result: Result) -> dict[str, Any]:
    """The figures of a library after a journey."""
    with closing(open_db(home / "journeyman.db", SKILLS, CURRICULUM, AGENT, read_only=True)) as db, JavaScript() as js:
        library = Library(db, Store(db).journey(journey).config.library)
        skills, rows = library.all(), Store(db).iterations(journey)
        graph = SkillGraph(library).picture()
        ran = [skill for skill in skills if skill.record.succeeded]
        trials = {skill.name: Proofs(library).trials_of(skill.current.hash) for skill in skills}
        tried = [trial for each in trials.values() for trial in each]
        candidates = [skill for skill in skills if skill.rung in ("draft", "candidate", "parole")]
        for skill in skills:
            result.row(
                skill=skill.name, rung=skill.rung, versions=len(library.versions(skill.name)),
                parameters=len(skill.current.signature.parameters), calls=len(skill.current.uses),
                runs=skill.record.succeeded + skill.record.failed, bound=round(skill.record.bound, 2),
                requires=len(skill.requires), effects=len(skill.effects), trials=len(trials[skill.name]),
                trials_passed=sum(trial.passed for trial in trials[skill.name]),
            )  # fmt: skip
        proposals = find(library, js.shape)
        near = {name for each in proposals if each.kind in ("duplicate", "siblings") for name in each.skills}
        written = [row for row in rows if row.source]
        return {
            "iterations": len(rows),
            "passed": sum(bool(row.passed) for row in rows),
            "skills": len(skills),
            "versions": sum(len(library.versions(skill.name)) for skill in skills),
            "edges": len(graph["edges"]),
            "depth": graph["depth"],
            "parameterised_share": share(sum(bool(s.current.signature.parameters) for s in skills), len(skills)),
            "programs_calling_skills": share(sum(bool(row.modules) for row in rows), len(rows)),
            "written_programs_calling_skills": share(sum(bool(row.modules) for row in written), len(written)),
            "skills_calling_skills": graph["calling_share"],
            "ran_with_requires_and_effects": share(sum(bool(s.requires and s.effects) for s in ran), len(ran)),
            "ran_with_effects": share(sum(bool(s.effects) for s in ran), len(ran)),
            "verified_or_trusted": share(sum(s.rung in ("verified", "trusted") for s in skills), len(skills)),
            "trusted": share(sum(s.rung == "trusted" for s in skills), len(skills)),
            "unproven": len(candidates),
            "unproven_never_tried": sum(not trials[skill.name] for skill in candidates),
            "unproven_failed_a_trial": sum(any(not t.passed for t in trials[skill.name]) for skill in candidates),
            "trials": len(tried),
            "trials_passed": sum(trial.passed for trial in tried),
            "trials_game_seconds": round(sum(trial.ticks for trial in tried) / 20),
            "game_seconds": round(rows[-1].game_seconds) if rows else 0,
            "seconds": round(rows[-1].total_seconds) if rows else 0,
            "near_duplicate_share": share(len(near), len(skills)),
        }


def share(part: int, whole: int) -> float | None:
    """A part of a whole, None of nothing."""
    return round(part / whole, 3) if whole else None


if __name__ == "__main__":
    main()
