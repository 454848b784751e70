"""Trial worlds of Minecraft: embedded worlds in memory, one after the other, and one body that goes through them.

Two processes take turns: while one holds the trial under way, the other becomes the fresh world of the trial after
it, so that entering it takes only the join. Nothing is written but sockets and logs in a folder of its own. One body in
a Python process is the rule of the bridge, so a journey keeps its trials in a process of their own
(`envs.trial_process`); a command that only tests uses this directly.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import shutil
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bridge.client import Body
from bridge.errors import BodyExhausted, BodyLost, BodyTimeout, JailUnavailable, WorldLost, WorldRefused
from bridge.node import NodeMissing, PackagesMissing
from bridge.world_process import WorldProcess
from envs.base import Beginning, Event, Limits, Observation, Program, Run
from envs.body_runs import exhausted, run_of
from envs.errors import EnvLost, EnvUnavailable

PLAYER = "journeyman"
JOIN_SECONDS = 60.0
WORLD_SECONDS = 60.0
CONDITIONS = {"food": f"food {PLAYER} {{}}", "time": "time set {}"}
"""The commands that make a player and its world as a beginning says."""
_LOSSES = (WorldLost, WorldRefused, BodyLost, BodyTimeout)


@dataclass(frozen=True)
class _TrialWorld:
    process: WorldProcess
    socket: Path


class MinecraftTrials:
    """Trials over the embedded world; see `envs.base.Trials`."""

    def __init__(self, *, rules: Mapping[str, str], sight: str = "sight 32", view: int = 5) -> None:
        self._rules, self._sight, self._view = rules, sight, view
        self._run_dir = Path(tempfile.mkdtemp(prefix="journeyman-trials-"))
        self._numbers = itertools.count()
        self._starter = ThreadPoolExecutor(1)
        self._ready: tuple[Beginning, Future[_TrialWorld]] | None = None
        self._idle: list[_TrialWorld] = []
        self._here: _TrialWorld | None = None
        self._body: Body | None = None
        self._beginning: Beginning | None = None
        self._seen = 0

    def enter(self, beginning: Beginning, ahead: Beginning | None = None) -> Observation:
        """Begin a trial; see `envs.base.Trials.enter`."""
        try:
            return self._enter(beginning, ahead)
        except (JailUnavailable, NodeMissing, PackagesMissing) as error:
            raise EnvUnavailable(str(error)) from error
        except _LOSSES as error:
            self._abandon()
            raise EnvLost(f"the trial world did not start: {error}") from error

    def run(self, program: Program, limits: Limits) -> Run:
        """Execute a program; before, after and events are the trial world's."""
        here, body = self._here, self._body
        if here is None or body is None:
            raise EnvLost("no trial world was entered")
        try:
            before = self._observe()
            begun = time.monotonic()
            try:
                told = body.run(program.to_json(), vars(limits), timeout=limits.seconds + 30)
            except BodyExhausted:
                body.restart()
                self._join(body)
                told = exhausted(limits)
            seconds = time.monotonic() - begun
            return run_of(told, before, self._observe(), self._new_events(here.process), seconds)
        except _LOSSES as error:
            self._abandon()
            raise EnvLost(str(error)) from error

    def capture(self) -> bytes:
        """The situation around the player; see `envs.base.Trials.capture`."""
        if self._here is None:
            raise EnvLost("no trial world was entered")
        try:
            return self._here.process.capture(PLAYER)
        except _LOSSES as error:
            self._abandon()
            raise EnvLost(str(error)) from error

    def close(self) -> None:
        """Stop all processes, the one being made ready too."""
        self._abandon()
        self._starter.shutdown()
        shutil.rmtree(self._run_dir, ignore_errors=True)

    def _enter(self, beginning: Beginning, ahead: Beginning | None) -> Observation:
        if self._body is None:
            self._body = Body()
            self._body.start(self._run_dir)
        elif self._here is not None:
            self._body.leave()
        if self._here is not None:
            self._idle.append(self._here)
            self._here = None
        self._here, self._beginning = self._fresh(beginning), beginning
        if ahead is not None:
            self._make_ready(ahead)
        world = self._here.process
        self._join(self._body)
        for item, count in beginning.kit.items():
            world.call("command", {"text": f"give {PLAYER} {item} {count}"})
        for what, value in beginning.condition.items():
            world.call("command", {"text": CONDITIONS[what].format(value)})
        if beginning.kit or beginning.condition:
            self._body.tick(1)
        self._seen = int(world.call("events", {"since": 0})["seq"])
        return self._observe()

    def _fresh(self, beginning: Beginning) -> _TrialWorld:
        """The world of a beginning: the one that was made ready, or one that has to be."""
        if self._ready is None or self._ready[0] != beginning:
            self._take_back()
            self._make_ready(beginning)
        assert self._ready is not None
        future, self._ready = self._ready[1], None
        return future.result()

    def _join(self, body: Body) -> None:
        assert self._here is not None
        assert self._beginning is not None
        body.join(
            socket=self._here.socket.name,
            username=PLAYER,
            seed=self._beginning.seed ^ (self._beginning.dice << 8),
            sight=self._sight,
            recipes=self._rules.get("recipes", ""),
            timeout=JOIN_SECONDS,
        )

    def _observe(self) -> Observation:
        assert self._here is not None
        assert self._body is not None
        seen = self._body.surroundings()
        told = self._here.process.call("observe", {"player": PLAYER})
        return {**told, "nearby": {each: seen[each] for each in ("blocks", "entities", "signs")}}

    def _new_events(self, world: WorldProcess) -> tuple[Event, ...]:
        answer = world.call("events", {"since": self._seen})
        self._seen = int(answer["seq"])
        return tuple(answer["events"])

    def _make_ready(self, beginning: Beginning) -> None:
        idle = self._idle.pop() if self._idle else None
        self._ready = (beginning, self._starter.submit(self._begun, beginning, idle))

    def _begun(self, beginning: Beginning, idle: _TrialWorld | None) -> _TrialWorld:
        """A world process as the beginning says; one that idles is quicker than a new one, and the same."""
        world = idle or self._new()
        try:
            world.process.call("begin", {"seed": beginning.seed}, timeout=WORLD_SECONDS)
            if beginning.situation is not None:
                packed = base64.b64encode(beginning.situation).decode()
                world.process.call("restore", {"situation": packed, "dice": beginning.dice})
        except BaseException:
            world.process.stop()
            raise
        return world

    def _new(self) -> _TrialWorld:
        socket = self._run_dir / f"world{next(self._numbers)}.sock"
        process = WorldProcess(directory=None, socket=socket, rules=self._rules, view=self._view)
        process.start(timeout=WORLD_SECONDS)
        return _TrialWorld(process, socket)

    def _take_back(self) -> None:
        """What was made ready is not wanted: its process may become another world."""
        if self._ready is None:
            return
        future, self._ready = self._ready[1], None
        with contextlib.suppress(*_LOSSES):
            self._idle.append(future.result())

    def _abandon(self) -> None:
        """End body and worlds; entering again starts new ones."""
        if self._body is not None:
            self._body.close()
            self._body = None
        self._take_back()
        for world in [*self._idle, *([self._here] if self._here else [])]:
            world.process.stop()
        self._here, self._idle = None, []
