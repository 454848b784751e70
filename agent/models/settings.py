"""How servers are asked and what they cost: tables in agent/data, with a person's own values laid over them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from importlib import resources
from typing import Any

from agent.config import home
from agent.errors import UsageError

MILLION = 1_000_000


@dataclass(frozen=True)
class Settings:
    """See agent/data/models.toml, where each value is explained."""

    call_seconds: float
    attempts: int
    first_pause: float
    longest_pause: float
    breaker_failures: int
    breaker_seconds: float
    longest_outage_pause: float
    most_answer_tokens: int
    least_answer_tokens: int
    most_answer_characters: int
    prompt_tokens: int
    audit_every: int

    @classmethod
    def load(cls) -> Settings:
        """The packaged values with those of $JOURNEYMAN_HOME/models.toml over them. Raises UsageError."""
        values = table("models.toml")
        kinds = {field.name: float if field.type == "float" else int for field in fields(cls)}
        for name, value in values.items():
            if name not in kinds:
                raise UsageError(f"models.toml: there is no setting {name!r}; settings: {', '.join(kinds)}")
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise UsageError(f"models.toml: {name} is {value!r}, not a number from 0 up")
        settings: dict[str, Any] = {name: kinds[name](value) for name, value in values.items()}
        return cls(**settings)


@dataclass(frozen=True)
class Price:
    """Dollars per million tokens."""

    input: float
    output: float
    cached: float | None = None

    def dollars(self, tokens_in: int, tokens_out: int, cached: int = 0) -> float:
        """What a call costs."""
        reduced = self.input if self.cached is None else self.cached
        return ((tokens_in - cached) * self.input + cached * reduced + tokens_out * self.output) / MILLION


class Prices:
    """The price table."""

    def __init__(self, models: Mapping[str, Price]) -> None:
        self._models = models

    @classmethod
    def load(cls) -> Prices:
        """The packaged table with that of $JOURNEYMAN_HOME/prices.toml over it. Raises UsageError."""
        found = {}
        for name, row in table("prices.toml").get("models", {}).items():
            try:
                found[name] = Price(**{key: float(value) for key, value in row.items()})
            except (TypeError, ValueError, AttributeError):
                raise UsageError(f"prices.toml: {name} needs input, output and perhaps cached, in dollars") from None
        return cls(found)

    def of(self, model: str) -> Price | None:
        """What a model costs: by its own name, else by the longest pattern that fits; None if nothing is known."""
        if model in self._models:
            return self._models[model]
        fitting = [name for name in self._models if "*" in name and fnmatchcase(model, name)]
        return self._models[max(fitting, key=len)] if fitting else None


def table(name: str) -> dict[str, Any]:
    """A table of agent/data with the one of the same name in the home laid over it. Raises UsageError."""
    own = home() / name
    packaged = tomllib.loads(resources.files("agent").joinpath("data", name).read_text(encoding="utf-8"))
    if not own.is_file():
        return packaged
    try:
        return _laid_over(packaged, tomllib.loads(own.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{own} cannot be read: {error}") from error


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        old = merged.get(name)
        both = isinstance(value, dict) and isinstance(old, dict)
        merged[name] = _laid_over(old, value) if both and isinstance(old, dict) else value
    return merged
