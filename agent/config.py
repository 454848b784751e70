"""Settings: where things are kept, what a journey is, what it may spend. The only reader of the environment."""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

WORLDS = ("minecraft", "desktop")
"""The worlds that a journey can be in."""


def home() -> Path:
    """The folder of all journeys: $JOURNEYMAN_HOME, or the platform's user data folder."""
    chosen = os.environ.get("JOURNEYMAN_HOME")
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_data_dir("journeyman", appauthor=False))


@dataclass(frozen=True)
class JourneyConfig:
    """What a journey is for its whole life; written into its record at the start and never changed after."""

    name: str
    worlds: tuple[str, ...]
    seed: int
    brain: str = "planner"
    goal: str | None = None
    library: str = "main"
    sight: str = "sight 32"
    assist: tuple[str, ...] = ()
    server: str | None = None
    """HOST:PORT of somebody else's server: checks rest on the bot's own report there. None: the embedded world."""
    username: str = "journeyman"
    """The player's name on that server."""
    speed: str = "max"
    """`max`, or at most so many times real time, to be watched; `real` on a server. Changes nothing that happens."""

    recipes: str = ""
    """How many pieces recipes give where that differs from the game, as item:count; for measuring, and recorded."""
    proving: float = 1.0
    """Game time that may go into trials of skills, as a share of the journey's own; 0 for none."""

    best_of: int = 1
    """How many programs of a model are tried in trial worlds for one that runs in the journey; recorded as a help."""

    watch: bool = False
    """Whether people may watch its desktop in a browser while it runs; changes nothing that happens."""

    wish: bool = False
    """The goal is in words of its own, not a name of the game: a model makes a plan of it."""

    approve: str = ""
    """What waits for a person's word: skills, tasks, all, or nothing."""

    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Who serves a role, in order, where it is not the brain: write, propose, judge, reflect, describe …"""

    without: tuple[str, ...] = ()
    """What of memory is switched off, to measure what it is worth: episodic, semantic, decay."""

    @property
    def help(self) -> tuple[str, ...]:
        """What helps the agent beside the rules of its world, in the words of every table."""
        return (f"best of {self.best_of} tried in trial worlds",) if self.best_of > 1 else ()

    @property
    def place(self) -> str:
        """The world by name, for evidence of where something worked."""
        return f"{'+'.join(self.worlds)}:{self.server or self.seed}"

    @property
    def fastest(self) -> float | None:
        """The speed as a number; None for no limit."""
        return None if self.speed in ("max", "real") else float(self.speed)

    def to_json(self) -> dict[str, Any]:
        """The settings as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> JourneyConfig:
        """The settings from their plain JSON."""
        lists = {name: tuple(data.get(name, ())) for name in ("worlds", "assist", "without")}
        roles = {role: tuple(names) for role, names in data.get("roles", {}).items()}
        return cls(**{**data, **lists, "roles": roles})


@dataclass(frozen=True)
class Budget:
    """What a session may spend, each None for no limit; hard, and checked before each iteration."""

    iterations: int | None = None
    hours: float | None = None
    tokens: int | None = None
    dollars: float | None = None

    def exhausted(self, *, iterations: int, seconds: float, tokens: int, dollars: float) -> str | None:
        """Which limit the given spending has reached, as a sentence; None if there is room for one more iteration."""
        if self.iterations is not None and iterations >= self.iterations:
            return f"{self.iterations} iterations are used up"
        if self.hours is not None and seconds >= self.hours * 3600:
            return f"{self.hours:g} hours are used up"
        if self.tokens is not None and tokens >= self.tokens:
            return f"{self.tokens} tokens are used up"
        if self.dollars is not None and dollars >= self.dollars:
            return f"{self.dollars:g} dollars are used up"
        return None


NO_LIMIT = Budget()
NO_SERVER = "a model needs OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own"


@dataclass(frozen=True)
class ModelServer:
    """Where an OpenAI-compatible server is and the key for it, read from the environment when a model is asked for."""

    base_url: str | None
    key: str | None

    @classmethod
    def from_environment(cls) -> ModelServer:
        """OPENAI_BASE_URL and OPENAI_API_KEY, or the keyring's entry "journeyman"; a local server needs no key."""
        return cls(os.environ.get("OPENAI_BASE_URL") or None, os.environ.get("OPENAI_API_KEY") or _keyring())

    @property
    def is_known(self) -> bool:
        """Whether there is anything to reach a model by."""
        return bool(self.base_url or self.key)


def chroma_url() -> str | None:
    """The chromadb server that holds the approximate index, if one is named by JOURNEYMAN_CHROMA_URL."""
    return os.environ.get("JOURNEYMAN_CHROMA_URL") or None


def _keyring() -> str | None:
    """The key of `keyring set journeyman openai`, if the keyring package is there and has a store to ask."""
    if importlib.util.find_spec("keyring") is None:
        return None
    keyring = importlib.import_module("keyring")
    try:
        key = keyring.get_password("journeyman", "openai")
    except keyring.errors.KeyringError:
        return None
    return str(key) if key else None
