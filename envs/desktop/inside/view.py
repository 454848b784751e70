"""Connections to the display for people who watch: each is opened in here and handed out as a descriptor.

So the display needs no port and no folder that both sides can write to. Whether watchers may also type and point is
decided when the display starts (`inside.services`), not here.
"""

from __future__ import annotations

import socket
import threading


def hand_out(channel: socket.socket, path: str) -> None:
    """For every byte that comes in, answer with a fresh connection to the display at `path`."""

    def serve() -> None:
        while channel.recv(1):
            with socket.socket(socket.AF_UNIX) as connection:
                try:
                    connection.connect(path)
                    socket.send_fds(channel, [b"+"], [connection.fileno()])
                except OSError:
                    channel.send(b"-")

    threading.Thread(target=serve, name="view", daemon=True).start()
