"""What `journeyman record` does: the answered calls of a journey as a file that `--brain replay:FILE` plays back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.errors import UsageError
from agent.models.calls import Calls
from agent.models.replay import recording
from agent.session import database
from agent.store import Store


def record(name: str, path: Path) -> dict[str, Any]:
    """Write the recording of a journey. Raises UsageError if it asked no model."""
    db = database(read_only=True)
    config = Store(db).journey(name).config
    calls = Calls(db).of(name, answered=True)
    if not calls:
        raise UsageError(f"journey {name!r} asked no model: there is nothing to record")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(recording(calls), encoding="utf-8")
    return {
        "journey": name,
        "file": str(path),
        "calls": len(calls),
        "seed": config.seed,
        "roles": Calls(db).by_role(name),
    }


def record_words(found: Mapping[str, Any]) -> str:
    """What was written, as text."""
    roles = ", ".join(f"{each['calls']} {role}" for role, each in found["roles"].items())
    again = f"journeyman run minecraft --seed {found['seed']} --brain replay:{found['file']}"
    return f"{found['calls']} answers ({roles}) in {found['file']}.\nPlay it: {again}"
