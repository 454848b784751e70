"""Seven desktop tasks, ten runs each, with fresh content every time: successes out of ten, and seconds.

Each is a family of the curriculum, solved by its proof in the skill's box and judged by its machine check from the real
files. What is measured is the desktop: how reliably real programs do what a correct program asks of them.

    python -m benchmarks.desktop_tasks [--runs 10] [--task NAME] [--shots FOLDER]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._result import Result
from curriculum.checks import evaluate
from curriculum.desktop import Family, families
from envs.desktop import DesktopEnv, DesktopSettings
from envs.desktop.programs import catalogue
from tests.desktop_proving import prove

TASKS = {
    "save through a dialog": "write_letters",
    "sheet with formula as ods": "sum_saved_as_ods",
    "sheet with formula as xlsx": "sum_saved_as_xlsx",
    "find and replace": "replace_word",
    "sort files into folders": "sort_by_ending",
    "form in a local page": "fill_form",
    "picture resized and exported": "scale_picture",
}
"""What is shown, and the family that is it."""


def play(task: str, family: Family, runs: int, shots: Path | None) -> dict[str, Any]:
    """Run a task with fresh content each time; a failed run says why."""
    solved, seconds, failures = 0, [], []
    with tempfile.TemporaryDirectory() as folder:
        env = DesktopEnv(DesktopSettings(Path(folder), programs=family.programs))
        env.start()
        try:
            for number in range(runs):
                instance = family.instance(1000 + number)
                begun = time.monotonic()
                run = prove(env, family, instance)
                seconds.append(time.monotonic() - begun)
                verdict = evaluate(instance.check, run.before, run.after, run.events)
                solved += verdict.passed
                if not verdict.passed:
                    said = f"{run.error.code}: {run.error.message} ({run.error.remedy[:300]})" if run.error else ""
                    where = f"line {run.error.where.line}" if run.error and run.error.where else ""
                    failures.append({"run": number, "verdict": verdict.evidence[:300], "error": said, "where": where})
                    if shots:
                        name = f"{family.name}_{number}"
                        (shots / f"{name}.png").write_bytes(env.screenshot())
                        told = [run.after["screen"], *(json.dumps(event) for event in run.events)]
                        (shots / f"{name}.txt").write_text("\n".join(told))
        finally:
            env.close()
    return {
        "task": task,
        "family": family.name,
        "runs": runs,
        "solved": solved,
        "median_seconds": round(statistics.median(seconds), 2),
        "failures": failures,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--task", help="only tasks with these words in their name")
    parser.add_argument("--shots", type=Path, help="a folder for pictures of failed runs")
    options = parser.parse_args()
    result = Result("desktop_tasks", {"runs": options.runs})
    for task, name in TASKS.items():
        family = families()[name]
        if options.task and options.task not in task:
            continue
        if not all(catalogue()[program].installed for program in family.programs):
            result.row(task=task, missing=f"journeyman desktop install {' '.join(family.programs)}")
            continue
        result.row(**play(task, family, options.runs, options.shots))
    result.finish({row["task"]: f"{row['solved']}/{row['runs']}" for row in result.rows if "solved" in row})


if __name__ == "__main__":
    main()
