"""Plain text. Decoding is all: safe to use outside of a box too."""

from __future__ import annotations

from typing import Any

from . import MOST_LETTERS


def facts(data: bytes) -> dict[str, Any]:
    """The text, its line ends as they are."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return {"kind": "unreadable", "why": f"no UTF-8 text at byte {error.start}"}
    told: dict[str, Any] = {"kind": "text", "text": text[:MOST_LETTERS], "lines": len(text.splitlines())}
    if len(text) > MOST_LETTERS:
        told["cut"] = True
    return told
