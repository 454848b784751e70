"""Runs a program inside the skill's box: binds its names, calls its main function, tells how that ended.

Standard library only. What it says is worth no more than what the program says, as both share one process: the outside
checks every call and takes no word for what happened. One JSON object a line over one inherited descriptor:
out {"call", "args", "kwargs", "module", "line"}, {"enter", "caller", "args"}, {"leave", "code"}, {"said"},
{"returned"}, {"threw"}; in {"value"} or {"error"}.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

MEMORY_STATUS = 77
"""Exit status for a program that ran out of memory so thoroughly that it cannot say so."""
MOST_SAID = 2_000


class DeskError(Exception):
    """What a primitive raises; programs may catch it and look at its `code`."""

    def __init__(self, code: str, message: str, value: Any = None, remedy: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.value = value
        self.remedy = remedy


class Runner:
    """One program and its channel."""

    def __init__(self, channel: int) -> None:
        self._channel = channel
        self._lock = threading.Lock()
        self._input = os.fdopen(os.dup(channel), "rb")
        self._sources: dict[str, str] = {}

    def run(self) -> None:
        """Read the program, run it, tell how it ended."""
        request = json.loads(self._input.readline())
        try:
            self._tell({"returned": self._run(request)})
        except MemoryError:
            os._exit(MEMORY_STATUS)
        except BaseException as error:  # whatever a program raises is an answer
            self._tell({"threw": self._described(error)})

    def _run(self, request: dict[str, Any]) -> Any:
        functions: dict[str, Any] = {}
        for module in request["modules"]:
            self._sources[module["id"]] = module["source"]
        for module in request["modules"]:
            names: dict[str, Any] = {"__builtins__": {**vars(__import__("builtins")), "print": self._print}}
            names |= {"DeskError": DeskError, "Any": Any, "__name__": "program"}
            names |= {name: self._primitive(name) for name in request["primitives"]}
            names |= {name: self._told(functions[other], other, module["id"]) for name, other in module["uses"].items()}
            exec(compile(module["source"], module["id"], "exec"), names)
            functions[module["id"]] = names[module["name"]]
        value = self._told(functions[request["main"]], request["main"], None)(**request["args"])
        json.dumps(value)
        return value

    def _primitive(self, name: str) -> Callable[..., Any]:
        def primitive(*args: Any, **kwargs: Any) -> Any:
            module, line = self._place()
            reply = self._ask({"call": name, "args": args, "kwargs": kwargs, "module": module, "line": line})
            if "error" in reply:
                raise DeskError(**reply["error"])
            return reply["value"]

        primitive.__name__ = name
        return primitive

    def _told(self, function: Callable[..., Any], module: str, caller: str | None) -> Callable[..., Any]:
        """A module's function that tells when a call of it begins and how it ends."""
        names = function.__code__.co_varnames

        def told(*args: Any, **kwargs: Any) -> Any:
            given = {name: _short(value) for name, value in (*zip(names, args), *kwargs.items())}  # noqa: B905
            number = self._ask({"enter": module, "caller": caller, "args": given})["value"]
            try:
                value = function(*args, **kwargs)
            except BaseException as error:
                self._ask({"leave": number, "code": error.code if isinstance(error, DeskError) else "error"})
                raise
            self._ask({"leave": number, "code": None})
            return value

        return told

    def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self._send(message)
            line = self._input.readline()
        if not line:
            os._exit(1)
        reply: dict[str, Any] = json.loads(line)
        return reply

    def _tell(self, message: dict[str, Any]) -> None:
        with self._lock:
            self._send(message)

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode() + b"\n"
        while data:
            data = data[os.write(self._channel, data) :]

    def _print(self, *values: Any, **_: Any) -> None:
        self._tell({"said": " ".join(str(value) for value in values)[:MOST_SAID]})

    def _place(self) -> tuple[str, int]:
        """The line of the program that is being executed."""
        frame = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename not in self._sources:
            frame = frame.f_back  # type: ignore[assignment]
        return (frame.f_code.co_filename, frame.f_lineno) if frame is not None else ("", 0)

    def _described(self, error: BaseException) -> dict[str, Any]:
        where = None
        for step in traceback.extract_tb(error.__traceback__):
            if step.filename in self._sources:
                where = self._where(step.filename, step.lineno or 1, (getattr(step, "colno", 0) or 0) + 1)
        if where is None and isinstance(error, SyntaxError) and error.filename in self._sources:
            where = self._where(error.filename, error.lineno or 1, error.offset or 1)
        words = str(error) or type(error).__name__
        if isinstance(error, DeskError):
            told = {"code": error.code, "message": words, "value": error.value, "remedy": error.remedy}
        else:
            told = {
                "code": "error",
                "message": f"{type(error).__name__}: {words}"[:MOST_SAID],
                "value": None,
                "remedy": "",
            }
        return {**told, "where": where}

    def _where(self, module: str, line: int, column: int) -> dict[str, Any]:
        lines = self._sources[module].splitlines()
        text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        return {"module": module, "line": line, "column": column, "text": text[:200]}


def _short(value: Any) -> Any:
    """An argument as far as a contract speaks of it."""
    if isinstance(value, list | tuple):
        return [None] * len(value)
    return value if isinstance(value, bool | int | float | str) else None


if __name__ == "__main__":
    Runner(int(os.environ.pop("SKILL_CHANNEL"))).run()
