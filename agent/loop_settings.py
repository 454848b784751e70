"""Settings of the loop as data: how often something is tried, and how much of what is known a writer is shown."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import resources
from typing import Any

from agent.config import home
from agent.errors import UsageError
from agent.models.settings import table

NAME = "loop"
"""Of the file, and of what `journeyman improve` may change beside prompts."""
BOUNDS: Mapping[str, tuple[int, int]] = {
    "rounds": (1, 8), "repairs": (0, 6), "recalled": (0, 20), "skills": (0, 40), "skill_tokens": (0, 6000),
}  # fmt: skip


@dataclass(frozen=True)
class LoopSettings:
    """See agent/data/loop.toml, where each value is explained."""

    rounds: int
    repairs: int
    recalled: int
    skills: int
    skill_tokens: int

    @classmethod
    def load(cls) -> LoopSettings:
        """The packaged values with those of $JOURNEYMAN_HOME/loop.toml over them. Raises UsageError."""
        return cls.of(table(f"{NAME}.toml"))

    @classmethod
    def parse(cls, text: str) -> LoopSettings:
        """Settings from a whole table as text. Raises UsageError for what is none."""
        try:
            return cls.of(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise UsageError(f"loop.toml cannot be read: {error}") from error

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> LoopSettings:
        """Settings from their values. Raises UsageError for one that is missing, unknown or out of bounds."""
        names = [each.name for each in fields(cls)]
        if wrong := sorted(set(values) ^ set(names)):
            raise UsageError(f"loop.toml: {', '.join(wrong)} is missing or unknown; settings: {', '.join(names)}")
        for name, value in values.items():
            low, high = BOUNDS[name]
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise UsageError(f"loop.toml: {name} is {value!r}, not a whole number from {low} to {high}")
        return cls(**values)


def text_in_use() -> str:
    """The table that is in use, as text."""
    own = home() / f"{NAME}.toml"
    if own.is_file():
        return own.read_text(encoding="utf-8")
    return resources.files("agent").joinpath("data", f"{NAME}.toml").read_text(encoding="utf-8")
