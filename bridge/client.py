"""Python's end of the wire to the body: requests out, answers in as events, with deadlines of our own.

The wire is the `javascript` package (JSPyBridge), used in the one way that proved safe: a single JavaScript function
that returns at once, answers that come back as one JSON event, waiting on our own condition, and a look at the process
while waiting. Its own call time-outs must never strike: an answer that comes after one would kill its event loop.

The package keeps one Node.js process in module globals, started by the import. So there is at most one started Body in
a Python process, the import happens in start(), and restart() replaces the process in place.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import itertools
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bridge import jail
from bridge.errors import BodyExhausted, BodyLost, BodyRefused, BodyTimeout, BridgeError
from bridge.wire import kept

PROTOCOL = 1
HANDOVER_SECONDS = 30.0
"""How long Node.js may take to accept a request: it is busy only while the bot computes."""
LOOK_SECONDS = 0.2
EXHAUSTED = "isolate beyond recovery: "
"""What the runner writes when an isolate ran out of memory beyond unwinding, before it ends its process."""

_started: Body | None = None


class Body:
    """The jailed Node.js process with the bot, and what it can be asked."""

    def __init__(self) -> None:
        self._run_dir: Path | None = None
        self._start_call: Any = None
        self._module: Any = None
        self._emitter: Any = None
        self._handler: Any = None
        self._waiting: dict[int, _Answer] = {}
        self._ids = itertools.count(1)
        self._sending = threading.Lock()
        self.mishaps: list[str] = []
        """Uncaught errors of the body's process: bugs, kept for whoever reports them."""

    @property
    def pid(self) -> int | None:
        """The process outside of the sandbox, None when there is none."""
        return None if self._process is None else int(self._process.pid)

    def start(self, run_dir: Path) -> None:
        """Start the process; sockets that it may connect to lie in `run_dir`, and its log is written there."""
        global _started
        if _started is not None:
            raise BridgeError("one body at a time in a Python process: close the other one first")
        jail.require()
        self._run_dir = run_dir
        _started = self
        try:
            self._boot()
        except BaseException:
            self.close()
            raise

    def restart(self) -> None:
        """Replace the process by a fresh one; it has to join again."""
        if self._run_dir is None:
            raise BridgeError("the body was never started")
        self._end()
        self._boot()

    def close(self) -> None:
        """End the process. Closing twice is harmless."""
        global _started
        self._end()
        if _started is self:
            _started = None

    def alive(self) -> bool:
        """Whether the process runs and its wire works."""
        if self._start_call is None or self._process is None or self._process.poll() is not None:
            return False
        thread = sys.modules["javascript"].config.event_thread
        return thread is not None and thread.is_alive()

    def ping(self, timeout: float = 10) -> dict[str, Any]:
        """Protocol number, game version, Node.js version, error codes."""
        return dict(self.call("ping", timeout=timeout))

    def primitives(self) -> list[dict[str, str]]:
        """Name, signature and documentation of each primitive."""
        return list(self.call("primitives"))

    def join(self, *, timeout: float = 60, **how: Any) -> dict[str, Any]:
        """Join a world: socket (a name in run_dir) or host and port; username, seed, sight, clock, version."""
        if "socket" in how:
            how["socket"] = f"{jail.SOCKETS}/{Path(how['socket']).name}"
        return dict(self.call("join", how, timeout=timeout))

    def run(self, program: Mapping[str, Any], limits: Mapping[str, Any], *, timeout: float) -> dict[str, Any]:
        """Run a program {modules, main, args} within limits; every way in which it can end is an outcome."""
        return dict(self.call("run", {**program, "limits": dict(limits)}, timeout=timeout))

    def tick(self, count: int = 1, timeout: float = 120) -> dict[str, Any]:
        """Let game time pass."""
        return dict(self.call("tick", {"count": count}, timeout=timeout))

    def surroundings(self) -> dict[str, Any]:
        """What the body sees: nearest block of each kind, entities, biome, light."""
        return dict(self.call("surroundings"))

    def parse(self, source: str) -> dict[str, Any]:
        """Facts from the syntax tree of a program."""
        return dict(self.call("parse", {"source": source}))

    def leave(self) -> None:
        """Leave the world; the process stays."""
        self.call("leave")

    def call(self, op: str, args: Mapping[str, Any] | None = None, *, timeout: float = 60) -> Any:
        """Ask for one operation and wait for its answer."""
        if not self.alive():
            raise BodyLost(f"the body's process is not running{self._exit()}")
        number, answer = next(self._ids), _Answer()
        self._waiting[number] = answer
        try:
            self._send(json.dumps({"id": number, "op": op, "args": dict(args or {})}))
            deadline = time.monotonic() + timeout
            while not answer.arrived.wait(LOOK_SECONDS):
                if not self.alive():
                    raise self._loss(f"the body's process ended during {op}")
                if time.monotonic() > deadline:
                    raise BodyTimeout(f"the body did not answer {op} within {timeout:g} s")
        finally:
            del self._waiting[number]
        return _value(answer.message)

    def _send(self, request: str) -> None:
        with self._sending:
            try:
                self._watched(lambda: self._start_call(request, timeout=HANDOVER_SECONDS))
            except BodyLost:
                raise
            except Exception as problem:
                # Whatever the package raises here, its event loop can no longer be trusted: the process must go.
                self._end()
                raise BodyLost(f"the body accepts no requests: {problem}") from problem

    def _watched(self, call: Callable[[], Any]) -> Any:
        """What a call into the package gives. The package alone would wait in vain for a process that dies in it."""
        given: list[Any] = []
        problems: list[Exception] = []

        def attempt() -> None:
            try:
                given.append(call())
            except Exception as problem:
                problems.append(problem)

        caller = threading.Thread(target=attempt, daemon=True)
        caller.start()
        while caller.is_alive():
            caller.join(LOOK_SECONDS)
            if caller.is_alive() and (self._process is None or self._process.poll() is not None):
                raise self._loss("the body's process ended before it took a request")
        if problems:
            raise problems[0]
        return given[0]

    def _receive(self, _emitter: Any, text: str) -> None:
        """Take one event. It must never raise: an exception in here would end Node.js."""
        with contextlib.suppress(Exception):
            message = kept(text)
            answer = self._waiting.get(message.get("id"))
            if answer is not None:
                answer.message = message
                answer.arrived.set()
            elif "event" in message:
                self.mishaps.append(f"{message['event']}: {message['message']}")

    @property
    def _process(self) -> Any:
        connection = getattr(sys.modules.get("javascript"), "connection", None)  # absent while it is being imported
        return connection.proc if connection and self._run_dir else None

    def _boot(self) -> None:
        run_dir = self._run_dir
        assert run_dir is not None
        here = jail.HOME
        (run_dir / "body.log").unlink(missing_ok=True)
        script = jail.wrapper(
            run_dir / "body.sh",
            [f"{here}/javascript/bridge.js"],
            shared=run_dir,
            extra={"javascript": _package_folder() / "js"},
            log=run_dir / "body.log",
        )
        try:
            package = _begin(script)
            require = package.config.global_jsi.require
            module = self._watched(lambda: require("./body/main.js", None, f"{here}/bridge", timeout=60))
            # All kept on self: the package frees on both sides what Python no longer refers to.
            self._module, self._emitter, self._handler = module, module.em, self._receive
            self._start_call = module.start
            self._emitter.on("json", self._handler)
        except Exception as problem:
            raise BodyLost(f"the body's process did not start: {problem}{self._exit()}") from problem
        told = self.ping(timeout=30)
        if told["protocol"] != PROTOCOL:
            raise BodyLost(f"the body speaks protocol {told['protocol']}, not {PROTOCOL}")

    def _end(self) -> None:
        self._start_call = None
        _finish()

    def _loss(self, what: str) -> BodyLost:
        """The end of the process as an error; the line in its log is the runner's, programs cannot write there."""
        log = None if self._run_dir is None else self._run_dir / "body.log"
        exhausted = log is not None and log.is_file() and EXHAUSTED in log.read_text(errors="replace")[-500:]
        return (BodyExhausted if exhausted else BodyLost)(what + self._exit())

    def _exit(self) -> str:
        """How the process ended, with the end of its log, as a part of a sentence."""
        code = None if self._process is None else self._process.poll()
        log = None if self._run_dir is None else self._run_dir / "body.log"
        tail = log.read_text(errors="replace")[-500:].strip() if log is not None and log.is_file() else ""
        return (f" (exit code {code})" if code is not None else "") + (f": {tail}" if tail else "")


class _Answer:
    def __init__(self) -> None:
        self.arrived = threading.Event()
        self.message: dict[str, Any] = {}


def _value(message: Mapping[str, Any]) -> Any:
    if message["ok"]:
        return message["value"]
    error = message["error"]
    if error["code"] == "lost":
        raise BodyLost(error["message"])
    raise BodyRefused(error["code"], error["message"], error.get("remedy") or "")


def _package_folder() -> Path:
    """The folder of the `javascript` package, found without importing it: the import starts a process."""
    found = importlib.util.find_spec("javascript")
    if found is None or found.origin is None:
        raise BridgeError("the javascript package is not installed: pip install journeyman again")
    return Path(found.origin).parent


def _begin(script: Path) -> Any:
    """Start the package's Node.js process with `script` in the place of node; the first start is its import."""
    package = _imported()
    if package is None:
        os.environ["NODE_BIN"] = str(script)
        # With a replaced sys.stdout the package believes to be in a notebook and prints whatever Node.js prints.
        with contextlib.redirect_stdout(sys.__stdout__):
            package = importlib.import_module("javascript")
        atexit.register(_finish)
        _await_before_asking(package)
    else:
        package.connection.NODE_BIN = str(script)
        package.connection.com_items = []
        package.connection.sendQ.clear()
        package.init()
    # Its exit hook sleeps and may wait for ever for handlers; ours ends the process instead.
    atexit.unregister(package.config.event_loop.on_exit)
    return package


def _await_before_asking(package: Any) -> None:
    """Put the package's requests in order: it asks first and then notes that it waits, and drops what comes in between.

    A thread that the system holds up there waits in vain, and a body that is well counts as lost (version 1!1.2.6).
    """

    def queue_request(loop: Any, number: int, payload: Any, timeout: float | None = None) -> threading.Event:
        answered = threading.Event()
        loop.requests[number] = [answered, timeout]
        if isinstance(payload, str) and not payload.endswith(('"p":0}', '"p": 0}')):
            loop.lending = payload  # it has references to Python's objects; their numbers are awaited next
        else:
            loop.queue_payload(payload)
        return answered

    def await_response(loop: Any, number: int, timeout: float | None = None) -> threading.Event:
        answered = threading.Event()
        loop.requests[number] = [answered, timeout]
        payload, loop.lending = loop.lending, None
        loop.queue_payload(payload)
        return answered

    package.events.EventLoop.queue_request = queue_request
    package.events.EventLoop.await_response = await_response
    package.config.executor.queue = package.config.event_loop.queue_request


def _imported() -> Any:
    """The package, None where it is not imported; one whose process died during its import is half there: forgotten."""
    package = sys.modules.get("javascript")
    if package is None or (hasattr(package, "connection") and hasattr(package, "config")):
        return package
    process = getattr(sys.modules.get("javascript.connection"), "proc", None)
    if process is not None:
        process.kill()
    for name in [name for name in sys.modules if name == "javascript" or name.startswith("javascript.")]:
        del sys.modules[name]
    return None


def _finish() -> None:
    """End the package's process and wait for it."""
    package = _imported()
    if package is None or package.connection.proc is None:
        return
    process = package.connection.proc
    loop = package.config.event_loop
    package.terminate()
    try:
        process.wait(5)
    except Exception:
        process.kill()
        process.wait(5)
    package.connection.com_thread.join(5)
    for pipe in (process.stdin, process.stderr):
        with contextlib.suppress(OSError):
            pipe.close()
    package.connection.proc = None
    if loop is not None:
        loop.active = False
        loop.callbackExecutor.running = False
        loop.queue.put("exit")
    package.config.event_loop = None
