"""Reads what models answer, tolerantly: JSON alone, fenced, inside prose or as a tool call; code fenced or bare.

Finds, never guesses: what is not there is said in words that a model can act on. No answer of any shape or length can
make it fail otherwise or take long.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from agent.errors import BrainError
from bridge.wire import whole

MOST_STARTS = 400
"""Opening braces at which JSON is looked for."""
_THINKING = re.compile(r"<(think|thinking|reasoning|scratchpad)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_LOOSE_END = re.compile(r"\A.*?</(?:think|thinking|reasoning)>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```[ \t]*([\w+-]*)[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL)
_FUNCTIONS = {
    "javascript": ("function", re.compile(r"/\*\*|//|async function")),
    "python": ("def ", re.compile(r"#|def |import |from ")),
}
"""For each language the word that a function holds, and how code without a fence may begin."""
_WRAPPERS = ("arguments", "parameters", "input")
"""Where the wire formats of tool calls keep what was meant."""


def plain(text: str) -> str:
    """The answer without what the model thought aloud."""
    kept = _THINKING.sub("", text)
    return _LOOSE_END.sub("", kept) if "<think" not in text.lower() else kept


def objects(text: str) -> Iterator[dict[str, Any]]:
    """Every JSON object in an answer that stands in no other one, in order; of a tool call its arguments."""
    decoder = json.JSONDecoder(strict=False)
    text = plain(text)
    place = text.find("{")
    for _ in range(MOST_STARTS):
        if place < 0:
            return
        try:
            value, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            end = place + 1
        else:
            if isinstance(value, dict):
                yield json.loads(whole(json.dumps(_unwrapped(value), ensure_ascii=False)))
        place = text.find("{", end)


def with_keys(text: str, *keys: str) -> dict[str, Any]:
    """The last object in an answer that has all of these keys. Raises BrainError with what is missing."""
    found = [each for each in objects(text) if all(key in each for key in keys)]
    if found:
        return found[-1]
    wanted = ", ".join(f'"{key}"' for key in keys)
    if not text.strip():
        raise BrainError(f"the answer was empty; answer with a JSON object that has {wanted}")
    raise BrainError(f"the answer held no JSON object with {wanted}")


def code(text: str, language: str = "javascript") -> str | None:
    """The last fenced code that holds a function; else code that begins the answer without a fence."""
    text, (word, opening) = plain(text), _FUNCTIONS[language]
    fenced = [body for fence, body in _FENCE.findall(text) if fence.lower() != "json" and word in body]
    if fenced:
        return str(fenced[-1]).strip() + "\n"
    bare = text.strip()
    return bare + "\n" if opening.match(bare) and word in bare else None


def text_of(value: Any, most: int) -> str:
    """A text from an answer as one line of limited length; '' for what is no text."""
    return " ".join(value.split())[:most] if isinstance(value, str) else ""


def _unwrapped(value: dict[str, Any]) -> dict[str, Any]:
    """What a tool call carries, if the object is one."""
    inside: Any = value.get("function") if isinstance(value.get("function"), Mapping) else value
    for key in _WRAPPERS:
        given = inside.get(key)
        if isinstance(given, str):
            try:
                given = json.loads(given, strict=False)
            except ValueError:
                continue
        if isinstance(given, dict) and "source" not in inside and "args" not in inside and "check" not in inside:
            return given
    return value
