"""The published specification of Agent Skills, to the letter, as findings about a folder.

agentskills.io, "Specification", as of August 2026: six keys, their limits, a name equal to its folder. Where the text
leaves room (it says "unicode" and lists a-z) the narrower reading holds, so that what passes here passes everywhere.
Beyond it, what makes clients differ or deceives readers is an error too: links, other encodings, invisible characters,
repeated keys, delimiters inside of values. Advice of the specification (length, depth) is a warning. It reads only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from skills.agent_skills import frontmatter
from skills.agent_skills.archive import SKILL_FILE, Folder, Problem
from skills.agent_skills.characters import foreign_letter, hidden

KEYS = ("name", "description", "license", "compatibility", "metadata", "allowed-tools")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MOST = {"name": 64, "description": 1024, "compatibility": 500}
BODY_LINES = 500
TEXT = frozenset(
    {".md", ".txt", ".js", ".mjs", ".cjs", ".ts", ".py", ".sh", ".json", ".jsonl", ".yaml", ".yml", ".toml"}
)
_LINK = re.compile(r"\[[^\]\n]{0,300}\]\(([^)\s]{1,1000})(?:\s{1,9}\"[^\"]{0,300}\")?\)")


def validate(folder: Folder) -> list[Problem]:
    """Everything that stands against a folder, errors first; an empty list means that every client accepts it."""
    found = [*folder.problems, *_texts(folder), *_skill_file(folder)]
    return sorted(found, key=lambda each: not each.error)


def valid(folder: Folder) -> bool:
    """Whether there is no error; warnings are allowed."""
    return not any(problem.error for problem in validate(folder))


def _skill_file(folder: Folder) -> Iterator[Problem]:
    if SKILL_FILE in folder.folders:
        yield Problem("not_a_file", "is a folder, not a file", SKILL_FILE)
        return
    if SKILL_FILE not in folder.files:
        other = next((path for path in folder.files if path.casefold() == SKILL_FILE.casefold()), None)
        if other:
            yield Problem("wrong_case", f"is written {other}: not every system finds that, call it {SKILL_FILE}", other)
        elif not any(problem.path.casefold() == SKILL_FILE.casefold() for problem in folder.problems):
            yield Problem("missing", "is missing", SKILL_FILE)
        return
    try:
        text = folder.files[SKILL_FILE].decode("utf-8")
    except UnicodeDecodeError:
        return  # said by _texts
    if text.startswith("\ufeff"):
        yield Problem(
            "byte_order_mark", "begins with a byte order mark: some clients then find no front matter", SKILL_FILE
        )
    try:
        front = frontmatter.read(text, lenient=False)
    except frontmatter.BadFrontmatter as problem:
        yield Problem(problem.code, str(problem), SKILL_FILE)
        return
    yield from _front(front, folder.name)
    yield from _body(front.body, folder)


def _front(front: frontmatter.Frontmatter, name: str) -> Iterator[Problem]:
    values = front.values

    def wrong(code: str, message: str, error: bool = True) -> Problem:
        return Problem(code, message, SKILL_FILE, error)

    for key in values:
        if key not in KEYS:
            yield wrong("unknown_key", f"has the key {key!r}: only {', '.join(KEYS)} are allowed (use metadata)")
    for key, text in _all_text(values):
        # Written as an escape, which the text as it stands does not show.
        character = next(hidden(text), None)
        if character and next(hidden(front.text), None) is None:
            yield wrong("hidden", f"has a {key} with an invisible character: {character}")
    if frontmatter.MARK in front.text:
        yield wrong("delimiter", f"has {frontmatter.MARK} inside of the front matter, where some clients end it")
    for key in ("name", "description"):
        if key not in values:
            yield wrong("missing_key", f"has no {key}")
    for key in ("name", "description", "license", "compatibility", "allowed-tools"):
        if key in values:
            yield from (wrong(code, message) for code, message in _text(key, values[key]))
    if isinstance(values.get("name"), str) and values["name"].strip():
        yield from (wrong(code, message) for code, message in _name(values["name"], name))
    if "metadata" in values:
        yield from (wrong(code, message) for code, message in _metadata(values["metadata"]))
    if re.search(r":\s*[\[{]", front.text):
        yield wrong("flow_style", "has a list or map in brackets, which some clients refuse: write one entry a line")
    if isinstance(values.get("description"), str) and re.search(r"</?\w{1,40}[^>]{0,200}>", values["description"]):
        yield wrong("markup", "has markup in its description, which goes into prompts")


def _all_text(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text within a value, with the key that it stands under."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield "key", str(name)
            yield from _all_text(each, str(name))
    elif isinstance(value, list):
        for each in value:
            yield from _all_text(each, key)


def _text(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(value, str):
        yield "wrong_type", f"has a {key} that is {'a list' if isinstance(value, list) else 'a map'}: it must be text"
    elif not value.strip():
        yield "empty", f"has an empty {key}"
    elif len(value) > MOST.get(key, len(value)):
        yield "too_long", f"has a {key} of {len(value)} characters: at most {MOST[key]}"


def _name(name: str, folder: str) -> Iterator[tuple[str, str]]:
    foreign = foreign_letter(name)
    if foreign:
        yield "look_alike", f"has the name {name!r}: {foreign}"
    elif not NAME.fullmatch(name):
        yield "bad_name", f"has the name {name!r}: use a-z, 0-9 and single hyphens between them"
    if name != folder:
        yield "other_folder", f"has the name {name!r}, but its folder is called {folder!r}"


def _metadata(value: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(value, Mapping):
        yield "wrong_type", "has metadata that are not a map of `key: text` lines"
        return
    for key, each in value.items():
        if not isinstance(each, str):
            yield "wrong_type", f"has metadata {key!r} that is not text: metadata are a flat map"


def _body(body: str, folder: Folder) -> Iterator[Problem]:
    lines = body.count("\n") + 1
    if not body.strip():
        yield Problem("no_body", "says nothing after the front matter", SKILL_FILE, error=False)
    if lines > BODY_LINES:
        yield Problem("long_body", f"has {lines} lines: move parts into references/", SKILL_FILE, error=False)
    for target in dict.fromkeys(_LINK.findall(re.sub(r"```.*?```", "", body, flags=re.S))):
        if re.match(r"[a-z][a-z0-9+.-]*:|#|//", target, re.I):
            continue
        path = PurePosixPath(target.split("#")[0].split("?")[0])
        if path.is_absolute() or ".." in path.parts or "\\" in target:
            yield Problem("leads_out", f"points to {target!r}, outside of the skill", SKILL_FILE)
        elif str(path) not in folder.files and str(path) not in folder.folders:
            yield Problem("broken_link", f"points to {target!r}, which is not there", SKILL_FILE)


def _texts(folder: Folder) -> Iterator[Problem]:
    names: dict[str, str] = {}
    for path, content in folder.files.items():
        if path.casefold() in names:
            yield Problem("same_name", f"differs from {names[path.casefold()]} only in capitals", path)
        names[path.casefold()] = path
        for character in hidden(path):
            yield Problem("hidden", f"has a name with an invisible character: {character}", path)
        if PurePosixPath(path).suffix not in TEXT:
            continue
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as problem:
            byte = content[problem.start]
            yield Problem("encoding", f"is not UTF-8: byte 0x{byte:02x} at {problem.start}", path)
            continue
        first = next(hidden(text), None)
        if first:
            yield Problem("hidden", str(first), path)
