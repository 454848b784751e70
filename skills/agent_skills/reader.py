"""What a skill folder says, however it was written: lenient with form, strict with what could deceive or harm.

A folder that the library wrote also gives its whole history back. Nothing is decided here and nothing is kept:
`intake` does that. Text and code are only ever looked at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from skills.agent_skills import frontmatter
from skills.agent_skills.archive import SKILL_FILE, Folder, Problem
from skills.agent_skills.characters import visible
from skills.agent_skills.validate import MOST, validate
from skills.agent_skills.writer import FORMAT, PREFIX, SEAL, digest, parts_of
from skills.snapshot import Content

TOLERATED = frozenset(
    "other_folder too_long unknown_key flow_style byte_order_mark markup wrong_case delimiter broken_link bad_name "
    "missing_key wrong_type empty yaml".split()
)
"""Breaches of the specification that harm nobody here: they are told, and the folder is read."""
PROGRAMS = {".js": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".py": "python"}
"""Endings of programs, with their languages."""
OWN_BODY = ("scripts/minecraft/", "scripts/desktop/", "scripts/run.")


@dataclass(frozen=True)
class Script:
    """A piece of code in a folder. `id` and `uses` say how it fits together where the folder tells."""

    path: str
    source: str
    id: str = ""
    uses: Mapping[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The language that the ending says."""
        return PROGRAMS.get(PurePosixPath(self.path).suffix, "javascript")


@dataclass(frozen=True)
class Reading:
    """A folder as it was understood.

    `refusals` forbid to take it in, `notes` are what is wrong and does no harm. `history` is there if the library
    wrote the folder, `seal` if it also carries the mark of an installation.
    """

    name: str
    description: str = ""
    text: str = ""
    digest: str = ""
    scripts: tuple[Script, ...] = ()
    refusals: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    history: Mapping[str, Content] | None = None
    seal: str = ""


def read(folder: Folder) -> Reading:
    """Read a folder; whatever it is, there is an answer."""
    problems = validate(folder)
    refusals = [each for each in problems if each.error and not _tolerated(each)]
    notes = [each for each in problems if each not in refusals]
    fingerprint = digest(folder.files)
    path = next((each for each in folder.files if each.casefold() == SKILL_FILE.casefold()), None)
    name = folder.name
    if path is None or any(each.path.casefold() == SKILL_FILE.casefold() for each in refusals):
        if not refusals:
            refusals.append(Problem("missing", "is missing", SKILL_FILE))
        return Reading(name, digest=fingerprint, refusals=tuple(refusals), notes=tuple(notes))
    text = folder.files[path].decode("utf-8")
    values: Mapping[str, Any] = {}
    try:
        front = frontmatter.read(text)
        values = front.values
        if front.mended:
            notes.append(
                Problem("mended", "has plain values with a colon in them, read as they were meant", path, False)
            )
    except frontmatter.BadFrontmatter as problem:
        refusals.append(Problem(problem.code, str(problem), path))
    given, description = values.get("name"), values.get("description")
    if isinstance(given, str) and given.strip():
        name = given.strip()
    description = visible(description).strip() if isinstance(description, str) else ""
    if not description and not refusals:
        refusals.append(Problem("no_description", "has no description: nobody could know what it is for", path))
    history = None
    scripts: list[Script] = []
    if not refusals:
        try:
            history = _history(folder, values)
            scripts = _scripts(folder)
        except (ValueError, LookupError, TypeError, AttributeError) as problem_:
            refusals.append(Problem("damaged", f"the history or program that it carries is damaged: {problem_}"))
    return Reading(
        name,
        description[: MOST["description"]],
        text,
        fingerprint,
        tuple(scripts),
        tuple(refusals),
        tuple(notes),
        history,
        _seal(folder, fingerprint),
    )


def _tolerated(problem: Problem) -> bool:
    if problem.code in TOLERATED:
        return True
    # A picture or a font that is too large is no part of the skill's code or words: it is simply not read.
    beside = PurePosixPath(problem.path).suffix not in PROGRAMS and problem.path.casefold() != SKILL_FILE.casefold()
    return problem.code == "too_large" and bool(problem.path) and beside


def _history(folder: Folder, values: Mapping[str, Any]) -> dict[str, Content] | None:
    """The rows that `writer` wrote, by skill and table; None if this is no folder of ours."""
    metadata = values.get("metadata")
    if not isinstance(metadata, Mapping) or f"{PREFIX}format" not in metadata:
        return None
    if metadata[f"{PREFIX}format"] != FORMAT:
        raise ValueError(f"format {metadata[f'{PREFIX}format']!r} is not known here")
    found: dict[str, Content] = {}
    for _, paths in parts_of(folder):
        lines = [line for path in paths for line in folder.files[path].decode().splitlines()]
        head = _whole_json(lines[0])
        content: Content = {}
        for line in lines[1:]:
            told = _whole_json(line)
            content.setdefault(str(told["table"]), []).append(dict(told["row"]))
        if head["format"] != FORMAT or sum(map(len, content.values())) != head["rows"]:
            raise ValueError(f"the history of {head['skill']!r} is not whole")
        if head["skill"] in found:
            raise ValueError(f"the history of {head['skill']!r} is there twice")
        found[str(head["skill"])] = content
    return found or None


def _scripts(folder: Folder) -> list[Script]:
    """The code, as `program.json` lists it, else whatever lies in `scripts/`, callees first if that is known."""
    listed = folder.files.get("scripts/program.json")
    if listed is not None:
        scripts = []
        for module in _whole_json(listed.decode())["modules"]:
            path = str(PurePosixPath("scripts") / str(module["file"]))
            uses = {str(name): str(id) for name, id in dict(module["uses"]).items()}
            scripts.append(Script(path, folder.files[path].decode(), str(module["id"]), uses))
        return scripts
    return [
        Script(path, content.decode())
        for path, content in sorted(folder.files.items())
        if PurePosixPath(path).suffix in PROGRAMS and not path.startswith(OWN_BODY)
    ]


def _seal(folder: Folder, fingerprint: str) -> str:
    """The mark on the folder, if it is a mark on exactly this content."""
    try:
        told = _whole_json(folder.files[SEAL].decode())
        return str(told["seal"]) if told["digest"] == fingerprint else ""
    except (KeyError, ValueError, TypeError):
        return ""


def _whole_json(text: str) -> Any:
    """JSON that can be written down again: no halves of characters, no number beyond all. Raises ValueError."""
    value = load_json(text)
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    return value


def load_json(text: str) -> Any:
    """JSON in which no key stands twice, for readers that would disagree which one counts. Raises ValueError."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} stands there twice")
        return found

    def refuse(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=refuse)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
