"""The second box: a program's own process, with no display, no home, no network and no socket but the one it inherits.

Starts it, hands it the program, gives its requests to whoever answers them, and ends it when a limit is crossed. What
comes out of it is hostile: bounded, checked for shape, and believed in nothing.
"""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.wire import kept
from envs import sandbox
from envs.base import Limits, Outcome, Program, RunError, Where
from envs.desktop import stage
from envs.desktop.skill_runner import MEMORY_STATUS
from envs.desktop.spans import Spans

RUNTIME_MB = 24
"""Heap of the interpreter itself."""
PROCESSES = 8
MOST_LINE = 1 << 20
MOST_SAID = 200
"""Printed lines that are kept."""
LOOK_EVERY = 0.1
"""Seconds between looks at what a silent program uses."""

Answer = Callable[[str, list[Any], dict[str, Any], str, int], dict[str, Any]]
"""(primitive, args, kwargs, module, line) to {"value": …} or {"error": {code, message, value, remedy}}."""


@dataclass
class Ending:
    """How a program ended."""

    outcome: Outcome
    value: Any = None
    error: RunError | None = None
    said: list[str] = field(default_factory=list)


def run(program: Program, limits: Limits, primitives: list[str], answer: Answer, spans: Spans) -> Ending:
    """Run a program in a box of its own. Raises EnvUnavailable if no box can be made, and what `answer` raises.

    Calls of modules are told to `spans` as they begin and end.
    """
    ours, theirs = socket.socketpair()
    os.set_inheritable(theirs.fileno(), True)
    try:
        box = sandbox.start(specification(theirs.fileno(), limits), inherit=[theirs.fileno()])
    finally:
        theirs.close()
    try:
        return _Conversation(box, ours, program, limits, spans).hold(primitives, answer)
    finally:
        box.close()
        ours.close()


def specification(channel: int, limits: Limits, arguments: tuple[str, ...] | None = None) -> sandbox.Spec:
    """The skill's box; `arguments` of Python instead of the runner's, for tests of what it stops."""
    python = stage.interpreter()
    code = stage.staged()
    return sandbox.Spec(
        name="skill",
        command=(python.command, "-I", "-S", *(arguments or (f"{stage.CODE}/skill_runner.py",))),
        caps=sandbox.Caps(
            memory_mb=limits.memory_mb + RUNTIME_MB + 64,
            data_mb=limits.memory_mb + RUNTIME_MB,
            processes=PROCESSES,
            file_mb=1,
            open_files=64,
            cpu_seconds=int(limits.seconds) + 60,
        ),
        shown={
            **{str(path): path for path in python.shown},
            f"{stage.CODE}/skill_runner.py": code / "skill_runner.py",
        },
        memory_folders={"/tmp": 8 << 20},
        environment={"SKILL_CHANNEL": str(channel), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        user_offset=1,
    )


class _Conversation:
    """The talk with one program from its first request to its end."""

    def __init__(
        self, box: sandbox.Box, channel: socket.socket, program: Program, limits: Limits, spans: Spans
    ) -> None:
        self._box = box
        self._channel = channel
        self._program = program
        self._limits = limits
        self._spans = spans
        self._unread = b""
        self._said: list[str] = []
        self._end = time.monotonic() + min(limits.seconds, limits.ticks / 20)

    @property
    def left(self) -> float:
        """Seconds until the program's time is up."""
        return self._end - time.monotonic()

    def hold(self, primitives: list[str], answer: Answer) -> Ending:
        """Answer requests until the program ends or crosses a limit."""
        if not self._send({**self._program.to_json(), "primitives": primitives}):
            return self._gone()
        while True:
            message = self._next()
            if isinstance(message, Ending):
                message.said = self._said
                return message
            if "said" in message:
                if len(self._said) < MOST_SAID:
                    self._said.append(str(message["said"])[:2000])
            elif "returned" in message:
                return Ending("returned", message["returned"], said=self._said)
            elif "threw" in message:
                error = _error(message["threw"])
                outcome: Outcome = "refused" if error.code == "syntax" else "threw"
                return Ending(outcome, error=error, said=self._said)
            else:
                reply = self._span(message) if "enter" in message or "leave" in message else _asked(message, answer)
                if self.left <= 0:
                    return self._late()
                if not self._send(reply):
                    return self._gone()

    def _span(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """A call of a module that begins or ends."""
        if "enter" in message:
            args, caller = message.get("args"), message.get("caller")
            given = args if isinstance(args, dict) else {}
            return {"value": self._spans.enter(str(message["enter"]), None if caller is None else str(caller), given)}
        number, code = message["leave"], message.get("code")
        if isinstance(number, int):
            self._spans.leave(number, None if code is None else str(code)[:60])
        return {"value": None}

    def _next(self) -> Mapping[str, Any] | Ending:
        """The program's next message, or its end."""
        asked, used = time.monotonic(), self._box.cpu_seconds()
        while b"\n" not in self._unread:
            if self.left <= 0:
                return self._late()
            if len(self._unread) > MOST_LINE:
                return Ending(
                    "threw",
                    error=RunError(
                        "too_much", f"one message has more than {MOST_LINE} bytes", None, "return and pass less"
                    ),
                )
            ready, _, _ = select.select([self._channel], [], [], min(LOOK_EVERY, max(0.0, self.left)))
            if ready:
                data = self._channel.recv(1 << 16)
                if not data:
                    return self._gone()
                self._unread += data
            elif time.monotonic() - asked > self._limits.cpu_seconds:
                spent = self._box.cpu_seconds() - used
                if spent >= self._limits.cpu_seconds * 0.9:
                    told = f"the program computed for {spent:.1f} s without asking for anything"
                    return Ending(
                        "endless_loop", error=RunError("endless_loop", told, None, "let the loop come to an end")
                    )
        line, _, self._unread = self._unread.partition(b"\n")
        try:
            message = kept(line)
        except ValueError:
            message = None
        return (
            message
            if isinstance(message, dict)
            else Ending("died", error=RunError("garbage", "the program spoke nonsense"))
        )

    def _send(self, message: Mapping[str, Any]) -> bool:
        data = json.dumps(message).encode() + b"\n"
        self._channel.settimeout(max(1.0, self.left))
        try:
            self._channel.sendall(data)
        except OSError:
            return False
        return True

    def _late(self) -> Ending:
        told = f"the program was not done after {min(self._limits.seconds, self._limits.ticks / 20):g} s"
        return Ending("timeout", error=RunError("timeout", told, None, "do less in one run"), said=self._said)

    def _gone(self) -> Ending:
        """The process is gone without a word: out of memory, or crashed."""
        try:
            status = self._box.wait(5)
        except subprocess.TimeoutExpired:  # it closed its channel and lives on: that is no way to end
            status = -9
        if status == MEMORY_STATUS or self._box.memory_kills:
            told = f"the program used more than {self._limits.memory_mb} MB"
            return Ending(
                "out_of_memory", error=RunError("out_of_memory", told, None, "keep less at a time"), said=self._said
            )
        told = f"the process of the program ended by itself (status {status})"
        return Ending("died", error=RunError("crashed", told, status, "use primitives only"), said=self._said)


def _asked(message: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    """The answer to a call of a primitive."""
    args, kwargs, line = message.get("args"), message.get("kwargs"), message.get("line")
    return answer(
        str(message.get("call")),
        args if isinstance(args, list) else [],
        kwargs if isinstance(kwargs, dict) else {},
        str(message.get("module"))[:200],
        line if isinstance(line, int) else 0,
    )


def _error(told: Any) -> RunError:
    told = told if isinstance(told, dict) else {}
    where = told.get("where")
    place = None
    if isinstance(where, dict) and all(isinstance(where.get(key), int) for key in ("line", "column")):
        place = Where(str(where.get("module"))[:200], where["line"], where["column"], str(where.get("text"))[:200])
    return RunError(
        code=str(told.get("code", "error"))[:60],
        message=str(told.get("message", ""))[:2000],
        value=told.get("value") if len(json.dumps(told.get("value"))) < 2000 else None,
        remedy=str(told.get("remedy") or "")[:1000],
        where=place,
    )
