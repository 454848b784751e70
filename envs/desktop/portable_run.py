"""Runs a skill of this folder on a desktop of its own, without Journeyman: real programs on an X server in a sandbox.

    python3 -m venv .venv && .venv/bin/pip install -r scripts/desktop/requirements.txt     once
    .venv/bin/python scripts/run.py --home FOLDER --out FOLDER --args '{"text": "Hello"}' [--skill NAME] [--seconds N]
    python3 scripts/run.py --contract             show what it takes, needs and gives; runs nothing

The documents of `--home` are copied into the desktop's home; what the skill makes or changes is written to `--out` and
nowhere else. Your own desktop is not touched. The last line on standard output is the result as JSON. Exit codes: 0 it
returned, 1 it did not, 2 wrong usage or something is missing.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MOST_BYTES = 64 << 20
"""What the documents of a home may have together."""


class UsageError(Exception):
    """What the person has to mend: one line, exit code 2."""


def main() -> int:
    """Read the words, run, tell."""
    asked = _words()
    program = json.loads((HERE / "program.json").read_text(encoding="utf-8"))
    skill = _chosen(program, asked.skill)
    if asked.contract:
        sys.stdout.write((HERE.parent / skill["contract"]).read_text(encoding="utf-8"))
        return 0
    args = _arguments(skill, asked.args)
    documents = _documents(asked.home) if asked.home else {}
    result = _run(_modules(program, skill["version"]), skill["version"], args, documents, asked)
    sys.stdout.write(json.dumps(result) + "\n")
    return 0 if result["outcome"] == "returned" else 1


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--args", default="{}", help="a JSON object")
    parser.add_argument("--home", type=Path, help="documents that the desktop begins with")
    parser.add_argument("--out", type=Path, help="where documents go that the skill made or changed")
    parser.add_argument("--skill", help="which, where there are several")
    parser.add_argument("--seconds", type=float, default=240.0, help="how long it may take")
    parser.add_argument("--contract", action="store_true", help="only show what it takes, needs and gives")
    return parser.parse_args()


def _chosen(program: Mapping[str, Any], name: str | None) -> Mapping[str, Any]:
    skills = {each: told for each, told in program["skills"].items() if told["language"] == "python"}
    if name is None and len(skills) > 1:
        raise UsageError(f"say which --skill: {', '.join(skills)}")
    if name is not None and name not in skills:
        raise UsageError(f"there is no skill {name!r} in Python here: {', '.join(skills)}")
    found: Mapping[str, Any] = skills[name or next(iter(skills))]
    return found


def _arguments(skill: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The arguments: an object that names what the skill takes, and all that it must be given."""
    try:
        args = json.loads(text)
    except ValueError as error:
        raise UsageError(f"--args is not JSON: {error}") from None
    if not isinstance(args, dict):
        raise UsageError("--args must be a JSON object")
    known = [each["name"] for each in skill["parameters"]]
    for name in args:
        if name not in known:
            raise UsageError(f"the skill takes no {name!r}, only: {', '.join(known) or 'nothing'}")
    for each in skill["parameters"]:
        if each["default"] is None and each["name"] not in args:
            raise UsageError(f"--args lacks {each['name']!r} ({each['type']})")
    return args


def _documents(folder: Path) -> dict[str, bytes]:
    """The plain files of a folder by their path in it; links are left out."""
    if not folder.is_dir():
        raise UsageError(f"--home {folder} is no folder")
    found = {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.is_symlink()
    }
    if sum(map(len, found.values())) > MOST_BYTES:
        raise UsageError(
            f"--home {folder} has more than {MOST_BYTES >> 20} MB: give a folder with what the skill needs"
        )
    return found


def _folders(folder: Path) -> tuple[str, ...]:
    """The folders in a folder, by their path in it."""
    return tuple(each.relative_to(folder).as_posix() for each in sorted(folder.rglob("*")) if each.is_dir())


def _modules(program: Mapping[str, Any], main: str) -> list[Mapping[str, Any]]:
    """The modules that a skill consists of, callees first."""
    by_id = {each["id"]: each for each in program["modules"]}
    needed: dict[str, Mapping[str, Any]] = {}

    def need(id: str) -> None:
        if id not in needed:
            for callee in by_id[id]["uses"].values():
                need(callee)
            needed[id] = by_id[id]

    need(main)
    return list(needed.values())


def _run(
    modules: list[Mapping[str, Any]],
    main: str,
    args: Mapping[str, Any],
    documents: Mapping[str, bytes],
    asked: argparse.Namespace,
) -> dict[str, Any]:
    """A desktop with these documents, the skill on it, and what became of both."""
    sys.path.insert(0, str(HERE / "desktop"))
    try:
        from envs.base import Limits, Module, Program
        from envs.desktop import DesktopEnv, DesktopSettings
        from envs.desktop.env import available
        from envs.desktop.situation import Situation
        from envs.errors import EnvError
    except ModuleNotFoundError as missing:
        raise UsageError(f"{missing}: run pip install -r scripts/desktop/requirements.txt") from None
    complaint = available()
    if complaint:
        raise UsageError(f"there can be no desktop here: {complaint}")
    program = Program(
        tuple(
            Module(each["id"], each["name"], (HERE / each["file"]).read_text(encoding="utf-8"), each["uses"])
            for each in modules
        ),
        main,
        args,
    )
    with tempfile.TemporaryDirectory(prefix="skill-") as folder:
        env = DesktopEnv(DesktopSettings(Path(folder)))
        try:
            env.prepare(documents, _folders(asked.home) if asked.home else ())
            run = env.run(program, Limits(ticks=int(asked.seconds * 20), seconds=asked.seconds))
            before, after = run.before["files"], run.after["files"]
            changed = sorted(path for path, told in after.items() if told != before.get(path))
            if asked.out and changed:
                _give(Situation.from_bytes(env.capture()).home, changed, asked.out)
        except EnvError as problem:
            raise UsageError(str(problem)) from None
        finally:
            env.close()
    error = run.error
    return {
        "outcome": run.outcome,
        "value": run.value,
        "error": {"code": error.code, "message": error.message, "remedy": error.remedy} if error else None,
        "changed": changed,
        "gone": sorted(set(before) - set(after)),
        "said": list(run.log),
        "seconds": round(run.seconds, 1),
    }


def _give(home: bytes, changed: list[str], out: Path) -> None:
    """Write documents of a home, which a program made, below a folder."""
    with tarfile.open(fileobj=io.BytesIO(home)) as archive:
        members = {member.name: member for member in archive.getmembers() if member.isreg()}
        for path in changed:
            file = archive.extractfile(members[path]) if path in members and ".." not in Path(path).parts else None
            if file is not None and not Path(path).is_absolute():
                (out / path).parent.mkdir(parents=True, exist_ok=True)
                (out / path).write_bytes(file.read())


if __name__ == "__main__":
    try:
        sys.exit(main())
    except UsageError as wrong:
        sys.stderr.write(f"{wrong}\n")
        sys.exit(2)
