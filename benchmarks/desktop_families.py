"""Every family of desktop tasks, solved by its proof on a real desktop over several seeds: how many can be solved?

For each seed the proof must pass the instance's check. Against it: a program that does nothing, and the proof with the
values of another instance, must fail the same check. Families whose programs are not installed are listed and skipped.

    python -m benchmarks.desktop_families [--seeds 3] [--first 100] [--subject NAME] [--family NAME] [--shots FOLDER]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._result import Result, middle
from curriculum.checks import evaluate
from curriculum.desktop import Family, families
from envs.base import Module, Program
from envs.desktop import DesktopEnv, DesktopSettings
from envs.desktop.programs import catalogue
from tests.desktop_proving import LIMITS, prove

NOTHING = Program(
    (Module("new", "nothing", "def nothing() -> dict:\n    wait_until_settled(0.2)\n    return {}\n"),), "new", {}
)
DEFAULT = tuple(name for name, entry in catalogue().items() if entry.default)


def measure(family: Family, seeds: range, env: DesktopEnv, shots: Path | None) -> dict[str, Any]:
    """The proof of a family over seeds; then, once, nothing at all and the values of another instance."""
    solved, seconds, failures = 0, [], []
    for seed in seeds:
        instance = family.instance(seed)
        begun = time.monotonic()
        run = prove(env, family, instance)
        seconds.append(time.monotonic() - begun)
        verdict = evaluate(instance.check, run.before, run.after, run.events)
        solved += verdict.passed
        if not verdict.passed:
            failures.append({"seed": seed, "verdict": verdict.evidence[:300], "error": str(run.error)[:300]})
            if shots:
                (shots / f"{family.name}_{seed}.png").write_bytes(env.screenshot())
                (shots / f"{family.name}_{seed}.txt").write_text(run.after["screen"])
    instance, other = family.instance(seeds[0]), family.instance(seeds[-1] + 1)
    env.prepare(instance.files, instance.folders)
    idle = env.run(NOTHING, LIMITS)
    amiss = prove(env, family, instance, other.values) if other.check != instance.check else idle
    wrong = [evaluate(instance.check, run.before, run.after, run.events).passed for run in (idle, amiss)]
    return {
        "family": family.name,
        "subject": family.subject,
        "level": family.level,
        "runs": len(seeds),
        "solved": solved,
        "idle_passed": wrong[0],
        "other_values_passed": wrong[1],
        "median_seconds": round(statistics.median(seconds), 2),
        "failures": failures,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=100, help="the first seed; those of the tests are 1 and 2")
    parser.add_argument("--subject", help="only families of this subject")
    parser.add_argument("--family", help="only families with these words in their name")
    parser.add_argument("--shots", type=Path, help="a folder for pictures of failed runs")
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.seeds)
    chosen = [
        family
        for family in families().values()
        if options.subject in (None, family.subject) and (options.family or "") in family.name
    ]
    settings = {"seeds": list(seeds), **{key: getattr(options, key) for key in ("subject", "family")}}
    result = Result("desktop_families", settings)
    skipped = []
    sets: dict[tuple[str, ...], list[Family]] = {}
    for family in chosen:
        missing = [name for name in family.programs if not catalogue()[name].installed]
        if missing:
            skipped.append(family.name)
            result.row(family=family.name, missing=f"journeyman desktop install {' '.join(missing)}")
        else:
            extra = tuple(name for name in family.programs if name not in DEFAULT)
            sets.setdefault(extra, []).append(family)
    for extra, members in sets.items():
        with tempfile.TemporaryDirectory() as folder:
            there = tuple(name for name in DEFAULT if catalogue()[name].installed)
            env = DesktopEnv(DesktopSettings(Path(folder), programs=(*there, *extra)))
            env.start()
            try:
                for family in members:
                    result.row(**measure(family, seeds, env, options.shots))
            finally:
                env.close()
    rows = [row for row in result.rows if "solved" in row]
    whole = [row for row in rows if row["solved"] == row["runs"]]
    result.finish(
        {
            "families": len(chosen),
            "skipped": len(skipped),
            "solvable": len([row for row in rows if row["solved"]]),
            "solved_every_time": len(whole),
            "runs": f"{sum(row['solved'] for row in rows)}/{sum(row['runs'] for row in rows)}",
            "idle_or_other_values_passed": sum(row["idle_passed"] + row["other_values_passed"] for row in rows),
            "median_seconds": middle([row["median_seconds"] for row in rows]),
        }
    )


if __name__ == "__main__":
    main()
