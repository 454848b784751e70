"""Does the planner learn the desktop: held-out tasks solved before exploration and after 50, 100 and 200 iterations.

Exploration plays tasks of the training families with seeds of its own, up to four programs a task, as a journey does.
At each mark a fresh planner, which knows the runs so far and nothing else, gets instances that exploration never saw:
of the training families (fresh content), and of families that exploration never saw. Two figures each: solved by the
first program, and within four programs (what it finds out during a task counts for that task only).

    python -m benchmarks.desktop_learning [--iterations 200] [--instances 1] [--rounds 1] [--runs FILE] [--minutes M]

The runs are kept in FILE, so that an interrupted measure goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.brain import Attempt, Draft, WriteRequest
from agent.brains.desktop import DesktopPlanner
from agent.desktop_planning import survey
from agent.desktop_planning.candidates import Program as Known
from agent.desktop_planning.runs import PastRun
from agent.errors import BrainError
from benchmarks._result import Result
from curriculum import checks
from curriculum.desktop import families
from curriculum.desktop.family import Family
from envs.base import Limits, Module, Program
from envs.desktop import DesktopEnv, DesktopSettings
from envs.desktop.broker import documentation
from envs.desktop.programs import catalogue
from envs.errors import EnvLost

ROUNDS = 4
MARKS = (0, 50, 100, 200)
PROGRAMS = tuple(name for name, entry in catalogue().items() if entry.default and entry.installed)
"""The small set that every desktop has."""
HELD_OUT = 5
"""Every fifth family is kept from exploration."""
UNSEEN = 1_000_000
"""Seeds from here on are for held-out instances."""
LIMITS = Limits(ticks=2400, seconds=120)


class Ground:
    """One desktop on which tasks are played."""

    def __init__(self, folder: Path, programs: tuple[str, ...] = PROGRAMS) -> None:
        self.env = DesktopEnv(DesktopSettings(folder, programs=programs))
        self.env.start()
        self.known = [
            Known(name, entry.what, entry.opens) for name, entry in catalogue().items() if name in self.env.programs
        ]

    def play(self, family: Family, seed: int, past: list[PastRun], rounds: int) -> list[PastRun]:
        """Play a task with what `past` knows: its runs, at most `rounds`; the last one passed if it was solved."""
        played: list[PastRun] = []
        brain = DesktopPlanner(lambda after: [run for run in [*past, *played] if run.number > after], self.known)
        instance, task = family.instance(seed), family.task(seed)
        for _ in range(rounds):
            observation = self.env.prepare(instance.files, instance.folders)
            request = WriteRequest(
                task=task, check=checks.describe(task.check), observation=observation,
                attempts=tuple(_attempt(each, place) for place, each in enumerate(played, 1)), skills=(), lessons=(),
                primitives=documentation(),
            )  # fmt: skip
            try:
                draft = brain.write(request)
            except BrainError:
                break
            if rounds == 1 and draft.name == survey.NAME:
                break  # it would look around first: not solved by the first program, whatever it would break
            last = played[-1].number if played else past[-1].number if past else 0
            run = self._run(task.to_json(), draft, last + 1, task.check)
            if run is None:
                break
            played.append(run)
            if run.passed:
                break
        return played

    def _run(self, task: Mapping[str, Any], draft: Draft, number: int, check: checks.Check) -> PastRun | None:
        assert draft.source is not None
        program = Program((Module("new", draft.name, draft.source),), "new", draft.args)
        try:
            run = self.env.run(program, LIMITS)
        except EnvLost:
            self.env.start()
            return None
        verdict = checks.evaluate(check, run.before, run.after, run.events)
        return PastRun(
            number=number, task=task, name=draft.name, source=draft.source, args=draft.args, outcome=run.outcome,
            passed=verdict.passed, before=run.before, after=run.after, events=run.events, value=run.value,
            error=asdict(run.error) if run.error else None,
        )  # fmt: skip


def _attempt(run: PastRun, number: int) -> Attempt:
    return Attempt(number, run.name, run.source or "", run.args, run.outcome, run.error, "")


class Runs:
    """The runs of exploration, kept in a file line by line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        self.all = [PastRun(**json.loads(line)) for line in lines]

    def add(self, runs: Sequence[PastRun]) -> None:
        """Keep more."""
        with self._path.open("a", encoding="utf-8") as file:
            for run in runs:
                file.write(json.dumps(asdict(run)) + "\n")
        self.all += runs


def explore(ground: Ground, training: Sequence[Family], runs: Runs, until: int, deadline: float, seed: int) -> bool:
    """Play training tasks until there are so many runs; whether it came that far before the deadline."""
    while len(runs.all) < until:
        if time.monotonic() > deadline:
            return False
        tries = Counter(run.task["item"] for run in runs.all)
        solved = Counter(run.task["item"] for run in runs.all if run.passed)
        random = Random(f"{seed}:{len(runs.all)}")
        # What is not solved yet and was tried least, the easier first: as a curriculum would go.
        family = min(training, key=lambda each: (tries[each.name] + 4 * solved[each.name], each.level, random.random()))
        played = ground.play(family, random.randrange(UNSEEN), runs.all, min(ROUNDS, until - len(runs.all)))
        if not played:
            played = [_nothing(family, len(runs.all) + 1)]
        runs.add(played)
        told = " ".join(f"{each.name}:{'passed' if each.passed else each.error['code'] if each.error else 'no'}"
                        for each in played)  # fmt: skip
        print(f"    {len(runs.all):3d} {family.name}: {told}", flush=True)
    return True


def _nothing(family: Family, number: int) -> PastRun:
    """The planner knew nothing to try: an iteration that taught nothing."""
    task = family.task(0).to_json()
    return PastRun(number, task, "nothing", "", {}, "refused", False, {"files": {}}, {"files": {}})


def examine(
    ground: Ground, chosen: Sequence[Family], past: Sequence[PastRun], instances: int, rounds: int
) -> list[dict[str, Any]]:
    """Held-out instances of families with what `past` knows: by which program each was solved, 0 if by none."""
    found = []
    for family in chosen:
        for instance in range(instances):
            played = ground.play(family, UNSEEN + instance, list(past), rounds)
            solved = len(played) if played and played[-1].passed else 0
            found.append({"family": family.name, "level": family.level, "instance": instance, "solved_by": solved})
    return found


def interval(solved: int, of: int) -> tuple[float, float]:
    """Wilson's interval of 95 % for a share."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, solved / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return round(max(0.0, middle - half), 3), round(min(1.0, middle + half), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--iterations", type=int, default=200)
    parser.add_argument("--instances", type=int, default=1, help="held-out instances of each family at each mark")
    parser.add_argument("--rounds", type=int, default=1, help="programs a held-out task may take (1 or 4)")
    parser.add_argument("--every", type=int, default=1, help="examine every so many-th family only")
    parser.add_argument("--runs", type=Path, help="where the runs of exploration are kept")
    parser.add_argument("--minutes", type=float, default=1e6, help="stop exploring after so long, to go on later")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--marks", type=int, nargs="*", default=MARKS)
    options = parser.parse_args()
    known = [each for each in families().values() if set(each.programs) <= set(PROGRAMS)]
    strange = known[HELD_OUT - 1 :: HELD_OUT]
    training = [each for each in known if each not in strange]
    result = Result("desktop_learning", {
        "iterations": options.iterations, "instances": options.instances, "rounds": options.rounds,
        "every": options.every,
        "seed": options.seed, "training_families": len(training), "held_out_families": len(strange),
    })  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(Path(folder))
        runs = Runs(options.runs or Path(folder) / "runs.jsonl")
        deadline = time.monotonic() + options.minutes * 60
        summary = {}
        try:
            for mark in sorted({each for each in options.marks if each <= options.iterations}):
                if not explore(ground, training, runs, mark, deadline, options.seed):
                    print(f"stopped at {len(runs.all)} iterations: the same command goes on")
                    return
                for kind, chosen in (
                    ("fresh content", training[:: options.every]),
                    ("unseen families", strange[:: options.every]),
                ):
                    rows = examine(ground, chosen, runs.all[:mark], options.instances, options.rounds)
                    solved = sum(1 for row in rows if row["solved_by"])
                    result.row(iterations=mark, kind=kind, solved=solved, of=len(rows),
                               share=round(solved / len(rows), 3) if rows else None,
                               interval=interval(solved, len(rows)), tasks=rows)  # fmt: skip
                    summary[f"{kind} after {mark}"] = f"{solved}/{len(rows)}"
        finally:
            ground.env.close()
        result.finish(summary)


if __name__ == "__main__":
    main()
