"""Trial worlds of Minecraft: embedded worlds in memory, one after the other, and one body that goes through them.

A world's process is started while the trial before it still runs, so that entering it takes only the join. Nothing is
written but sockets and logs in a folder of its own. One body in a Python process is the rule of the bridge, so a
journey keeps its trials in a process of their own (`envs.trial_process`); a command that only tests uses this directly.
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
_LOSSES = (WorldLost, WorldRefused, BodyLost, BodyTimeout)


class MinecraftTrials:
    """Trials over the embedded world; see `envs.base.Trials`."""

    def __init__(self, *, rules: Mapping[str, str], sight: str = "sight 32", view: int = 5) -> None:
        self._rules, self._sight, self._view = rules, sight, view
        self._run_dir = Path(tempfile.mkdtemp(prefix="journeyman-trials-"))
        self._numbers = itertools.count()
        self._starter = ThreadPoolExecutor(1)
        self._ready: tuple[int, Future[tuple[WorldProcess, Path]]] | None = None
        self._world: WorldProcess | None = None
        self._body: Body | None = None
        self._beginning: Beginning | None = None
        self._socket = ""
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
        world, body = self._world, self._body
        if world is None or body is None:
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
            return run_of(told, before, self._observe(), self._new_events(world), seconds)
        except _LOSSES as error:
            self._abandon()
            raise EnvLost(str(error)) from error

    def close(self) -> None:
        """Stop both processes and the one being made ready."""
        self._abandon()
        self._drop_ready()
        self._starter.shutdown()
        shutil.rmtree(self._run_dir, ignore_errors=True)

    def _enter(self, beginning: Beginning, ahead: Beginning | None) -> Observation:
        left, self._world = self._world, None
        if self._body is None:
            self._body = Body()
            self._body.start(self._run_dir)
        elif left is not None:
            self._body.leave()
        if self._ready is None or self._ready[0] != beginning.seed:
            self._drop_ready()
            self._make_ready(beginning.seed)
        assert self._ready is not None
        future, self._ready = self._ready[1], None
        self._world, socket = future.result()
        self._socket = socket.name
        if left is not None:
            left.stop()
        if ahead is not None:
            self._make_ready(ahead.seed)
        self._beginning = beginning
        if beginning.situation is not None:
            packed = base64.b64encode(beginning.situation).decode()
            self._world.call("restore", {"situation": packed, "dice": beginning.dice})
        self._join(self._body)
        for item, count in beginning.kit.items():
            self._world.call("command", {"text": f"give {PLAYER} {item} {count}"})
        if beginning.kit:
            self._body.tick(1)
        self._seen = int(self._world.call("events", {"since": 0})["seq"])
        return self._observe()

    def _join(self, body: Body) -> None:
        assert self._beginning is not None
        body.join(
            socket=self._socket,
            username=PLAYER,
            seed=self._beginning.seed ^ (self._beginning.dice << 8),
            sight=self._sight,
            recipes=self._rules.get("recipes", ""),
            timeout=JOIN_SECONDS,
        )

    def _observe(self) -> Observation:
        assert self._world is not None
        assert self._body is not None
        seen = self._body.surroundings()
        told = self._world.call("observe", {"player": PLAYER})
        return {**told, "nearby": {each: seen[each] for each in ("blocks", "entities", "signs")}}

    def _new_events(self, world: WorldProcess) -> tuple[Event, ...]:
        answer = world.call("events", {"since": self._seen})
        self._seen = int(answer["seq"])
        return tuple(answer["events"])

    def _make_ready(self, seed: int) -> None:
        self._ready = (seed, self._starter.submit(self._started, seed))

    def _started(self, seed: int) -> tuple[WorldProcess, Path]:
        socket = self._run_dir / f"world{next(self._numbers)}.sock"
        world = WorldProcess(directory=None, socket=socket, seed=seed, rules=self._rules, view=self._view)
        world.start(timeout=WORLD_SECONDS)
        return world, socket

    def _drop_ready(self) -> None:
        if self._ready is not None:
            with contextlib.suppress(WorldLost):
                self._ready[1].result()[0].stop()
            self._ready = None

    def _abandon(self) -> None:
        """End body and world; entering again starts new ones."""
        if self._body is not None:
            self._body.close()
            self._body = None
        if self._world is not None:
            self._world.stop()
            self._world = None
