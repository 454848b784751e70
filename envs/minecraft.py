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
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bridge.client import Body
from bridge.errors import BodyExhausted, BodyLost, BodyTimeout, JailUnavailable, WorldLost
from bridge.node import NodeMissing, PackagesMissing
from bridge.world_process import WorldProcess
from envs.base import Event, Limits, Observation, Program, Run, Trials
from envs.body_runs import exhausted, run_of
from envs.errors import EnvLost, EnvUnavailable
from envs.trial_process import TrialProcess

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

SLOWEST, FASTEST = 0.1, 1000
"""Bounds of a chosen speed, in times real time."""

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
    speed: float | None = None
    """At most so many times real time, for people who watch; None: as fast as it goes. Changes nothing that happens."""


class MinecraftEnv:
    """Env over the embedded world. `settings.directory` keeps the world from one session to the next."""

    name = "minecraft"

    def __init__(self, settings: MinecraftSettings) -> None:
        unknown = [name for name in settings.assist if name not in ASSISTANCE]
        if unknown:
            raise ValueError(f"no assistance is called {unknown[0]!r}; there are: {', '.join(ASSISTANCE)}")
        if settings.speed is not None and not SLOWEST <= settings.speed <= FASTEST:
            raise ValueError(f"the speed must be from {SLOWEST} to {FASTEST} times real time, not {settings.speed:g}")
        self._settings = settings
        self._generation: int | None = None
        self._run_dir: Path | None = None
        self._world: WorldProcess | None = None
        self._body: Body | None = None
        self._seen = 0
        self._primitives: dict[str, str] = {}
        self._now: Observation | None = None  # how things stand while nothing runs

    @property
    def assistance(self) -> tuple[str, ...]:
        """Names of the rules that help, and of the rule that the game itself was altered by."""
        altered = self._settings.rules.get("recipes")
        return (*self._settings.assist, *([f"altered recipes {altered}"] if altered else []))

    @property
    def seed(self) -> int:
        """The seed of the world."""
        return self._settings.seed

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
        try:
            self._world = WorldProcess(
                directory=self._settings.directory,
                socket=socket,
                seed=self._settings.seed,
                generation=generation,
                rules=self._rules(),
                view=self._settings.view,
            )
            self._world.start(timeout=WORLD_SECONDS)
            self._body = Body()
            self._body.start(self._run_dir)
            self._primitives = {each["name"]: each["doc"] for each in self._body.primitives()}
            self._join(self._body)
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
        if self._now is None:
            self._now = self._look(world, body)
        return self._now

    @staticmethod
    def _look(world: WorldProcess, body: Body) -> Observation:
        try:
            seen = body.surroundings()
            told = world.call("observe", {"player": PLAYER})
        except (WorldLost, BodyLost, BodyTimeout) as error:
            raise EnvLost(str(error)) from error
        return {**told, "nearby": {each: seen[each] for each in ("blocks", "entities", "signs")}}

    def run(self, program: Program, limits: Limits) -> Run:
        """Execute a program in the body; before, after and events are the world's."""
        world, body = self._parts()
        before, self._now = self.observe(), None
        allowed = limits
        if self._settings.speed is not None:  # waiting must not look like a program that lasts too long
            allowed = replace(limits, seconds=limits.seconds + limits.ticks / 20 / self._settings.speed)
        begun = time.monotonic()
        try:
            try:
                result = body.run(program.to_json(), vars(allowed), timeout=allowed.seconds + 30)
            except BodyExhausted:
                body.restart()
                self._join(body)
                result = exhausted(limits)
            seconds = time.monotonic() - begun
            events = self._new_events(world)
        except (WorldLost, BodyLost, BodyTimeout) as error:
            raise EnvLost(str(error)) from error
        after = self.observe()
        return run_of(result, before, after, events, seconds)

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

    def capture(self) -> bytes:
        """The situation around the player, for trials; see `envs.base.TrialEnv`."""
        world, _ = self._parts()
        try:
            return world.capture(PLAYER)
        except WorldLost as error:
            raise EnvLost(str(error)) from error

    def trials(self) -> Trials:
        """Trial worlds with this world's rules, in a process of their own."""
        return TrialProcess(rules=self._rules(), sight=self._settings.sight, view=self._settings.view)

    def command(self, text: str) -> str:
        """An operator's command, for tests and trial worlds; it is recorded as a `command` event."""
        world, _ = self._parts()
        self._now = None
        return str(world.call("command", {"text": text})["said"])

    def close(self) -> None:
        """Stop both processes."""
        self._now = None
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
            socket=SOCKET,
            username=PLAYER,
            seed=self._settings.seed,
            sight=self._settings.sight,
            speed=self._settings.speed,
            recipes=self._rules().get("recipes", ""),
            timeout=JOIN_SECONDS,
        )

    def _rules(self) -> dict[str, str]:
        return {**self._settings.rules, **dict(ASSISTANCE[name] for name in self._settings.assist)}

    def _parts(self) -> tuple[WorldProcess, Body]:
        if self._world is None or self._body is None:
            raise EnvLost("the world is not started")
        return self._world, self._body

    def _new_events(self, world: WorldProcess) -> tuple[Event, ...]:
        answer = world.call("events", {"since": self._seen})
        self._seen = int(answer["seq"])
        return tuple(answer["events"])
