"""Reads what comes off a wire as data that can be kept: what no file and no table could hold does not get past it.

Programs can say half of a character, and numbers that are none; a run that did must cost no more than itself.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def whole(text: str) -> str:
    """A text with halves of characters joined, and marked where the other one is missing: no file could hold them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def kept(line: str | bytes) -> Any:
    """The JSON of one line. Raises ValueError for anything else.

    Halves of characters are joined or marked, and numbers that are none (NaN, Infinity) are null, as JavaScript has it.
    """
    text = line.decode() if isinstance(line, bytes) else line
    try:
        value = json.loads(text, parse_constant=lambda _: None, parse_float=_finite)
        return json.loads(whole(json.dumps(value, ensure_ascii=False))) if _HALF.search(text) else value
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None
