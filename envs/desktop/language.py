"""Facts about Python sources of skills, and their rewriting, without any desktop; `bridge.language` for JavaScript.

Sources are parsed in this process, and never run: they are those of a library, which were admitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from envs.desktop import parse, reshape
from envs.desktop.broker import documentation


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
