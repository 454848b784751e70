"""Minecraft: the embedded survival world and the body that plays in it, behind the env contract.

Two processes per env: the world (trusted; the truth is read from it) and the body (jailed; programs run in it). Between
calls both stand still. A program's run is whole or it never happened: when a process dies, `run` raises EnvLost and
`recover` starts both again from the last saved generation. The one exception is a program that takes memory faster than
its isolate can be ended: it costs the body, which joins again at once, and the run is told as out of memory.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from bridge.client import Body
from bridge.errors import BodyExhausted, BodyLost, BodyTimeout, JailUnavailable, WorldLost
from bridge.node import NodeMissing, PackagesMissing
from bridge.world_process import WorldProcess
from envs.base import Event, Limits, Observation, Outcome, Program, Run, RunError, Where
from envs.errors import EnvLost, EnvUnavailable

PLAYER = "journeyman"
SOCKET = "world.sock"

ASSISTANCE: Mapping[str, tuple[str, str]] = {
    "keep_inventory": ("keep_inventory", "true"),
    "frozen_time": ("daylight", "false"),
    "no_mobs": ("mob_spawning", "false"),
    "peaceful": ("difficulty", "peaceful"),
    "no_fall_damage": ("fall_damage", "false"),
}
"""Every kind of help by its name, and the rule of the world that it sets. All off by default."""

JOIN_SECONDS = 60.0
WORLD_SECONDS = 60.0


@dataclass(frozen=True)
class MinecraftSettings:
    """What makes one world: where it is kept, its seed and its rules."""

    directory: Path
    seed: int
    sight: str = "sight 32"
    assist: tuple[str, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    view: int = 5
    """Chunks sent around the body in each direction."""


class MinecraftEnv:
    """Env over the embedded world. `settings.directory` keeps the world from one session to the next."""

    name = "minecraft"

    def __init__(self, settings: MinecraftSettings) -> None:
        unknown = [name for name in settings.assist if name not in ASSISTANCE]
        if unknown:
            raise ValueError(f"no assistance is called {unknown[0]!r}; there are: {', '.join(ASSISTANCE)}")
        self._settings = settings
        self._generation: int | None = None
        self._run_dir: Path | None = None
        self._world: WorldProcess | None = None
        self._body: Body | None = None
        self._seen = 0
        self._primitives: dict[str, str] = {}

    @property
    def assistance(self) -> tuple[str, ...]:
        """Names of the rules that help."""
        return self._settings.assist

    @property
    def pids(self) -> dict[str, int]:
        """The processes that are running now, by part (`world`, `body`), for tests of what happens when one dies."""
        parts = {"world": self._world, "body": self._body}
        return {name: part.pid for name, part in parts.items() if part is not None and part.pid is not None}

    def start(self, generation: int | None = None) -> Observation:
        """Start both processes and join; see Env.start."""
        self.close()
        self._generation = generation
        self._run_dir = Path(tempfile.mkdtemp(prefix="journeyman-"))
        socket = self._run_dir / SOCKET
        rules = {**self._settings.rules, **dict(ASSISTANCE[name] for name in self._settings.assist)}
        try:
            self._world = WorldProcess(
                directory=self._settings.directory,
                socket=socket,
                seed=self._settings.seed,
                generation=generation,
                rules=rules,
                view=self._settings.view,
            )
            self._world.start(timeout=WORLD_SECONDS)
            self._body = Body()
            self._body.start(self._run_dir)
            self._primitives = {each["name"]: each["doc"] for each in self._body.primitives()}
            self._body.join(
                socket=socket.name,
                username=PLAYER,
                seed=self._settings.seed,
                sight=self._settings.sight,
                timeout=JOIN_SECONDS,
            )
            self._seen = int(self._world.call("events", {"since": 0})["seq"])
            return self.observe()
        except (JailUnavailable, NodeMissing, PackagesMissing) as error:
            self.close()
            raise EnvUnavailable(str(error)) from error
        except (WorldLost, BodyLost, BodyTimeout) as error:
            self.close()
            raise EnvLost(f"the world did not start: {error}") from error

    def observe(self) -> Observation:
        """The world's own account of the player, and under `nearby` what the body can see."""
        world, body = self._parts()
        try:
            seen = body.surroundings()
            told = world.call("observe", {"player": PLAYER})
        except (WorldLost, BodyLost, BodyTimeout) as error:
            raise EnvLost(str(error)) from error
        return {**told, "nearby": {"blocks": seen["blocks"], "entities": seen["entities"]}}

    def run(self, program: Program, limits: Limits) -> Run:
        """Execute a program in the body; before, after and events are the world's."""
        world, body = self._parts()
        before = self.observe()
        begun = time.monotonic()
        try:
            try:
                result = body.run(program.to_json(), vars(limits), timeout=limits.seconds + 30)
            except BodyExhausted:
                body.restart()
                self._join(body)
                result = _exhausted(limits)
            seconds = time.monotonic() - begun
            events = self._new_events(world)
        except (WorldLost, BodyLost, BodyTimeout) as error:
            raise EnvLost(str(error)) from error
        after = self.observe()
        return Run(
            before=before,
            after=after,
            events=events,
            outcome=cast(Outcome, result["outcome"]),
            error=_error(result["error"]),
            value=result["value"],
            calls=tuple(result["calls"]),
            log=tuple(result["log"]),
            ticks=after["tick"] - before["tick"],
            seconds=seconds,
            spans=tuple(result.get("spans", ())),
        )

    def save(self, generation: int) -> None:
        """Keep the world durably under `generation`."""
        world, _ = self._parts()
        try:
            world.call("save", {"generation": generation})
        except WorldLost as error:
            raise EnvLost(str(error)) from error
        self._generation = generation

    def recover(self) -> Observation:
        """Both processes again, from the last saved generation."""
        return self.start(self._generation)

    def primitives(self) -> Mapping[str, str]:
        """Name to documentation, as the headers of the primitives say it."""
        return self._primitives

    def parse(self, source: str) -> dict[str, Any]:
        """Facts from the syntax tree of a JavaScript source, parsed in the jail: a parser reads hostile text too."""
        _, body = self._parts()
        try:
            return dict(body.parse(source))
        except (BodyLost, BodyTimeout) as error:
            raise EnvLost(str(error)) from error

    def command(self, text: str) -> str:
        """An operator's command, for tests and trial worlds; it is recorded as a `command` event."""
        world, _ = self._parts()
        return str(world.call("command", {"text": text})["said"])

    def close(self) -> None:
        """Stop both processes."""
        if self._body is not None:
            self._body.close()
            self._body = None
        if self._world is not None:
            self._world.stop()
            self._world = None
        if self._run_dir is not None:
            shutil.rmtree(self._run_dir, ignore_errors=True)
            self._run_dir = None

    def _join(self, body: Body) -> None:
        body.join(
            socket=SOCKET, username=PLAYER, seed=self._settings.seed, sight=self._settings.sight, timeout=JOIN_SECONDS
        )

    def _parts(self) -> tuple[WorldProcess, Body]:
        if self._world is None or self._body is None:
            raise EnvLost("the world is not started")
        return self._world, self._body

    def _new_events(self, world: WorldProcess) -> tuple[Event, ...]:
        answer = world.call("events", {"since": self._seen})
        self._seen = int(answer["seq"])
        return tuple(answer["events"])


def _exhausted(limits: Limits) -> dict[str, Any]:
    """What the body would have told of a program whose memory could only be had back by ending the body."""
    error = {
        "code": "out_of_memory",
        "message": f"the program used far more than {limits.memory_mb} MB",
        "value": None,
        "remedy": "keep less at a time",
        "where": None,
    }
    return {"outcome": "out_of_memory", "value": None, "error": error, "calls": [], "log": []}


def _error(data: Mapping[str, Any] | None) -> RunError | None:
    if data is None:
        return None
    where = data.get("where")
    return RunError(
        code=data["code"],
        message=data["message"],
        value=data.get("value"),
        remedy=data.get("remedy") or "",
        where=Where(where["module"], where["line"], where["column"], where["text"]) if where else None,
    )
