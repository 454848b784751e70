"""The one way out of the body's sandbox to a server of the person's own: a unix socket joined to one address.

The body has no network; it may connect to sockets in one folder. This relay, in the trusted process, listens on such a
socket and joins what connects to the one address it was made for: one connection at a time, bytes as they are. It reads
nothing, keeps nothing, and never connects anywhere else.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path

CONNECT_SECONDS = 10.0
PIECE = 65_536


class Relay:
    """Listens on `path` from `start` to `close`, and joins one connection at a time to (`host`, `port`)."""

    def __init__(self, path: Path, host: str, port: int) -> None:
        self._path = path
        self._address = (host, port)
        self._listener: socket.socket | None = None
        self._ends: tuple[socket.socket, ...] = ()
        self._changing = threading.Lock()
        self.carried = 0
        """Bytes that were taken up to be passed on, both ways."""

    def start(self) -> None:
        """Listen; returns at once."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(self._path))
        self._path.chmod(0o600)
        listener.listen(1)
        self._listener = listener
        threading.Thread(target=self._serve, args=(listener,), name="relay", daemon=True).start()

    def close(self) -> None:
        """End the connection and stop listening. Closing twice is harmless."""
        with self._changing:
            listener, self._listener = self._listener, None
            ends, self._ends = self._ends, ()
        for end in (*ends, *((listener,) if listener else ())):
            _end(end)
        self._path.unlink(missing_ok=True)

    def _serve(self, listener: socket.socket) -> None:
        # Closing the listener ends the waiting for the next connection.
        with contextlib.suppress(OSError):
            while True:
                inner, _ = listener.accept()
                self._join(inner)

    def _join(self, inner: socket.socket) -> None:
        """Connect one connection through and stay with it until either side has ended it."""
        try:
            outer = socket.create_connection(self._address, timeout=CONNECT_SECONDS)
        except OSError:
            _end(inner)
            return
        outer.settimeout(None)
        outer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._changing:
            wanted = self._listener is not None
            if wanted:
                self._ends = (inner, outer)
        if not wanted:
            _end(inner)
            _end(outer)
            return
        back = threading.Thread(target=self._carry, args=(outer, inner), name="relay back", daemon=True)
        back.start()
        self._carry(inner, outer)
        back.join()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        """Pass bytes on until the source has none left, then end both: half a Minecraft connection is none."""
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                # Counted first: whoever has seen a byte arrive also sees it counted.
                with self._changing:
                    self.carried += len(piece)
                target.sendall(piece)
        _end(source)
        _end(target)


def _end(end: socket.socket) -> None:
    """Shut down and close; a thread that waits on this socket is woken by the first."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
