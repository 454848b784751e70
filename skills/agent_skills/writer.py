"""Skills of a library as Agent Skills folders: strict for every client, complete for the way back.

A folder holds one skill or a bundle of them: SKILL.md, `scripts/` with the code, all that it calls and a runner, and
`references/` with contract, evidence, lineage and dependencies for people, and the whole history for `reader`. The same
library gives the same bytes. A folder is written beside its place and moved there at once; one that is not ours is
never touched.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from skills import render
from skills.agent_skills.archive import SKILL_FILE, Folder, read_file
from skills.agent_skills.characters import visible
from skills.agent_skills.pages import contract_page, evidence_page, line, lineage_page
from skills.agent_skills.validate import MOST, NAME
from skills.errors import NotAllowed, SkillError
from skills.graph import SkillGraph
from skills.library import Library
from skills.skill import Skill
from skills.snapshot import Content, snapshot
from skills.words import apart

FORMAT = "1"
PREFIX = "journeyman-"
"""All our metadata keys begin with this, so that they meet nobody else's."""
SEAL = "references/seal.json"
SIGNATURE = "skill.oms.sig"
UNSEALED = frozenset({SEAL, SIGNATURE})
"""Files that speak about the folder and are no part of what they speak about."""
PART_BYTES = 500_000
_RESERVED = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)))
)
"""Names that Windows takes for devices, whatever ending follows."""
_ENDINGS = {"javascript": ".js", "python": ".py"}


class CannotExport(SkillError):
    """The folder cannot be written as asked; nothing of it was."""


@dataclass(frozen=True)
class Runtime:
    """What makes the code of one language run outside of Journeyman: files below `scripts/`, and words about it."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    compatibility: str = ""
    usage: str = ""


def folders(
    library: Library,
    names: Sequence[str],
    *,
    runtimes: Mapping[str, Runtime],
    bundle: str | None = None,
    seal: Callable[[str], str] | None = None,
) -> list[Folder]:
    """The folders for some skills: one each, or one for all under the name `bundle`. Nothing is written.

    `seal` turns the digest of a folder into a mark by which this installation knows its own work again.
    """
    content = snapshot(library, names)
    if bundle is not None:
        if not NAME.fullmatch(bundle) or len(bundle) > MOST["name"]:
            raise NotAllowed(
                f"{bundle!r} cannot be the name of a bundle: a-z, 0-9 and single hyphens, at most 64 letters"
            )
        return [_folder(library, bundle, list(names), content, runtimes, seal)]
    called = folder_names(library.names(retired=True))
    return [_folder(library, called[name], [name], content, runtimes, seal) for name in sorted(names)]


def folder_names(names: Sequence[str]) -> dict[str, str]:
    """A folder name for each skill: `mineIronOre` gives `mine-iron-ore`.

    What would coincide, is too long, or cannot be a folder everywhere gets a part of a hash.
    """
    plain = {name: _kebab(name) for name in names}
    taken = list(plain.values())
    return {
        name: short
        if taken.count(short) == 1 and len(short) <= MOST["name"] and short not in _RESERVED
        else f"{short[:55].strip('-')}-{_brief(name)}"
        for name, short in plain.items()
    }


def digest(files: Mapping[str, bytes]) -> str:
    """The fingerprint of a folder's files, whatever seals or signatures lie beside them."""
    whole = hashlib.sha256()
    for path, content in sorted(files.items()):
        if path not in UNSEALED:
            whole.update(f"{path}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return f"sha256:{whole.hexdigest()}"


def write(folder: Folder, directory: Path) -> Path:
    """Put a folder into a directory, in place of an older export of the same name. Anything else is left alone."""
    target = directory / folder.name
    if target.is_symlink() or (target.exists() and not _is_ours(target)):
        raise CannotExport(f"{target} is there and was not exported from a library: move it away first")
    directory.mkdir(parents=True, exist_ok=True)
    fresh = directory / f".{folder.name}.{os.getpid()}.new"
    stale = directory / f".{folder.name}.{os.getpid()}.old"
    shutil.rmtree(fresh, ignore_errors=True)  # what an export of this number left that was killed
    try:
        for path, content in folder.files.items():
            (fresh / path).parent.mkdir(parents=True, exist_ok=True)
            (fresh / path).write_bytes(content)
        if target.exists():
            target.rename(stale)
        fresh.rename(target)
    except OSError as problem:
        raise CannotExport(f"{target} cannot be written: {problem.strerror}") from problem
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        if target.exists():
            shutil.rmtree(stale, ignore_errors=True)
    return target


def _is_ours(target: Path) -> bool:
    try:
        return f'{PREFIX}format: "' in read_file(target / SKILL_FILE).decode("utf-8").split("\n---\n")[0]
    except (SkillError, UnicodeDecodeError):
        return False


def _folder(
    library: Library,
    name: str,
    skills: Sequence[str],
    content: Mapping[str, Content],
    runtimes: Mapping[str, Runtime],
    seal: Callable[[str], str] | None,
) -> Folder:
    found = [library.get(each) for each in sorted(skills)]
    languages = sorted({skill.current.language for skill in found})
    places = dict(zip([skill.name for skill in found], _places(found), strict=True))
    files: dict[str, bytes] = {}
    files |= _scripts(library, found, places)
    for language in languages:
        if language in runtimes:
            files |= {f"scripts/{path}": each for path, each in runtimes[language].files.items()}
    for skill in found:
        place = places[skill.name]
        rows = content[skill.name]
        files[f"{place}/contract.md"] = contract_page(skill).encode()
        files[f"{place}/evidence.md"] = evidence_page(library, skill).encode()
        files[f"{place}/lineage.md"] = lineage_page(library, skill).encode()
        files[f"{place}/dependencies.json"] = _json(_dependencies(library, rows))
        for number, part in enumerate(_parts(skill.name, rows), 1):
            files[f"{place}/history-{number:03}.jsonl"] = part
    files[SKILL_FILE] = _skill_file(name, found, places, [runtimes.get(each) for each in languages]).encode()
    if seal is not None and not _any_in_quarantine(content, skills):
        files[SEAL] = _json({"digest": digest(files), "seal": seal(digest(files))})
    return Folder(name, dict(sorted(files.items())))


def _places(found: Sequence[Skill]) -> list[str]:
    """Where the references of each skill stand: directly below `references/` if there is only one."""
    if len(found) == 1:
        return ["references"]
    called = folder_names([skill.name for skill in found])
    return [f"references/{called[skill.name]}" for skill in found]


def _any_in_quarantine(content: Mapping[str, Content], skills: Sequence[str]) -> bool:
    """What came from elsewhere and is unproven must not come back as our own work."""
    rows = [row for name in skills for row in content[name].get("quarantine", [])]
    return any(row["released"] is None for row in rows)


def _scripts(library: Library, found: Sequence[Skill], places: Mapping[str, str]) -> dict[str, bytes]:
    """The code of the skills and of everything they call, and `program.json`, which says how it fits together."""
    files: dict[str, bytes] = {}
    modules = []
    taken: set[str] = set()
    for module in SkillGraph(library).modules(*(skill.current.hash for skill in found)):
        version = library.version(module["id"])
        plain = version.skill.casefold() not in taken | _RESERVED
        stem = version.skill if plain else f"{version.skill}-{_brief(version.hash)}"
        taken.add(stem.casefold())
        file = f"skills/{stem}{_ENDINGS.get(version.language, '.txt')}"
        files[f"scripts/{file}"] = version.source.encode()
        modules.append({"id": version.hash, "name": version.skill, "uses": dict(version.uses), "file": f"./{file}"})
    program = {
        "format": FORMAT,
        "skills": {
            skill.name: {
                "version": skill.current.hash,
                "language": skill.current.language,
                "parameters": [vars(parameter) for parameter in skill.current.signature.parameters],
                "contract": f"{places[skill.name]}/contract.md",
            }
            for skill in found
        },
        "modules": modules,
    }
    return {**files, "scripts/program.json": _json(program)}


def _dependencies(library: Library, rows: Content) -> dict[str, Any]:
    """The typed edges of all versions of a skill."""
    hashes, of = [row["hash"] for row in rows["versions"]], library.version
    calls = [
        {"from": row["caller"], "as": row["name"], "to": row["callee"], "skill": of(row["callee"]).skill}
        for row in rows.get("calls", [])
    ]
    return {
        "calls": sorted(calls, key=lambda each: (hashes.index(each["from"]), each["as"])),
        "supersedes": [{"from": row["hash"], "to": row["parent"]} for row in rows["versions"] if row["parent"]],
        "linked": [
            {
                "from": row["version"],
                "kind": row["kind"],
                "to": row["other"],
                "skill": library.version(row["other"]).skill,
            }
            for row in rows.get("links", [])
        ],
        "primitives": {row["hash"]: row["primitives"]["json"] for row in rows["versions"]},
    }


def _parts(name: str, rows: Content) -> Iterator[bytes]:
    """The whole history as lines of JSON, in files of a size that every reader takes."""
    lines = [json.dumps({"format": FORMAT, "skill": name, "rows": sum(map(len, rows.values()))}) + "\n"]
    lines += [json.dumps({"table": table, "row": row}, sort_keys=True) + "\n" for table in rows for row in rows[table]]
    part: list[str] = []
    size = 0
    for each in lines:
        if part and size + len(each) > PART_BYTES:
            yield "".join(part).encode()
            part, size = [], 0
        part.append(each)
        size += len(each)
    yield "".join(part).encode()


def _skill_file(
    name: str, found: Sequence[Skill], places: Mapping[str, str], runtimes: Sequence[Runtime | None]
) -> str:
    usable = [runtime for runtime in runtimes if runtime]
    metadata = {
        "format": FORMAT,
        "skills": " ".join(skill.name for skill in found),
        "versions": " ".join(skill.current.hash for skill in found),
        "standing": " ".join(skill.rung for skill in found),
        "language": " ".join(sorted({skill.current.language for skill in found})),
    }
    front = [f"name: {name}", f"description: {_quoted(_description(found))}"]
    words = " ".join(runtime.compatibility for runtime in usable if runtime.compatibility)
    if words:
        front.append(f"compatibility: {_quoted(words[: MOST['compatibility']])}")
    front += ["metadata:", *(f"  {PREFIX}{key}: {_quoted(value)}" for key, value in metadata.items())]
    title = found[0].name if len(found) == 1 else name
    body = [f"# {title}", ""]
    for skill in found:
        body += _section(skill, places[skill.name], heading=len(found) > 1)
    body += ["## How to run it", ""]
    body += [runtime.usage.rstrip() for runtime in usable] or [
        "There is no runner for this language outside of Journeyman: `scripts/skills/` holds the code to read."
    ]
    body += ["", "Arguments are one JSON object; what is left out takes its default. A failure is thrown as an error"]
    body += ["with a `code`, a sentence and a `remedy`.", ""]
    return "\n".join(["---", *front, "---", "", *body])


def _section(skill: Skill, place: str, *, heading: bool) -> list[str]:
    """One skill: how it is called, what it does as far as runs have shown, and where to read on."""
    told = [f"## {skill.name}", ""] if heading else []
    told += [line(skill.current.purpose) or "No purpose was written down.", ""]
    told += [
        "```js" if skill.current.language == "javascript" else "```",
        ("await " if skill.current.language == "javascript" else "")
        + render.call(skill.current.signature, skill.current.language),
    ]
    told += ["```", "", f"What runs have shown: {line(render.contract(skill))}.", ""]
    told += [
        f"- [Contract]({place}/contract.md): parameters, needs, effects",
        f"- [Evidence]({place}/evidence.md): how often it worked, and where it failed",
        f"- [Lineage]({place}/lineage.md): its versions, and why each was made",
        "",
    ]
    return told


def _description(found: Sequence[Skill]) -> str:
    """What it does and when to use it, within the limit; the first thing a client shows to its model."""
    if len(found) == 1:
        skill = found[0]
        gives = [effect.item for effect in skill.effects if effect.low > 0 and effect.family is None]
        parts = [
            _sentence(skill.current.purpose or f"Does what its name says, {apart(skill.name)}"),
            f"Gives {', '.join(dict.fromkeys(gives[:6]))}." if gives else "",
            f"Use when a {_world(skill)} has to {apart(skill.name)}.",
        ]
    else:
        tasks = ", ".join(apart(skill.name) for skill in found)
        parts = [
            f"{len(found)} skills that were learned and tested by an agent.",
            f"Use when {' or '.join(dict.fromkeys(f'a {_world(skill)}' for skill in found))} has to: ",
        ]
        parts[1] += f"{tasks}."
    text = " ".join(part for part in parts if part)
    if len(text) > MOST["description"]:
        text = text[: MOST["description"] - 1].rsplit(" ", 1)[0] + "…"
    return text


def _world(skill: Skill) -> str:
    return "Minecraft bot (mineflayer)" if skill.current.language == "javascript" else "desktop agent"


def _sentence(text: str) -> str:
    """Text that somebody else wrote, as one harmless sentence: no markup, no marks that end a front matter."""
    plain = re.sub(r"-{3,}", "—", re.sub(r"[<>`]", "", line(text)))
    return plain if plain.endswith((".", "!", "?")) else plain + "."


def _quoted(text: str) -> str:
    """A YAML value that every parser reads alike: in double quotes, on one line, without what nobody sees."""
    return json.dumps(re.sub(r"-{3,}", "—", visible(line(text))), ensure_ascii=False)


def _kebab(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", apart(plain)).strip("-")
    return words or f"skill-{_brief(name)}"


def _brief(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


def parts_of(folder: Folder) -> Iterator[tuple[str, list[str]]]:
    """The history files of a folder that `folders` made: the directory of each skill's references, and its parts."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.files):
        if re.fullmatch(r"references/([a-z0-9-]+/)?history-\d{3}\.jsonl", path):
            found.setdefault(str(PurePosixPath(path).parent), []).append(path)
    yield from found.items()
