"""Writes a plan down as one typed Python function with the roles of the task as parameters. Decides nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agent.desktop_planning.steps import Step
from skills.words import QUANTITIES

_INDENT = "    "


def write(name: str, purpose: str, steps: Sequence[Step], values: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The source of a function that takes these steps, and the names of its parameters."""
    used = {role for step in steps for phrase in step.phrases() for role in phrase.roles}
    parameters = [role for role in values if role in used]
    signature = ", ".join(f"{each}: {_type(values[each])}" for each in parameters)
    lines = [
        f"def {name}({signature}) -> dict:",
        f'{_INDENT}"""{purpose}"""',
        *(f"{_INDENT}{line}" for step in steps for line in step.lines()),
        f'{_INDENT}return {{"windows": [each["title"] for each in windows()]}}',
    ]
    return "\n".join(lines) + "\n", parameters


def name_for(words: str, taken: frozenset[str]) -> str:
    """A name for a function from words (a family, a goal), none of `taken`, without digits and quantities."""
    parts = [part for part in re.findall(r"[a-z]+", words.lower()) if part not in QUANTITIES]
    name = "_".join(parts[:8]) or "do_task"
    return f"do_{name}" if name in taken else name


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return type(value).__name__ if isinstance(value, str | int | float | list | dict) else "Any"
