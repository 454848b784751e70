"""Skills for the tests of a library: what admission hands over for a well-formed source, and runs of its versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skills.admit import Admission
from skills.skill import Parameter, Signature, Use, Version

COUNT = (Parameter("kind", "string", "'any'"), Parameter("count", "number", "1"))


def admitted(
    name: str, body: str = "", uses: Mapping[str, str] | None = None, parameters: tuple[Parameter, ...] = COUNT
) -> Admission:
    """What admission hands over for a well-formed source."""
    source = f"async function {name}(bot, {{ kind = 'any', count = 1 }}) {{ {body} return true }}"
    return Admission(source, (), Signature(name, parameters), f"Does what {name} says.", uses=uses or {})


def run(version: Version, iteration: int, outcome: Any = "succeeded", **more: Any) -> Use:
    return Use(version.hash, outcome, "a", iteration, float(iteration), **more)
