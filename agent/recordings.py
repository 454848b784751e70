"""What `journeyman record` does: a journey's answered calls as a file, and the same journey again from that file."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent import publishing
from agent.config import Budget, JourneyConfig
from agent.database import database
from agent.errors import UsageError
from agent.models.call import ROLES
from agent.models.calls import Calls
from agent.models.replay import head_of, recording
from agent.models.settings import Settings
from agent.staff import has_model
from agent.store import Store
from curriculum.agenda import Agenda
from curriculum.task import Task, from_json

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
        "tasks": {
            str(each.number): each.task.to_json()
            for each in Agenda(db).entries(name)
            if each.number is not None and each.number > 0 and not each.plan
        },
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
        "secrets": publishing.secrets(path),
    }


def record_words(found: Mapping[str, Any]) -> str:
    """What was written, as text."""
    roles = ", ".join(f"{each['calls']} {role}" for role, each in found["roles"].items())
    told = [f"{found['calls']} answers ({roles}) in {found['file']}.", f"Play it: {found['again']}"]
    return "\n".join([*told, *publishing.words(found["secrets"])])


@dataclass
class Again:
    """A journey that plays a recording: its settings, its budget, and the tasks that a person set meanwhile.

    As a reporter it sets each of them when it was taken up, so that the journey takes the same turns.
    """

    config: JourneyConfig
    budget: Budget
    tasks: Mapping[int, Task]
    """By the number under which they were taken up."""
    proposed: int = 0

    def __call__(self, kind: str, **data: Any) -> None:
        """Count tasks, and set the one that comes next if a person had set it."""
        if kind == "proposed":
            self.proposed += 1
            self.set_next()

    def set_next(self) -> None:
        """Put the next task on the agenda if it came from there."""
        task = self.tasks.get(self.proposed + 1)
        if task is not None:
            Agenda(database()).insert(self.config.name, task, by="recording")


def again(path: Path, *, name: str, library: str) -> Again:
    """A new journey that plays a recording. Raises UsageError for a file without head.

    The person's models.toml should say what `settings` of the recording's head says, or the judge is asked otherwise.
    """
    head = head_of(path)
    own = {"name": name, "brain": f"replay:{path}", "library": library}
    config = JourneyConfig.from_json({**head["config"], **own})
    config = replace(config, roles=dict.fromkeys(head["silent"], ("off",)))
    Store(database()).create(config)
    tasks = {int(number): from_json(task) for number, task in head.get("tasks", {}).items()}
    playing = Again(config, Budget(iterations=head["iterations"]), tasks)
    playing.set_next()
    return playing


def _words(config: JourneyConfig, head: Mapping[str, Any], path: Path) -> str:
    """The command that plays a recording."""
    given = {"--goal": config.goal, "--seed": config.seed, "--sight": config.sight, "--proving": f"{config.proving:g}"}
    given |= {"--best-of": config.best_of} if config.best_of > 1 else {}
    given |= {"--iterations": head["iterations"], "--brain": f"replay:{path}"}
    words = [word for option, value in given.items() if value is not None for word in (option, str(value))]
    roles = [word for role in head["silent"] for word in ("--role", f"{role}=off")]
    return shlex.join(["journeyman", "run", *config.worlds, *words, *roles])
