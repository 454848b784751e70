"""Skills in and out: what `skills export`, `import` and `validate` do. Gives plain JSON, and its text for people.

By its seal the library knows its own exports again and takes them back with all their evidence; everybody else's come
in as drafts.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from agent import publishing
from agent.database import database
from agent.errors import AgentError
from agent.families import opened
from agent.seal import seal, sealed_by_us
from agent.store import Store
from agent.tables import table
from bridge.language import JavaScript, body_files, body_license, body_packages, primitives
from curriculum import gamedata
from envs.desktop import portable
from envs.desktop.broker import documentation
from envs.desktop.language import facts_in_a_box
from envs.errors import EnvUnavailable
from memory.db import reading
from skills import signing, voyager
from skills.agent_skills import writer
from skills.agent_skills.archive import NoSkillFolder, open_folders
from skills.agent_skills.intake import Desk, Language, take_folders
from skills.agent_skills.validate import valid, validate
from skills.agent_skills.writer import Runtime
from skills.imports import BadImport, Report
from skills.library import Library
from skills.snapshot import closure, library_hash

Json = dict[str, Any]

NODE = 24
GAME = "1.20.1"


# -- out


def export(
    library: str, directory: Path, names: Sequence[str], *, bundle: str | None = None, key: Path | None = None
) -> Json:
    """Write skills (all of them if none is named) and what they call as Agent Skills folders."""
    with closing(database(read_only=True)) as db, reading(db):
        opened = Library(db, library)
        chosen = closure(opened, names or opened.names(retired=True))
        if not chosen:
            raise AgentError(f"library {library!r} has no skills to export")
        made = writer.folders(opened, chosen, runtimes=runtimes(), bundle=bundle, seal=seal)
        told, refused = [], []
        for folder in made:
            problems = [str(each) for each in validate(folder) if each.error]
            if problems:
                refused.append({"folder": folder.name, "why": problems})
                continue
            target = writer.write(folder, directory)
            if key is not None:
                signing.sign(target, key)
            told.append({"folder": str(target), "digest": writer.digest(folder.files), "files": len(folder.files)})
        return {
            "library": library,
            "hash": library_hash(opened),
            "skills": chosen,
            "also": sorted(set(chosen) - set(names)) if names else [],
            "written": told,
            "refused": refused,
            "secrets": publishing.secrets(*(Path(str(each["folder"])) for each in told)),
        }


def export_words(told: Mapping[str, Any]) -> str:
    """What was exported, as text."""
    lines = [f"{each['folder']}" for each in told["written"]]
    lines += [f"not written: {each['folder']}: {'; '.join(each['why'])}" for each in told["refused"]]
    also = f" ({', '.join(told['also'])} because they are called)" if told["also"] else ""
    lines += [f"{len(told['skills'])} skills{also}. The library's hash is {told['hash']}."]
    return "\n".join([*lines, *publishing.words(told["secrets"])])


def runtimes() -> dict[str, Runtime]:
    """What is put into folders beside the code, by language."""
    return {"javascript": runtime(), "python": desktop_runtime()}


def desktop_runtime() -> Runtime:
    """What lets a desktop skill run elsewhere: our desktop, a runner, and the list of packages to install."""
    files = {f"desktop/{path}": content for path, content in portable.files().items()}
    files["desktop/requirements.txt"] = "".join(f"{each}\n" for each in portable.packages()).encode()
    files["desktop/LICENSE"] = body_license()
    files["run.py"] = portable.runner()
    usage = (
        "```bash\n"
        "python3 -m venv .venv && .venv/bin/pip install -r scripts/desktop/requirements.txt    # once\n"
        "sudo apt-get install " + " ".join(portable.programs()) + "\n"
        ".venv/bin/python scripts/run.py --home FOLDER --out FOLDER --args '{}'\n"
        "python3 scripts/run.py --contract    # needs nothing installed\n"
        "```\n\n"
        "`scripts/desktop` is the desktop that the skill was proven on: real programs on an X server in a sandbox,\n"
        "and a second sandbox for the skill's code. Documents of `--home` are there when it begins; what it makes or\n"
        "changes is written to `--out`. Your own desktop is not touched. The programs that it opens must be installed."
    )
    compatibility = (
        "Needs Debian or its kin, Python 3.11, bubblewrap, and the packages of scripts/desktop/requirements.txt."
    )
    return Runtime(files, compatibility, usage)


def runtime() -> Runtime:
    """What lets a Minecraft skill run on any server: our body, a runner, and the list of packages to install."""
    packages = {
        "name": "journeyman-body",
        "private": True,
        "license": "MIT",
        "engines": {"node": f">={NODE}"},
        "dependencies": body_packages(),
    }
    files = {f"minecraft/{path}": content for path, content in body_files().items()}
    files["minecraft/package.json"] = (json.dumps(packages, indent=2) + "\n").encode()
    files["minecraft/LICENSE"] = body_license()
    files["run.mjs"] = Path(writer.__file__).with_name("run.mjs").read_bytes()
    usage = (
        "```bash\n"
        "npm install --no-package-lock --prefix scripts/minecraft    # once: mineflayer, isolated-vm\n"
        "node scripts/run.mjs --server HOST:PORT --args '{}'\n"
        "node scripts/run.mjs --contract    # needs no server\n"
        "```\n\n"
        f"The server must let players in without an account (offline mode) and speak Minecraft {GAME}.\n"
        "`scripts/minecraft` is the body that the skill was proven with: the same primitives, a mineflayer bot, and\n"
        "an isolate without files or network for the skill's code. `--skill NAME` chooses where there are several."
    )
    compatibility = (
        f"Needs Node.js {NODE}, the npm packages of scripts/minecraft/package.json, and a Minecraft {GAME} server."
    )
    return Runtime(files, compatibility, usage)


# -- in


def bring_in(
    library: str, path: Path, *, vouched: bool = False, dry_run: bool = False, key: Path | None = None
) -> Json:
    """Import folders, a zip or a Voyager library; what is in them is judged, never run."""
    with closing(database()) as db, JavaScript() as javascript:
        into = opened(db, library, gamedata.load())
        at = float(Store(db).experience())

        def parse(source: str) -> Mapping[str, Any]:
            try:
                return javascript.facts(source)
            except ValueError as problem:
                return {"refusals": [{"code": "unreadable", "message": f"the code cannot be looked at: {problem}"}]}

        def take() -> list[Report]:
            # Only skill folders can bear a signature: with a key, nothing else is looked at.
            foreign = voyager.find(path) if key is None else None
            if foreign is not None:
                yields = {item: ways[0].count for item, ways in gamedata.load().recipes.items() if ways[0].count > 1}
                return voyager.take_library(
                    into,
                    foreign,
                    parse=parse,
                    functions=javascript.functions,
                    adapt=javascript.adapt,
                    primitives=primitives(),
                    yields=yields,
                    at=at,
                    dry=dry_run,
                )
            try:
                folders = open_folders(path)
            except NoSkillFolder as nothing:
                kept = "" if key is not None else f"; nor does it hold a {voyager.FILE}, as libraries of Voyager do"
                raise BadImport(f"{nothing}{kept}") from nothing
            if key is not None:
                signing.verify_all(folders, key)
            languages = {
                "javascript": Language(parse, primitives()),
                "python": Language(_python_facts, documentation()),
            }
            desk = Desk(languages, sealed_by_us, tuple(runtimes().values()), at)
            return take_folders(into, folders, desk, vouched=vouched, dry=dry_run)

        reports = take()
        return {
            "library": library,
            "from": str(path),
            "dry_run": dry_run,
            "counts": dict(sorted(Counter(each.outcome for each in reports).items())),
            "skills": [each.to_json() for each in reports],
            "hash": library_hash(into),
        }


def _python_facts(source: str) -> Mapping[str, Any]:
    try:
        return facts_in_a_box(source)
    except EnvUnavailable as problem:
        return {"refusals": [{"code": "unreadable", "message": f"the code cannot be looked at here: {problem}"}]}


def import_words(told: Mapping[str, Any]) -> str:
    """What became of each skill, as text; findings of the scan come last."""
    lines = []
    for each in told["skills"]:
        called = f" as {each['skill']}" if each["skill"] not in (None, each["name"]) else ""
        lines.append(f"{each['outcome']:<13}{each['name']}{called}")
        lines += [f"             - {said}" for said in each["said"]]
    findings = [(each["name"], finding) for each in told["skills"] for finding in each["findings"]]
    if findings:
        lines += ["", "Look at these before you trust it (a scan proves nothing either way):"]
        for name, finding in findings[:40]:
            lines.append(f"  {name}/{finding['path']}:{finding['line']} {finding['why']}: {finding['excerpt']}")
        if len(findings) > 40:
            lines.append(f"  … and {len(findings) - 40} more: --json shows all")
    counts = ", ".join(f"{count} {outcome}" for outcome, count in told["counts"].items())
    lines += ["", counts + (" (dry run: nothing was kept)" if told["dry_run"] else "")]
    if {"imported", "adapted"} & set(told["counts"]):
        lines.append("Imported skills are drafts in quarantine: nothing calls them before they are verified here,")
        lines.append("by journeys or by journeyman skills test NAME. What the scan marked waits for you.")
        lines.append("Are they your own exports? Import them again with --restore.")
    return "\n".join(lines)


def brought_in(library: str) -> list[Json]:
    """Everything that was ever imported, newest last: what became of it, what the scan saw, whether it still waits."""
    with closing(database(read_only=True)) as db:
        waiting = {(each.origin, each.skill) for each in Library(db, library).quarantined()}
        rows = db.execute(
            "SELECT name, skill, form, origin, digest, at, outcome, said, findings FROM skill_imports "
            "WHERE library = ? ORDER BY id",
            [library],
        )
        return [
            {
                **dict(zip(("name", "skill", "form", "from", "digest", "at", "outcome"), row[:7], strict=True)),
                "said": json.loads(row[7]),
                "findings": json.loads(row[8]),
                "quarantined": (row[3], row[1]) in waiting,
            }
            for row in rows
        ]


def brought_in_words(told: Sequence[Mapping[str, Any]]) -> str:
    """The imports as a table."""
    if not told:
        return "Nothing was imported yet: journeyman skills import PATH"
    rows = [
        [
            each["name"],
            each["form"],
            each["outcome"] + (" (in quarantine)" if each["quarantined"] else ""),
            str(len(each["findings"])),
            each["from"],
        ]
        for each in told
    ]
    return table(["name", "form", "outcome", "findings", "from"], rows)


# -- checking


def check(paths: Sequence[Path], key: Path | None = None) -> list[Json]:
    """Every skill folder below some paths, with what stands against it by the published specification."""
    told = []
    for path in paths:
        for folder in open_folders(path):
            problems = validate(folder)
            if key is not None:
                problems += signing.problems(folder, key)
            told.append(
                {
                    "name": folder.name,
                    "from": str(path),
                    "valid": valid(folder) and not any(each.error for each in problems),
                    "digest": writer.digest(folder.files),
                    "problems": [asdict(each) for each in problems],
                }
            )
    return told


def check_words(told: Sequence[Mapping[str, Any]]) -> str:
    """The findings as text."""
    lines = []
    for each in told:
        lines.append(f"{'valid' if each['valid'] else 'INVALID':<9}{each['name']}")
        for problem in each["problems"]:
            level = "" if problem["error"] else "advice: "
            place = f"{problem['path']} " if problem["path"] else ""
            lines.append(f"         {level}{place}{problem['message']}")
    good = sum(each["valid"] for each in told)
    return "\n".join([*lines, f"{good} of {len(told)} follow the specification."])
