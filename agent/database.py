"""The one database of all journeys, with every package's tables. Light to import: every command opens it."""

from __future__ import annotations

from sqlite_utils import Database

from agent.config import home
from agent.models.calls import MODELS
from agent.oversight import OVERSIGHT
from agent.store import AGENT
from curriculum.schema import CURRICULUM
from memory.db import open_db
from skills.schema import SKILLS


def database(*, read_only: bool = False) -> Database:
    """Open it, with all migrations applied unless it is only read."""
    return open_db(home() / "journeyman.db", SKILLS, CURRICULUM, AGENT, MODELS, OVERSIGHT, read_only=read_only)
