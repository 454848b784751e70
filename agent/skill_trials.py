"""`skills test` and `skills refactor`: trials asked for by a person. Gives plain JSON and its text."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from agent import world_desktop
from agent.cases_desktop import DesktopCases
from agent.cases_minecraft import MinecraftCases
from agent.database import database
from agent.errors import UsageError
from agent.families import opened
from agent.proving import Prover
from agent.refactoring import Language, Refactoring
from agent.store import Store
from agent.tables import table
from bridge.language import JavaScript
from curriculum import desktop, gamedata
from envs.base import Limits
from envs.desktop import DesktopEnv, DesktopSettings
from envs.desktop.language import Python
from envs.minecraft_trials import MinecraftTrials
from memory.log import EventLog
from skills import refactorings
from skills.evidence import wilson
from skills.library import Library
from skills.proofs import Trial
from skills.reader import By

Json = dict[str, Any]


def prover(library: Library, store: Store, log: EventLog, rules: Mapping[str, str] | None = None) -> Prover:
    """A prover with trial worlds of this process, for commands and measurements that play nothing else."""
    return Prover(
        library=library,
        store=store,
        log=log,
        cases=MinecraftCases(library, store, gamedata.load()),
        trials=MinecraftTrials(rules=rules or {}),
        limits=Limits(),
    )


def desktop_prover(library: Library, store: Store, log: EventLog, folder: Path) -> Prover:
    """A prover on desktops beside all others, with what programs are installed; `folder` is for them to keep things."""
    env = DesktopEnv(DesktopSettings(folder))
    families = world_desktop.playable(desktop.families(), env.programs)
    return Prover(
        library=library,
        store=store,
        log=log,
        cases=DesktopCases(library, store, families),
        trials=env.trials(),
        limits=Limits(),
    )


def test(library: str, name: str, worlds: int, hash: str | None, told: Callable[[Trial], None] | None) -> Json:
    """Try a version (default: the current one) in fresh worlds and count the trials as evidence."""
    db = database()
    skills = opened(db, library, gamedata.load())
    version = skills.chosen(name, hash)
    before = skills.rung(version.hash)
    with ExitStack() as stack:
        if version.language == DesktopCases.language:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            proving = desktop_prover(skills, Store(db), EventLog(db), folder)
        else:
            proving = prover(skills, Store(db), EventLog(db))
        stack.callback(proving.close)
        if not proving.cases.provable(version):
            waits = version.hash in {each.version for each in skills.quarantined()}
            way = (
                f"look at it, and take it in with `journeyman skills restore {name}`"
                if waits
                else "run it for a task first"
            )
            raise UsageError(f"nothing tells what {name} is to bring about: {way}")
        found = proving.verify(version.hash, worlds, purpose="test", told=told)
    passed = sum(trial.passed for trial in found)
    return {
        "name": version.skill,
        "version": version.hash,
        "worlds": len(found),
        "passed": passed,
        "low": round(wilson(passed, len(found)), 3),
        "high": round(1 - wilson(len(found) - passed, len(found)), 3),
        "before": before,
        "after": skills.rung(version.hash),
        "seconds": round(sum(trial.seconds for trial in found), 1),
        "game_seconds": sum(trial.ticks for trial in found) / 20,
        "trials": [asdict(trial) for trial in found],
    }


def refactor(library: str, *, apply: bool) -> Json:
    """What the library proposes about itself, and what came of it if it was to be applied."""
    db = database()
    skills, store = opened(db, library, gamedata.load()), Store(db)
    written = {skill.current.language for skill in skills.all()}
    found: list[Json] = []
    with ExitStack() as stack:
        languages: list[tuple[Language, Prover]] = []
        if "javascript" in written:
            languages.append((stack.enter_context(JavaScript()), prover(skills, store, EventLog(db))))
        if "python" in written:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            languages.append((Python(), desktop_prover(skills, store, EventLog(db), folder)))
        for language, proving in languages:
            stack.callback(proving.close)
            refactoring = Refactoring(proving, language)
            done = refactoring.apply_all() if apply else refactoring.proposals()
            found += [each.to_json() for each in done]
    return {"proposals": found}


def refactorings_of(library: str) -> Json:
    """The refactorings that were carried out, by journeys and by people."""
    with closing(database(read_only=True)) as db:
        return {"carried_out": [each.to_json() for each in refactorings.carried_out(Library(db, library))]}


def refactorings_words(found: Mapping[str, Any]) -> str:
    """What was carried out, as a table."""
    if not found["carried_out"]:
        return "No refactoring was carried out yet."
    rows = [
        [str(each["number"]), each["kind"].replace("_", " "), ", ".join(each["skills"]), each["outcome"],
         each["journey"] or "by hand", "undone" if each["undone"] is not None else ""]
        for each in found["carried_out"]
    ]  # fmt: skip
    told = table(["number", "kind", "skills", "what became of it", "journey", ""], rows)
    return f"{told}\nPut one back: journeyman skills refactor --undo NUMBER"


def undo(library: str, number: int, reason: str) -> Json:
    """Put back what a refactoring changed."""
    with closing(database()) as db:
        skills, at = opened(db, library, gamedata.load()), float(Store(db).experience())
        with skills.by(By("person")):
            return {"number": number, "said": refactorings.undo(skills, number, reason=reason, at=at)}


def undo_words(found: Mapping[str, Any]) -> str:
    """What was put back."""
    return "\n".join(found["said"])


def refactor_words(found: Mapping[str, Any]) -> str:
    """The proposals as text."""
    if not found["proposals"]:
        return "Nothing to refactor."
    lines = []
    for each in found["proposals"]:
        name = f" → {each['name']}" if each["name"] else ""
        lines.append(f"{each['kind'].replace('_', ' ')}: {', '.join(each['skills'])}{name}")
        lines.append(f"    {each['reason']}")
        if "applied" in each:
            mark = "applied" if each["applied"] else "not applied"
            lines.append(f"    {mark}: {each['outcome']} ({each['replays']} replays)")
    if "applied" not in found["proposals"][0]:
        lines.append("Carry out what passes its replays: journeyman skills refactor --apply")
    return "\n".join(lines)


def line(trial: Trial) -> str:
    """One trial as a line."""
    args = ", ".join(f"{name}: {value!r}" for name, value in trial.args.items())
    kit = ", ".join(f"{count} {item}" for item, count in (trial.kit or {}).items()) or "bare hands"
    start = "a captured situation" if trial.situation else kit
    mark = "worked" if trial.passed else "failed"
    return f"  {mark}  seed {trial.seed}  ({args})  from {start}: {trial.evidence}  [{trial.ticks / 20:.0f} s game]"


def test_words(found: Mapping[str, Any]) -> str:
    """What the trials gave."""
    return (
        f"{found['name']} {found['version'][:15]}: {found['passed']} of {found['worlds']} worlds "
        f"(95 % interval {found['low']:.0%} to {found['high']:.0%}), {found['before']} → {found['after']}; "
        f"{found['game_seconds']:.0f} s of game time in {found['seconds']:.0f} s."
    )
