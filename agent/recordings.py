"""What `journeyman record` does: a journey's answered calls as a file, and the same journey again from that file."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from agent.config import Budget, JourneyConfig
from agent.errors import UsageError
from agent.models.call import ROLES
from agent.models.calls import Calls
from agent.models.replay import head_of, recording
from agent.models.settings import Settings
from agent.session import database
from agent.staff import has_model
from agent.store import Store

OWN = ("name", "brain", "roles", "library")
"""What of a journey's settings is not part of playing it again."""


def record(name: str, path: Path) -> dict[str, Any]:
    """Write the recording of a journey. Raises UsageError if it asked no model."""
    db = database(read_only=True)
    store = Store(db)
    config, last = store.journey(name).config, store.last(name)
    calls = Calls(db).of(name, answered=True)
    if not calls:
        raise UsageError(f"journey {name!r} asked no model: there is nothing to record")
    head = {
        "config": {key: value for key, value in config.to_json().items() if key not in OWN},
        "iterations": last.iteration if last else 0,
        "silent": [role for role in ROLES if not has_model(config.brain, config.roles, role)],
        "settings": {"audit_every": Settings.load().audit_every},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(recording(calls, head), encoding="utf-8")
    return {
        "journey": name,
        "file": str(path),
        "calls": len(calls),
        "seed": config.seed,
        "roles": Calls(db).by_role(name),
        "again": _words(config, head, path),
    }


def record_words(found: Mapping[str, Any]) -> str:
    """What was written, as text."""
    roles = ", ".join(f"{each['calls']} {role}" for role, each in found["roles"].items())
    return f"{found['calls']} answers ({roles}) in {found['file']}.\nPlay it: {found['again']}"


def again(path: Path, *, name: str, library: str) -> tuple[JourneyConfig, Budget]:
    """A new journey that plays a recording, and the programs that it takes. Raises UsageError for a file without head.

    The person's models.toml should say what `settings` of the recording's head says, or the judge is asked otherwise.
    """
    head = head_of(path)
    own = {"name": name, "brain": f"replay:{path}", "library": library}
    config = JourneyConfig.from_json({**head["config"], **own})
    config = replace(config, roles=dict.fromkeys(head["silent"], ("off",)))
    Store(database()).create(config)
    return config, Budget(iterations=head["iterations"])


def _words(config: JourneyConfig, head: Mapping[str, Any], path: Path) -> str:
    """The command that plays a recording."""
    given = {"--goal": config.goal, "--seed": config.seed, "--sight": config.sight, "--proving": f"{config.proving:g}"}
    given |= {"--best-of": config.best_of} if config.best_of > 1 else {}
    given |= {"--iterations": head["iterations"], "--brain": f"replay:{path}"}
    words = [word for option, value in given.items() if value is not None for word in (option, str(value))]
    roles = [word for role in head["silent"] for word in ("--role", f"{role}=off")]
    return shlex.join(["journeyman", "run", *config.worlds, *words, *roles])
