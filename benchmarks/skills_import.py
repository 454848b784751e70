"""What a library in Voyager's form is worth here: imported, adapted or refused why; does each skill run and deliver?

Each skill that came in runs in fresh worlds, by its defaults, in quarantine all the while. It has a stated kit at hand,
the same for all, and what the last step takes to what its name promises (food: hunger too). Its own check is that
promise, by the world's account, as when a journey tries it (curriculum/promises.py): craftFurnace has to bring a
furnace, killPig a dead pig, equipIronHelmet a helmet on the head. Skills whose names promise nothing of the kind are
only run. Nothing is kept.

    python -m benchmarks.skills_import PATH        a folder with skills.json, as Voyager's repository has them
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from agent.cases_minecraft import condition
from benchmarks._result import Result
from bridge.language import JavaScript, primitives
from curriculum import checks, gamedata
from curriculum.promises import promised
from envs.base import Beginning, Limits, Module, Program
from envs.minecraft_trials import MinecraftTrials
from memory.db import open_db
from skills import voyager
from skills.evidence import defaults
from skills.graph import SkillGraph
from skills.library import Library
from skills.schema import SKILLS

KIT = {
    "crafting_table": 1, "furnace": 1, "oak_log": 16, "oak_planks": 32, "stick": 32, "cobblestone": 32, "coal": 16,
    "raw_iron": 8, "iron_ingot": 32, "string": 8, "iron_pickaxe": 1, "iron_axe": 1, "iron_shovel": 1, "iron_sword": 1,
    "wooden_pickaxe": 1, "stone_pickaxe": 1, "wooden_sword": 1, "stone_sword": 1,
}  # fmt: skip
"""What every skill begins with: programs of this kind take tables, tools and materials for granted."""


def main() -> None:
    """Import, then run every skill that came in."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path, nargs="?", help="the library to bring in")
    parser.add_argument("--worlds", type=int, default=1, help="how many fresh worlds a skill")
    parser.add_argument("--most", type=int, default=1000, help="run only so many skills, drawn at random")
    parser.add_argument("--ticks", type=int, default=7_200, help="game ticks a run may take")
    parser.add_argument("--draw", type=int, default=random.SystemRandom().randrange(2**31), help="seed of the draw")
    asked = parser.parse_args()
    if asked.library is None:
        print("not measured: name the folder of a library in Voyager's form")
        return
    draw = random.Random(asked.draw)
    settings = {**vars(asked), "library": asked.library.parent.name + "/" + asked.library.name, "kit": KIT}
    result = Result("skills_import", settings)
    with tempfile.TemporaryDirectory(prefix="import-") as folder, JavaScript() as javascript:
        library = Library(open_db(Path(folder) / "journeyman.db", SKILLS))
        reports = bring_in(library, asked.library, javascript)
        taken = [report for report in reports if report.version]
        chosen = {report.name for report in draw.sample(taken, min(asked.most, len(taken)))}
        trials = MinecraftTrials(rules={})
        try:
            for report in reports:
                facts: dict[str, Any] = {"skill": report.name, "outcome": report.outcome, "said": list(report.said)}
                if report.version and report.name in chosen:
                    facts |= run(library, report.version, trials, asked, draw)
                result.row(**facts)
        finally:
            trials.close()
    ran = [row for row in result.rows if "runs" in row]
    held = [row for row in ran if row["passes"] is not None]
    result.finish(
        {
            **dict(Counter(row["outcome"] for row in result.rows)),
            "with_parameter": sum("parameter" in " ".join(row["said"]) for row in result.rows),
            "run": len(ran),
            "came_to_an_end": sum(row["runs"] == asked.worlds for row in ran),
            "have_a_check": len(held),
            "pass_their_own_check": sum(row["passes"] == asked.worlds for row in held),
            "errors": dict(Counter(row["error"] for row in ran if row["error"]).most_common(8)),
        }
    )


def bring_in(library: Library, path: Path, javascript: JavaScript) -> list[Any]:
    """The reports of the import."""
    foreign = voyager.find(path)
    if foreign is None:
        raise SystemExit(f"{path} holds no skills.json")
    return voyager.take_library(
        library,
        foreign,
        parse=javascript.facts,
        functions=javascript.functions,
        adapt=javascript.adapt,
        primitives=primitives(),
        yields={item: ways[0].count for item, ways in gamedata.load().recipes.items() if ways[0].count > 1},
        at=0.0,
    )


def run(
    library: Library, hash: str, trials: MinecraftTrials, asked: argparse.Namespace, draw: random.Random
) -> dict[str, Any]:
    """How many of the runs came to their end, how many passed the check of its name, and the last error."""
    data = gamedata.load()
    version = library.version(hash)
    promise = promised(version.skill, int(defaults(version.signature).get("count") or 1), data)
    kit = {**KIT, **{item: max(count, KIT.get(item, 0)) for item, count in (promise.kit if promise else {}).items()}}
    program = Program(tuple(Module(**module) for module in SkillGraph(library).modules(hash)), hash)
    ended, passed, ticks, error, message, evidence = 0, 0, 0, "", "", ""
    for _ in range(asked.worlds):
        trials.enter(Beginning(draw.randrange(2**31), 0, kit, condition(promise.check) if promise else {}))
        found = trials.run(program, Limits(ticks=asked.ticks))
        said = found.value if isinstance(found.value, dict) else {}
        done = found.outcome == "returned" and said.get("done", True)
        ended += done
        ticks += found.ticks
        if not done:
            error = found.error.code if found.error else "said that it could not"
            message = found.error.message if found.error else str(said.get("reason", ""))
        if promise:
            verdict = checks.evaluate(promise.check, found.before, found.after, list(found.events), data.tags)
            passed += verdict.passed
            evidence = verdict.evidence
    return {
        "runs": ended,
        "check": checks.describe(promise.check) if promise else None,
        "passes": passed if promise else None,
        "evidence": evidence,
        "error": error,
        "message": message,
        "ticks": ticks,
    }


if __name__ == "__main__":
    main()
