"""Python's end of the wire to the world: a trusted Node.js process, JSON lines over its standard input and output.

It starts and stops the process, sends requests and waits for answers with deadlines. It knows nothing of the game.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from bridge.errors import WorldLost, WorldRefused
from bridge.node import BRIDGE, cache_dir, find_node, packages_dir

MAIN = BRIDGE / "world" / "main.js"
HEAP_MB = 1024
LOOK_SECONDS = 0.2
STOP_SECONDS = 10.0


class WorldProcess:
    """One embedded world that players reach by `socket` or by a `port` of loopback.

    It is kept in `directory`; without one it lives in memory and is gone when the process ends.
    """

    def __init__(
        self,
        *,
        directory: Path | None,
        socket: Path | None = None,
        port: int | None = None,
        log: Path | None = None,
        seed: int | None = None,
        generation: int | None = None,
        rules: Mapping[str, Any] | None = None,
        view: int = 5,
        clock: str = "lockstep",
        operators: Sequence[str] = (),
    ) -> None:
        self._socket = socket
        self._log = log or (socket or (directory or Path()) / "world").with_suffix(".log")
        self._arguments: list[Any] = ["--clock", clock, "--view", view]
        chosen = {"dir": directory, "socket": socket, "port": port, "seed": seed, "generation": generation}
        for option, value in chosen.items():
            if value is not None:
                self._arguments += [f"--{option}", value]
        if operators:
            self._arguments += ["--ops", ",".join(operators)]
        for name, value in (rules or {}).items():
            self._arguments += ["--rule", f"{name}={value if isinstance(value, str) else json.dumps(value)}"]
        self._process: subprocess.Popen[str] | None = None
        self._waiting: dict[int, _Answer] = {}
        self._ids = itertools.count(1)
        self._writing = threading.Lock()

    @property
    def pid(self) -> int | None:
        """The process, None when there is none."""
        return None if self._process is None else self._process.pid

    def start(self, timeout: float = 60) -> dict[str, Any]:
        """Start the process and wait until it says hello; returns what it said."""
        command = [find_node(), f"--max-old-space-size={HEAP_MB}", MAIN, *self._arguments]
        compiled = str(cache_dir() / "compiled")  # Node.js keeps what it compiled there: a third of a start
        environment = {**os.environ, "NODE_PATH": str(packages_dir()), "NO_COLOR": "1", "NODE_COMPILE_CACHE": compiled}
        # A session of its own: a terminal's Ctrl-C is for Python, which stops the world in order.
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment, text=True, encoding="utf-8",
                start_new_session=True,
            )  # fmt: skip
        assert self._process.stdout is not None
        threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True).start()
        try:
            return dict(self.call("hello", timeout=timeout))
        except BaseException:
            self._kill()
            raise

    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def call(self, op: str, args: Mapping[str, Any] | None = None, timeout: float = 60) -> Any:
        """Ask for one operation and wait for its answer."""
        number, answer = next(self._ids), _Answer()
        self._waiting[number] = answer
        try:
            self._write({"id": number, "op": op, "args": dict(args or {})})
            deadline = time.monotonic() + timeout
            while not answer.arrived.wait(LOOK_SECONDS):
                if not self.alive():
                    raise WorldLost(f"the world's process ended during {op}{self._exit()}")
                if time.monotonic() > deadline:
                    raise WorldLost(f"the world did not answer {op} within {timeout:g} s{self._exit()}")
        finally:
            del self._waiting[number]
        if answer.message["ok"]:
            return answer.message["value"]
        error = answer.message["error"]
        raise WorldRefused(error["code"], error["message"])

    def capture(self, player: str) -> bytes:
        """The situation around a player as it stands, as bytes that `restore` takes in base64."""
        return base64.b64decode(self.call("capture", {"player": player})["situation"])

    def stop(self) -> None:
        """Ask the world to end and make sure that it does. Stopping twice is harmless."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(WorldLost, WorldRefused):
            if self.alive():
                self.call("stop", timeout=STOP_SECONDS)
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        self._kill()

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        if self._socket is not None:
            self._socket.unlink(missing_ok=True)

    def _write(self, request: Mapping[str, Any]) -> None:
        if self._process is None or self._process.stdin is None or not self.alive():
            raise WorldLost(f"the world's process is not running{self._exit()}")
        with self._writing:
            try:
                self._process.stdin.write(json.dumps(request) + "\n")
                self._process.stdin.flush()
            except OSError as problem:
                raise WorldLost(f"the world's process takes no requests{self._exit()}") from problem

    def _read(self, stream: IO[str]) -> None:
        # The stream may be closed under us while the process is being stopped.
        with contextlib.suppress(ValueError, OSError):
            for line in stream:
                with contextlib.suppress(json.JSONDecodeError):
                    message: Any = json.loads(line)
                    number = message.get("id") if isinstance(message, dict) else None
                    answer = self._waiting.get(number) if isinstance(number, int) else None
                    if answer is not None:
                        answer.message = message
                        answer.arrived.set()

    def _exit(self) -> str:
        """How the process ended, with the end of what it said, as a part of a sentence."""
        code = None if self._process is None else self._process.poll()
        tail = self._log.read_text(errors="replace")[-500:].strip() if self._log.is_file() else ""
        return (f" (exit code {code})" if code is not None else "") + (f": {tail}" if tail else "")


class _Answer:
    def __init__(self) -> None:
        self.arrived = threading.Event()
        self.message: dict[str, Any] = {}
