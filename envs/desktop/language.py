"""Facts about Python sources of skills, and their rewriting, without any desktop; `bridge.language` for JavaScript.

Sources of a library, which were admitted, are parsed in this process; others in a box. None is ever run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from envs.desktop import boxed, parse, reshape, stage
from envs.desktop.broker import documentation

PARSE_SECONDS = 20.0
PARSE_MB = 256


def facts_in_a_box(source: str) -> dict[str, Any]:
    """What `Python.facts` says, about a source that anybody may have written: parsers read hostile text too.

    Raises EnvUnavailable if there can be no box here.
    """
    request = json.dumps({"source": source, "primitives": list(documentation())}).encode()
    arguments = ("-I", "-S", f"{stage.CODE}/parse.py")
    try:
        return dict(boxed.answer(arguments, request, seconds=PARSE_SECONDS, memory_mb=PARSE_MB))
    except boxed.NoAnswer as error:
        return parse.unreadable(f"the source cannot be parsed: {error}")


class Python:
    """What can be said about a Python source by looking at it. What cannot be rewritten raises ValueError."""

    name = "python"

    def close(self) -> None:
        """Nothing runs behind it."""

    def primitives(self) -> Mapping[str, str]:
        """The primitives that programs in it may call, with their documentation."""
        return documentation()

    def facts(self, source: str) -> dict[str, Any]:
        """Functions, parameters, calls and refusals; the form that `skills.admit` reads."""
        return parse.facts(source, documentation())

    def shape(self, source: str) -> dict[str, Any]:
        """What a source is apart from names and layout: {same, like, constants, steps, words, size, passes_on}."""
        return reshape.shape(source)

    def generalise(self, source: str, name: str, groups: Sequence[Mapping[str, Any]]) -> str:
        """The source under another name with parameters in the place of constants."""
        return reshape.generalise(source, name, groups)

    def wrapper(self, source: str, name: str, values: Mapping[str, Any]) -> str:
        """The source with a call of another skill in the place of its body: its own parameters, and these values."""
        return reshape.wrapper(source, name, values)

    def rename(self, source: str, old: str, new: str) -> str:
        """The source with one name in the place of another."""
        return parse.rename(source, old, new)

    def extract(
        self, sources: Sequence[str], starts: Sequence[int], length: int, name: str, purpose: str
    ) -> tuple[str, list[str]]:
        """Statements that sources share as a function of its own, and the sources with calls of it."""
        return reshape.extract(sources, starts, length, name, purpose)
