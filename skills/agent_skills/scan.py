"""What the text and the code of a skill from elsewhere try to do, by looking: network, processes, secrets, orders.

A finding is a reason for a person to look, never a proof, and no finding is no promise: the sandbox and the quarantine
are what protects. Findings go to people and into the record of imports. They are never shown to a brain: an attacker
would read in them how to do better, and a quoted order is still an order.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from skills.agent_skills.archive import Folder
from skills.agent_skills.characters import hidden

Kind = Literal["network", "process", "secret", "order", "download", "persistence", "obscured", "hidden", "binary"]

MOST = 200
MOST_BYTES = 4_000_000
"""How much of a folder is looked at: what goes beyond is itself a finding."""
EXCERPT = 120
LONGEST = 1000
OVERLAP = 300
"""Letters of a line that are looked at together, and how many of them again with the next ones."""


@dataclass(frozen=True)
class Finding:
    """One line that a person should look at."""

    kind: Kind
    path: str
    line: int
    excerpt: str
    why: str


_CODE_FILES = frozenset({".js", ".mjs", ".cjs", ".ts", ".py", ".sh", ".bash", ".ps1", ".rb", ".pl"})


@dataclass(frozen=True)
class Rule:
    """One thing to look for; `example` is a line that it finds."""

    kind: Kind
    where: Literal["code", "text"]
    pattern: re.Pattern[str]
    why: str
    example: str


@functools.cache
def rules() -> tuple[Rule, ...]:
    """The rules of `scan_rules.toml`."""
    table = tomllib.loads(Path(__file__).with_name("scan_rules.toml").read_text(encoding="utf-8"))
    return tuple(Rule(**{**each, "pattern": re.compile(each["pattern"], re.I)}) for each in table["rule"])


def scan(folder: Folder) -> list[Finding]:
    """The findings of all files of a folder, in order of path and line, each kind once a line."""
    found: list[Finding] = []
    left = MOST_BYTES
    for path, content in sorted(folder.files.items()):
        left -= len(content)
        if left < 0:
            why = f"was not looked at, nor was what comes after it: there is more than {MOST_BYTES:,} bytes"
            return [*found, Finding("obscured", path, 0, "", why)]
        found += scan_bytes(path, content)
        if len(found) >= MOST:
            return found[:MOST]
    return found


def scan_bytes(path: str, content: bytes) -> list[Finding]:
    """The findings of one file."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return [Finding("binary", path, 0, "", "is no text: look at what it is")]
    if "\0" in text:
        return [Finding("binary", path, 0, "", "is no text: look at what it is")]
    is_code = PurePosixPath(path).suffix in _CODE_FILES or "```" in text
    return list(_scan_text(path, text, [rule for rule in rules() if is_code or rule.where == "text"]))


def _scan_text(path: str, text: str, looked_for: Sequence[Rule]) -> Iterator[Finding]:
    for number, line in enumerate(text.split("\n"), 1):
        kinds = set()
        for piece in _pieces(line):
            for rule in looked_for:
                if rule.kind not in kinds and (found := rule.pattern.search(piece)):
                    kinds.add(rule.kind)
                    yield Finding(rule.kind, path, number, _excerpt(piece, found.start()), rule.why)
    first = next(hidden(text), None)
    if first:
        yield Finding("hidden", path, first.line, "", str(first))
    for start, comment in _comments(text):
        if "\n" in comment:
            line_number = text.count("\n", 0, start) + 1
            yield Finding("hidden", path, line_number, _excerpt(comment, 0), "is not shown when the text is rendered")


def _pieces(line: str) -> Iterator[str]:
    """A line in parts that overlap: nothing hides behind a thousand spaces, and no pattern takes for ever."""
    step = LONGEST - OVERLAP
    yield from (line[start : start + LONGEST] for start in range(0, max(1, len(line) - OVERLAP), step))


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """The HTML comments of a text, each with where it begins."""
    end = 0
    while (start := text.find("<!--", end)) >= 0 and (end := text.find("-->", start)) >= 0:
        yield start, text[start + 4 : end]


def _excerpt(line: str, at: int) -> str:
    start = max(0, at - 20)
    return " ".join("".join(each if each.isprintable() else " " for each in line[start : start + EXCERPT]).split())
