"""The one way from a program to the desk: a list of calls, each checked, timed and written down before it is answered.

A program can ask for the primitives by name with plain JSON and for nothing else. What it did, and what the desktop
showed of it, is an event that the program cannot write, change or leave out.
"""

from __future__ import annotations

import inspect
import json
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from envs.base import Event
from envs.desktop.errors import DeskRefused
from envs.desktop.primitives import Primitives

MOST_CALLS = 2_000
"""Calls of one run; a program that needs more goes in a circle."""
MOST_ANSWER = 512 << 10
MOST_TOLD = 300
"""Letters of an argument that an event keeps."""


def documentation() -> dict[str, str]:
    """Every primitive by name: its signature and its first lines, as writers read them."""
    told = {}
    for name, method in _methods().items():
        told[name] = f"{name}{_signature(method)}\n{inspect.getdoc(method)}"
    return told


def _signature(method: Callable[..., Any]) -> str:
    """Parameters with their types and defaults as they are written, without `self`."""
    told, found = inspect.signature(method), []
    for each in list(told.parameters.values())[1:]:
        default = "" if each.default is inspect.Parameter.empty else f" = {each.default!r}"
        found.append(f"{each.name}: {each.annotation}{default}")
    return f"({', '.join(found)}) -> {told.return_annotation}"


class Broker:
    """Answers one program's calls on one desk and keeps the account of them."""

    def __init__(self, primitives: Primitives, tick: Callable[[], int]) -> None:
        self._primitives = primitives
        self._tick = tick
        self.calls: list[dict[str, Any]] = []
        self.events: list[Event] = []

    def answer(self, name: str, args: list[Any], kwargs: dict[str, Any], module: str, line: int) -> dict[str, Any]:
        """Do a call: {"value": …}, or {"error": …} if it cannot be done. Raises DeskLost."""
        begun, tick = time.monotonic(), self._tick()
        bound: dict[str, Any] = dict(zip(map(str, range(len(args))), args, strict=True)) | kwargs
        value: Any = None
        error: DeskRefused | None = None
        try:
            if len(self.calls) >= MOST_CALLS:
                raise DeskRefused("too_much", f"the program made {MOST_CALLS} calls", MOST_CALLS, "do less in one run")
            bound = check(name, args, kwargs)
            value = getattr(self._primitives, name)(**bound)
            if len(json.dumps(value)) > MOST_ANSWER:
                raise DeskRefused("too_much", f"the answer of {name} is too long", None, "ask for less of it")
        except DeskRefused as refusal:
            error = refusal
        seconds = round(time.monotonic() - begun, 3)
        told = {key: _short(each) for key, each in bound.items()}
        ticks = self._tick() - tick
        code = error.code if error else None
        if len(self.calls) < MOST_CALLS:
            self.calls.append(
                {
                    "name": name[:60],
                    "args": told,
                    "ok": error is None,
                    "error_code": code,
                    "ticks": ticks,
                    "module": module,
                    "line": line,
                }
            )
            self.events.append(self._event(name, told, value, error, seconds))
        if error is not None:
            return {"error": {"code": error.code, "message": str(error), "value": error.value, "remedy": error.remedy}}
        return {"value": value}

    def _event(
        self, name: str, told: Mapping[str, Any], value: Any, error: DeskRefused | None, seconds: float
    ) -> Event:
        event: Event = {
            "kind": "acted" if acts(name) else "looked",
            "tick": self._tick(),
            "call": name[:60],
            "args": dict(told),
            "ok": error is None,
            "seconds": seconds,
        }
        if error is not None:
            event["error"] = error.code
        elif acts(name) and isinstance(value, dict):
            event |= {"effect": value.get("effect"), "changes": value.get("changes", [])}
        return event


def check(name: str, args: list[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call by name, of the right types. Raises DeskRefused."""
    method = _methods().get(name)
    if method is None:
        raise DeskRefused(
            "not_allowed", f"programs cannot call {name[:60]!r}", name[:60], f"there are: {', '.join(_methods())}"
        )
    try:
        bound = inspect.signature(method).bind(None, *args, **kwargs)
    except TypeError as error:
        raise DeskRefused("bad_argument", f"{name}: {error}", None, documentation()[name].split("\n")[0]) from None
    given = {key: value for key, value in bound.arguments.items() if key != "self"}
    for key, value in given.items():
        try:
            _types(name)[key].validate_python(value)
        except ValidationError as error:
            problem = error.errors()[0]["msg"]
            told = f"{name}: {key} is {_short(value)!r}: {problem}"
            raise DeskRefused("bad_argument", told, _short(value), documentation()[name].split("\n")[0]) from None
    return given


@cache
def acts(name: str) -> bool:
    """Whether a primitive changes something, rather than only look or wait."""
    method = _methods().get(name)
    return method is not None and inspect.signature(method).return_annotation == "Effect"


@cache
def _methods() -> Mapping[str, Callable[..., Any]]:
    """The public methods of Primitives, in the order in which they are written."""
    return {
        name: method
        for name, method in vars(Primitives).items()
        if inspect.isfunction(method) and not name.startswith("_")
    }


@cache
def _types(name: str) -> Mapping[str, TypeAdapter[Any]]:
    hints = get_type_hints(_methods()[name])
    strict = ConfigDict(strict=True)
    return {key: TypeAdapter(hint, config=strict) for key, hint in hints.items() if key != "return"}


def _short(value: Any) -> Any:
    """A value that an event can keep."""
    if isinstance(value, str):
        return value if len(value) <= MOST_TOLD else value[:MOST_TOLD] + "…"
    if value is None or isinstance(value, bool | int | float):
        return value
    text = json.dumps(value)
    return value if len(text) <= MOST_TOLD else text[:MOST_TOLD] + "…"
