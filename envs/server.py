"""Minecraft on a server of the person's own, behind the env contract as far as a server that is not ours can keep it.

The body is the same jailed body; it reaches the server through a relay and lives in real time. What differs, by nature:

- Nothing trusted stands on the other side. Observation and events are the bot's own report of what the server sent
  (`source: body` in each); programs cannot write it, but nobody vouches for the server.
- The world never stands still: time passes between runs too, and what others do there is not ours to undo.
- `save` only notes where the bot stands, and `recover` only joins again: the world is as it is, and what a lost run did
  there has been done.

Seeds, rules and assistance are the server's; we know none of them.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bridge.client import Body
from bridge.errors import BodyExhausted, BodyLost, BodyRefused, BodyTimeout, JailUnavailable
from bridge.node import NodeMissing, PackagesMissing
from envs.base import Event, Limits, Observation, Program, Run
from envs.body_runs import exhausted, run_of
from envs.errors import EnvLost, EnvUnavailable
from envs.knock import Address, knock
from envs.relay import Relay

USERNAME = re.compile(r"\w{3,16}", re.ASCII)
SOCKET = "server.sock"
NOTES = "server.json"
KEPT = 2
JOIN_SECONDS = 60.0
SETTLE_TICKS = 15
"""Ticks after a run until the server's last words about it are here: three quarters of a second."""
RESPAWN_TICKS = 20
RESPAWN_LOOKS = 10
REJOIN_WAITS = (0.0, 5.0, 15.0, 40.0)
"""Seconds before each try to join again: a server that restarts is back within a minute."""


@dataclass(frozen=True)
class ServerSettings:
    """Which server, under which name, and where our notes about it are kept."""

    address: Address
    directory: Path
    username: str = "journeyman"
    seed: int = 0
    """Of the bot's own chance; the server's world has its own."""
    sight: str = "sight 32"


class ServerEnv:
    """Env over a Minecraft 1.20.1 server in offline mode that somebody else runs."""

    name = "minecraft"

    def __init__(self, settings: ServerSettings) -> None:
        if not USERNAME.fullmatch(settings.username):
            raise ValueError(f"{settings.username!r} is no player's name: use 3 to 16 letters, digits and underscores")
        self._settings = settings
        self._run_dir: Path | None = None
        self._relay: Relay | None = None
        self._body: Body | None = None
        self._primitives: dict[str, str] = {}
        self._seen = 0
        self._earlier = 0
        """Ticks that the journey had lived before the bot joined this time."""
        self._last: Observation = {}

    @property
    def assistance(self) -> tuple[str, ...]:
        """None of ours; what the server's own rules help with cannot be known."""
        return ()

    @property
    def pids(self) -> dict[str, int]:
        """The body's process while it runs, for tests of what happens when it dies."""
        return {"body": self._body.pid} if self._body is not None and self._body.pid is not None else {}

    def start(self, generation: int | None = None) -> Observation:
        """Join the server as it is now. What was noted under `generation` gives the time that the journey has lived."""
        self.close()
        knock(self._settings.address)
        self._earlier = max(self._last.get("tick", 0), self._noted(generation).get("tick", 0))
        self._run_dir = Path(tempfile.mkdtemp(prefix="journeyman-"))
        address = self._settings.address
        try:
            self._relay = Relay(self._run_dir / SOCKET, address.host, address.port)
            self._relay.start()
            self._body = Body()
            self._body.start(self._run_dir)
            self._primitives = {each["name"]: each["doc"] for each in self._body.primitives()}
            self._join(self._body)
            return self.observe()
        except (JailUnavailable, NodeMissing, PackagesMissing) as error:
            self.close()
            raise EnvUnavailable(str(error)) from error
        except (BodyLost, BodyTimeout, EnvLost) as error:
            self.close()
            why = str(error).removeprefix("could not join the world: ")
            raise EnvUnavailable(f"{address} does not let {self._settings.username} in: {why}") from error

    def observe(self) -> Observation:
        """What the bot knows of itself and sees around it."""
        return self._look(since=self._seen)[0]

    def run(self, program: Program, limits: Limits) -> Run:
        """Execute a program. Events since the last run belong to it, those of the waiting before it too."""
        body = self._joined()
        before = self._alive()
        # A tick takes its real time here: the watchdog must leave room for all that are allowed.
        allowed = replace(limits, seconds=limits.seconds + limits.ticks / 20)
        begun = time.monotonic()
        try:
            result = body.run(program.to_json(), vars(allowed), timeout=allowed.seconds + 30)
        except BodyExhausted:
            self._earlier = before["tick"]
            self._restart(body)
            result = exhausted(limits)
        except (BodyLost, BodyTimeout) as error:
            raise EnvLost(str(error)) from error
        seconds = time.monotonic() - begun
        self._tick(SETTLE_TICKS)
        after, events, self._seen = self._look(since=self._seen)
        spans = [_later(span, self._earlier) for span in result.get("spans", ())]
        return run_of({**result, "spans": spans}, before, after, events, seconds)

    def save(self, generation: int) -> None:
        """Note under `generation` where the bot stands and how long the journey has lived; the world is not ours."""
        kept = [note for note in self._notes() if note["generation"] < generation][1 - KEPT :]
        self._settings.directory.mkdir(parents=True, exist_ok=True)
        path = self._settings.directory / NOTES
        note = {"generation": generation, "tick": self._last["tick"], "position": self._last["position"]}
        told = {"server": str(self._settings.address), "player": self._settings.username, "noted": [*kept, note]}
        draft = path.with_suffix(".new")
        with draft.open("w") as file:
            json.dump(told, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def recover(self) -> Observation:
        """Join again, with patience for a server that restarts."""
        for number, wait in enumerate(REJOIN_WAITS, 1):
            time.sleep(wait)
            try:
                return self.start()
            except EnvUnavailable:
                if number == len(REJOIN_WAITS):
                    raise
        raise AssertionError("the last try returns or raises")

    def primitives(self) -> Mapping[str, str]:
        """Name to documentation, as the headers of the primitives say it."""
        return self._primitives

    def parse(self, source: str) -> dict[str, Any]:
        """Facts from the syntax tree of a JavaScript source, parsed in the jail."""
        try:
            return dict(self._joined().parse(source))
        except (BodyLost, BodyTimeout) as error:
            raise EnvLost(str(error)) from error

    def close(self) -> None:
        """Leave the server and end the body."""
        if self._body is not None:
            with contextlib.suppress(BodyLost, BodyTimeout, BodyRefused):
                if self._body.alive():
                    self._body.leave()
            self._body.close()
            self._body = None
        if self._relay is not None:
            self._relay.close()
            self._relay = None
        if self._run_dir is not None:
            shutil.rmtree(self._run_dir, ignore_errors=True)
            self._run_dir = None

    # -- the body

    def _join(self, body: Body) -> None:
        address = self._settings.address
        body.join(
            socket=SOCKET,
            host=address.host,
            port=address.port,
            username=self._settings.username,
            seed=self._settings.seed,
            sight=self._settings.sight,
            clock="real",
            timeout=JOIN_SECONDS,
        )
        self._seen = 0

    def _restart(self, body: Body) -> None:
        """A fresh process for the body, which joins again: the old one was ended by what a program did in it."""
        try:
            body.restart()
            self._join(body)
        except (BodyLost, BodyTimeout) as error:
            raise EnvLost(str(error)) from error

    def _joined(self) -> Body:
        if self._body is None:
            raise EnvLost("the bot has joined no server")
        return self._body

    def _look(self, since: int) -> tuple[Observation, tuple[Event, ...], int]:
        """The bot's report in the journey's time: observation, events after `since`, number of the newest."""
        body = self._joined()
        try:
            seen = body.surroundings()
            report = body.call("report", {"since": since})
        except (BodyLost, BodyTimeout) as error:
            raise EnvLost(str(error)) from error
        events = tuple({**event, "tick": event["tick"] + self._earlier} for event in report["events"])
        tick = report["observation"]["tick"] + self._earlier
        nearby = {each: seen[each] for each in ("blocks", "entities", "signs")}
        told = {"tick": tick, "game_seconds": round(tick / 20, 2), "source": "body", "nearby": nearby}
        self._last = {**report["observation"], **told}
        return self._last, events, int(report["seq"])

    def _tick(self, count: int) -> None:
        try:
            self._joined().tick(count)
        except (BodyLost, BodyTimeout) as error:
            raise EnvLost(str(error)) from error

    def _alive(self) -> Observation:
        """The observation once the bot lives; it may have died while nobody looked, and be on its way back."""
        for _ in range(RESPAWN_LOOKS):
            if self.observe()["alive"]:
                break
            self._tick(RESPAWN_TICKS)
        return self._last

    # -- our notes

    def _notes(self) -> list[dict[str, Any]]:
        path = self._settings.directory / NOTES
        return list(json.loads(path.read_text())["noted"]) if path.is_file() else []

    def _noted(self, generation: int | None) -> dict[str, Any]:
        """What was noted under a generation, or last; empty for a new journey."""
        notes = [note for note in self._notes() if generation is None or note["generation"] <= generation]
        return notes[-1] if notes else {}


def _later(span: Mapping[str, Any], ticks: int) -> dict[str, Any]:
    """A call of a skill, with its moments in the journey's time."""
    return {**span, **{key: span[key] + ticks for key in ("from", "to") if span.get(key) is not None}}
