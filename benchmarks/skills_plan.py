"""Are plans as likely to work as they say? Plans for items from bare hands, executed in fresh worlds.

    python -m benchmarks.skills_plan [--seed S] [--iterations N] [--items N] [--worlds N] [--home DIR [--minutes M]]

A journey with the planner learns a library (or --home gives one); then no brain is asked any more. Each plan is planned
over learned effects and run in worlds that no skill has seen; the table sets predicted odds against what happened.
With --minutes it stops after so long and keeps its tries in the home; the same command goes on from there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import tempfile
import time
from contextlib import closing
from itertools import pairwise, product
from pathlib import Path
from typing import Any

from agent.families import families
from agent.known_goals import write
from agent.store import AGENT
from benchmarks._journey import Journey
from benchmarks._result import Result
from curriculum import gamedata
from curriculum.schema import CURRICULUM
from envs.base import Beginning, Limits, Module, Program
from envs.errors import EnvLost
from envs.minecraft_trials import MinecraftTrials
from memory.db import open_db
from skills.evidence import wilson
from skills.graph import SkillGraph
from skills.library import Library
from skills.operators import Operators
from skills.planning import SkillPlan, plan
from skills.schema import SKILLS

ITEMS = (
    "crafting_table", "stick", "wooden_pickaxe", "wooden_axe", "wooden_sword", "wooden_shovel", "chest", "cobblestone",
    "stone_pickaxe", "stone_axe", "stone_sword", "stone_shovel", "furnace", "coal", "torch", "raw_iron", "iron_ingot",
    "iron_pickaxe", "iron_sword", "bucket",
)  # fmt: skip
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 1.01)
LONGEST = 7200.0


def main() -> None:
    """Run the measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=random.randrange(2**31))
    options.add_argument("--iterations", type=int, default=60)
    options.add_argument("--items", type=int, default=len(ITEMS))
    options.add_argument("--worlds", type=int, default=10)
    options.add_argument("--home", type=Path, help="a home whose main library has been learned")
    options.add_argument("--minutes", type=float, default=float("inf"), help="with --home: stop after, to go on later")
    chosen = options.parse_args()
    settings = {name: value for name, value in vars(chosen).items() if name not in ("home", "minutes")}
    result = Result("skills_plan", {**settings, "given": chosen.home is not None})
    with tempfile.TemporaryDirectory() as folder:
        home = chosen.home or Path(folder)
        if chosen.home is None:
            words = ("run", "minecraft", "--journey", "learn", "--seed", str(chosen.seed))
            Journey(home, *words, "--iterations", str(chosen.iterations)).wait(LONGEST)
        tries = Tries(home / "plan_tries.jsonl", chosen.seed, time.monotonic() + 60 * chosen.minutes)
        summary = measure(home, ITEMS[: chosen.items], chosen.worlds, result, tries)
        if summary is None:
            print(f"{len(tries.done)} tries are kept; the same command goes on")
            return
    result.finish(summary)


class Tries:
    """What was tried, kept in a file line by line, and the moment at which to stop. A plan that changed is another."""

    def __init__(self, path: Path, seed: int, until: float) -> None:
        self.path, self.seed, self.until = path, seed, until
        kept = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        self.done = {(each["plan"], each["number"]): bool(each["worked"]) for each in kept if each["seed"] == seed}

    def keep(self, plan: str, number: int, worked: bool) -> None:
        """Keep one."""
        self.done[plan, number] = worked
        with self.path.open("a") as file:
            file.write(json.dumps({"seed": self.seed, "plan": plan, "number": number, "worked": worked}) + "\n")


def measure(home: Path, items: tuple[str, ...], worlds: int, result: Result, kept: Tries) -> dict[str, Any] | None:
    """Plan each item, run each plan, compare; None if the time is up before all is tried."""
    data = gamedata.load()
    tries: list[tuple[float, bool]] = []
    trials = MinecraftTrials(rules={})
    with closing(open_db(home / "journeyman.db", SKILLS, CURRICULUM, AGENT, read_only=True)) as db, closing(trials):
        library = Library(db)
        operators, graph = Operators(library, families(data)), SkillGraph(library)
        plans = {item: plan(operators, item) for item in items}
        calls = {
            item: f"{item}: {[(step.version, dict(step.args)) for step in each.steps]}" for item, each in plans.items()
        }
        waiting = [
            (calls[item], number, found, Beginning(drawn(kept.seed, item, number)))
            for number, (item, found) in product(range(worlds), plans.items())
            if found.found and (calls[item], number) not in kept.done
        ]
        for place, (call, number, found, beginning) in enumerate(waiting):
            if time.monotonic() > kept.until:
                return None
            ahead = waiting[place + 1][3] if place + 1 < len(waiting) else None
            kept.keep(call, number, run(trials, graph, found, beginning, operators, ahead))
    for item, found in plans.items():
        if not found.found:
            result.row(item=item, found=False, missing=list(found.missing))
            continue
        worked = [kept.done[calls[item], number] for number in range(worlds)]
        tries += [(found.probability, each) for each in worked]
        result.row(
            item=item, found=True, steps=len(found.steps), predicted=round(found.probability, 3),
            low=round(found.low, 3), high=round(found.high, 3), worked=sum(worked), of=len(worked),
            ticks=round(found.ticks),
        )  # fmt: skip
    for low, high in pairwise(BINS):
        inside = [(odds, worked) for odds, worked in tries if low <= odds < high]
        if inside:
            passed = sum(worked for _, worked in inside)
            mean = sum(odds for odds, _ in inside) / len(inside)
            result.row(
                bin=f"{low:.0%} to {min(high, 1):.0%}", tries=len(inside), predicted=round(mean, 3),
                observed=round(passed / len(inside), 3), at_least=round(wilson(passed, len(inside)), 3),
                at_most=round(1 - wilson(len(inside) - passed, len(inside)), 3),
            )  # fmt: skip
    brier = sum((odds - worked) ** 2 for odds, worked in tries) / len(tries) if tries else None
    return {
        "items": len(items),
        "planned": sum(each.found for each in plans.values()),
        "runs": len(tries),
        "worked": round(sum(worked for _, worked in tries) / len(tries), 3) if tries else None,
        "predicted": round(sum(odds for odds, _ in tries) / len(tries), 3) if tries else None,
        "brier": round(brier, 3) if brier is not None else None,
    }


def run(
    trials: MinecraftTrials,
    graph: SkillGraph,
    found: SkillPlan,
    beginning: Beginning,
    operators: Operators,
    ahead: Beginning | None,
) -> bool:
    """Whether the plan brought its item in one fresh world; `ahead` is the world after it."""
    source = write(found)
    name = source.partition("async function ")[2].partition("(")[0]
    uses = {step.skill: step.version for step in found.steps}
    modules = tuple(Module(**module) for module in graph.program("new:plan", name, source, uses))
    try:
        trials.enter(beginning, ahead)
        done = trials.run(Program(modules, "new:plan", {"count": found.count}), Limits())
    except EnvLost:
        return False
    item = operators.family(found.item)
    before = operators.counted(done.before["inventory"]).get(item, 0)
    return operators.counted(done.after["inventory"]).get(item, 0) - before >= found.count


def drawn(seed: int, item: str, number: int) -> int:
    """A world of its own for each try."""
    digest = hashlib.sha256(f"{seed}:{item}:{number}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


if __name__ == "__main__":
    main()
