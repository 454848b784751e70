"""One JSON object a line in each direction. What goes wrong is an answer too: {"error": code, "message": text}."""

from __future__ import annotations

import json
import socket
import traceback
from collections.abc import Callable
from typing import Any


class Refused(Exception):
    """The desk cannot do this; `code` is from the closed list of `envs.desktop.errors`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def serve(channel: socket.socket, answer: Callable[[str, dict[str, Any]], Any]) -> None:
    """Answer requests {"op": name, ...} until the other side closes."""
    stream = channel.makefile("rwb")
    for line in stream:
        request = json.loads(line)
        try:
            reply: dict[str, Any] = {"value": answer(request.pop("op"), request)}
        except Refused as refusal:
            reply = {"error": refusal.code, "message": str(refusal)}
        except Exception as error:  # the edge: whatever a program did to its own windows must not end the desk
            reply = {"error": "desk_fault", "message": f"{error!r} at {traceback.format_exc()[-800:]}"}
        stream.write(json.dumps(reply).encode() + b"\n")
        stream.flush()
