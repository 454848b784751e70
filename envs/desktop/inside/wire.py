"""One JSON object a line in each direction. What goes wrong is an answer too: {"error": code, "message": text, …}."""

from __future__ import annotations

import json
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any

MOST_TOLD = 200
"""Letters of an unforeseen error that are told."""


class Refused(Exception):
    """The desk cannot do this; `code` is from the closed list of `envs.desktop.errors`, `remedy` says what to do."""

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.code, self.remedy = code, remedy


def serve(channel: socket.socket, answer: Callable[[str, dict[str, Any]], Any]) -> None:
    """Answer requests {"op": name, ...} until the other side closes."""
    stream = channel.makefile("rwb")
    for line in stream:
        request = json.loads(line)
        try:
            reply = json.dumps({"value": answer(request.pop("op"), request)})
        except Refused as refusal:
            reply = json.dumps({"error": refusal.code, "message": str(refusal), "remedy": refusal.remedy})
        except Exception as error:  # the edge: whatever a program did to its own windows must not end the desk
            traceback.print_exc(file=sys.stderr)
            told = f"the desktop failed at it ({type(error).__name__}: {str(error)[:MOST_TOLD]})"
            reply = json.dumps({"error": "desk_fault", "message": told, "remedy": "try it again, or do it another way"})
        stream.write(reply.encode() + b"\n")
        stream.flush()
