"""Error signatures: the shape of a failure without the numbers and places that differ each time.

Pure. Two failures with one signature are taken for the same mistake, in whichever world they happen.
"""

from __future__ import annotations

import re

_VARYING = re.compile(r"""-?\d+(?:\.\d+)?|0x[0-9a-f]+|"[^"]*"|'[^']*'|`[^`]*`|\([^)]*\)""", re.IGNORECASE)
_LONGEST = 120


def signature(code: str, message: str = "") -> str:
    """The signature of an error: its code and its message, with what varies left out."""
    shape = re.sub(r"[^a-z_# ]+", " ", _VARYING.sub("#", message.lower()))
    return f"{code}|{' '.join(shape.split())[:_LONGEST]}"
