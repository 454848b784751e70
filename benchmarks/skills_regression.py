"""Does a worse version of a trusted skill stay out, and does the library notice and mend what a changed game breaks?

    python -m benchmarks.skills_regression [--seed S] [--iterations N]

One library: a journey learns the first tools, a skill is proven until it is trusted. Then a version of it that fails
for most amounts is planted as if a writer had made it, and must be held back. Then a journey goes on in a world where
another recipe gives a quarter, with the same library: when is that noticed, when mended, when do callers work again?
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from agent.skill_trials import prover
from agent.store import AGENT, Store
from benchmarks._journey import Journey
from benchmarks._result import Result
from bridge.language import JavaScript, primitives
from curriculum import gamedata
from curriculum.schema import CURRICULUM
from memory.db import open_db
from memory.log import EventLog
from skills.admit import admit
from skills.library import Library
from skills.reader import Move
from skills.schema import SKILLS
from skills.skill import Use

REGRESSED = "craftStick"
TAG, PIECES = "planks", 1
"""In the changed game a log gives one plank instead of four: skills that were right about planks are wrong now."""
SAME = "the same source with "
"""How the library says why a caller was bound to a mended version."""
WORSE = """/**
 * Craft stick, quickly.
 */
async function craftStick(bot, { count = 1 } = {}) {
  if (count > 1) throw new Error('too many at once')
  const before = await countItems(bot, 'stick')
  const missing = 2 - await countItems(bot, '#planks')
  if (missing > 0) await craftPlanks(bot, { count: missing })
  await craftItem(bot, 'stick', count)
  return { gained: await countItems(bot, 'stick') - before }
}
"""


def main() -> None:
    """Run the measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=random.randrange(2**31))
    options.add_argument("--iterations", type=int, default=30)
    chosen = options.parse_args()
    result = Result("skills_regression", vars(chosen))
    with tempfile.TemporaryDirectory() as folder:
        summary = measure(Path(folder), chosen.seed, chosen.iterations, result)
    result.finish(summary)


def measure(home: Path, seed: int, iterations: int, result: Result) -> dict[str, Any]:
    """Learn, plant a regression, change the game."""
    learn = Journey(home, "run", "minecraft", "--journey", "learn", "--goal", "stone_pickaxe", "--seed", str(seed))
    result.row(step="learn", code=learn.wait(600), seconds=round(learn.lines[-1][0] - learn.begun, 1))
    regression = plant(home, result)
    rules = [word for item in gamedata.load().tags[TAG] for word in ("--recipe", f"{item}:{PIECES}")]
    words = ("run", "minecraft", "--journey", "changed", "--seed", str(seed + 1), *rules)
    changed = Journey(home, *words, "--iterations", str(iterations), "--proving", "1")
    result.row(step="changed", code=changed.wait(1800), seconds=round(changed.lines[-1][0] - changed.begun, 1))
    return {**regression, **mended(home, result)}


def plant(home: Path, result: Result) -> dict[str, Any]:
    """Make the skill trusted, plant a worse version that has worked once, and let it challenge."""
    db = open_db(home / "journeyman.db", SKILLS, CURRICULUM, AGENT)
    library, store = Library(db), Store(db)
    with closing(prover(library, store, EventLog(db))) as proving, JavaScript() as language:
        trusted = library.get(REGRESSED).current
        for _ in range(20):
            if library.rung(trusted.hash) == "trusted":
                break
            proving.verify(trusted.hash, 1)
        known = dict.fromkeys(primitives(), "")
        admission = admit(WORSE, parse=language.facts, primitives=known, library=library)
        worse = library.add(admission, reason="planted", author="benchmark", at=float(store.experience()))
        library.record_use(
            Use(worse.hash, "succeeded", "planted", 1, float(store.experience()), setting="home", args={"count": 1},
                before={"oak_planks": 2}, after={"stick": 4}, ticks=5)
        )  # fmt: skip
        stood = library.rung(trusted.hash)
        verdict = proving.challenge(worse.hash)
        current = library.get(REGRESSED).current
    result.row(
        step="regression", rung=stood, promoted=current.hash == worse.hash, reason=verdict.reason,
        trials=len(verdict.trials),
    )  # fmt: skip
    db.close()
    return {"regression_promoted": current.hash == worse.hash, "regression_trials": len(verdict.trials)}


def mended(home: Path, result: Result) -> dict[str, Any]:
    """What the library did about the changed game, by iteration of the second journey."""
    with closing(open_db(home / "journeyman.db", SKILLS, CURRICULUM, AGENT)) as db:
        library, store = Library(db), Store(db)
        begun = len(store.iterations("learn"))
        rows = store.iterations("changed")
        moves = [move for move in library.moves() if move.at > begun]
        for move in moves:
            if move.action in ("fell", "repair_asked", "adopted", "cleared", "held", "rolled_back"):
                at = int(move.at) - begun
                result.row(step="move", iteration=at, skill=move.skill, action=move.action, why=move.reason)
        fell = _first(moves, "fell", begun)
        mended = {
            skill: next(
                (int(move.at) - begun for move in moves
                 if (move.skill, move.action) == (skill, "adopted") and int(move.at) - begun >= at),
                None,
            )
            for skill, at in fell.items()
        }  # fmt: skip
        bound = [move for move in moves if move.reason.startswith(SAME)]
        followed = {skill: at for skill, at in _first(bound, "cleared", begun).items() if skill not in fell}
        failed = [row.iteration for row in rows if not row.passed]
        result.row(step="iterations", run=len(rows), failed=failed, skills=len(library.names()))
        return {
            "fell": fell,
            "noticed_iteration": min(fell.values(), default=None),
            "mended": mended,
            "all_mended_iteration": None if None in mended.values() else max(mended.values(), default=None),
            "callers_that_followed": followed,
            "iterations": len(rows),
            "failed_iterations": failed,
        }


def _first(moves: Sequence[Move], action: str, begun: int) -> dict[str, int]:
    """When something first happened to each skill, in iterations of the second journey."""
    found: dict[str, int] = {}
    for move in moves:
        if move.action == action:
            found.setdefault(move.skill, int(move.at) - begun)
    return found


if __name__ == "__main__":
    main()
