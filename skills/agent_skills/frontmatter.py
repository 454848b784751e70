"""The front matter of a SKILL.md: found by whole lines, read as plain text, never as more than YAML's simplest part.

Every scalar stays the text it is (1.0 is '1.0', yes is 'yes'). Anchors, aliases, tags and repeated keys are refused,
because clients read them differently or not at all. A plain value with a colon in it, which YAML refuses and people
write all the time, is read as what was meant.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from skills.errors import SkillError

MAX_LETTERS = 64_000
MARK = "---"


class BadFrontmatter(SkillError):
    """The front matter cannot be read; `code` says why in one word."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Frontmatter:
    """What stands between the marks, what comes after them, and whether the text had to be mended to be read."""

    values: dict[str, Any] = field(default_factory=dict)
    body: str = ""
    mended: bool = False
    text: str = ""


class _Plain(yaml.BaseLoader):  # type: ignore[misc]
    """YAML in which everything is text, lists and maps, each key once."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadFrontmatter("anchor", f"line {event.start_mark.line + 2} uses a YAML anchor: write the value out")
        if getattr(event, "tag", None):
            raise BadFrontmatter(
                "tag", f"line {event.start_mark.line + 2} uses a YAML tag ({event.tag}): write plain text"
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise BadFrontmatter("yaml", f"line {key.start_mark.line + 2} has a key that is not text")
            if key.value in seen:
                raise BadFrontmatter("repeated_key", f"line {key.start_mark.line + 2} repeats the key {key.value!r}")
            seen.add(key.value)
        return super().construct_mapping(node, deep=True)


def read(text: str, *, lenient: bool = True) -> Frontmatter:
    """Split a SKILL.md and read its front matter. Raises BadFrontmatter."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if lines[0].rstrip() != MARK:
        raise BadFrontmatter("no_frontmatter", f"the file does not begin with a line {MARK}")
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == MARK), None)
    if end is None:
        raise BadFrontmatter("no_end", f"the front matter is not closed by a line {MARK}")
    inside, body = "\n".join(lines[1:end]), "\n".join(lines[end + 1 :])
    if len(inside) > MAX_LETTERS:
        raise BadFrontmatter(
            "too_large", f"the front matter has {len(inside):,} letters: at most {MAX_LETTERS:,} are read"
        )
    mended = False
    try:
        values = _load(inside)
    except BadFrontmatter as refused:
        if not lenient or refused.code != "yaml":
            raise
        values, mended = _load(_quoted(inside)), True
    return Frontmatter(values, body, mended, inside)


def _load(text: str) -> dict[str, Any]:
    try:
        values = yaml.load(text, Loader=_Plain)
        json.dumps(values, ensure_ascii=False).encode()  # an escape may name half of a character
    except yaml.YAMLError as problem:
        said = " ".join(str(getattr(problem, "problem", None) or problem).split())
        mark = getattr(problem, "problem_mark", None)
        raise BadFrontmatter("yaml", f"line {mark.line + 2 if mark else '?'} is not YAML: {said}") from None
    except RecursionError:
        raise BadFrontmatter("yaml", "the front matter is nested too deeply") from None
    except ValueError:
        raise BadFrontmatter("yaml", "the front matter has an escape that stands for no character") from None
    if not isinstance(values, dict):
        raise BadFrontmatter("not_a_map", "the front matter is not a list of `key: value` lines")
    return values


def _quoted(text: str) -> str:
    """The same text with plain one-line values in quotes, so that a colon in them does no harm."""

    def quote(line: str) -> str:
        found = re.match(r"^(\s*[\w-]+:)\s+([^\s'\"|>\[{].*)$", line)
        if not found or (": " not in found[2] and not found[2].endswith(":")):
            return line
        return f"{found[1]} '{found[2].replace(chr(39), chr(39) * 2)}'"

    return "\n".join(map(quote, text.split("\n")))
