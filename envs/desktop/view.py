"""Lets people watch a desktop in a browser: the display's own connections behind a Unix socket, and noVNC before that.

The socket lies in a folder of ours and belongs to us alone; the web server listens on loopback only. Watching changes
nothing; taking over is possible only on a desktop that was started for it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from envs.errors import EnvUnavailable

NOVNC = Path("/usr/share/novnc")
SOCKET = "view.sock"
"""Where the socket of a desktop that may be watched lies, in the folder of its journey's world."""
PACKAGES = ("tigervnc-standalone-server", "novnc", "websockify")


def missing() -> list[str]:
    """Debian packages without which nobody can watch."""
    there = (shutil.which("Xvnc"), NOVNC.is_dir(), shutil.which("websockify"))
    return [package for package, found in zip(PACKAGES, there, strict=True) if not found]


class ViewSocket:
    """A Unix socket at `path`; each connection to it is joined with a fresh one from `connect`."""

    def __init__(self, path: Path, connect: Callable[[], socket.socket | None]) -> None:
        path.unlink(missing_ok=True)
        self._path = path
        self._connect = connect
        self._listener = socket.socket(socket.AF_UNIX)
        old = os.umask(0o077)
        try:
            self._listener.bind(str(path))
        finally:
            os.umask(old)
        self._listener.listen()
        threading.Thread(target=self._serve, name="view", daemon=True).start()

    def close(self) -> None:
        """Take no more watchers."""
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while True:
            try:
                watcher, _ = self._listener.accept()
            except OSError:
                return
            display = self._connect()
            if display is None:
                watcher.close()
                continue
            for source, target in ((watcher, display), (display, watcher)):
                threading.Thread(target=_pass_on, args=(source, target), daemon=True).start()


def web(path: Path, port: int) -> subprocess.Popen[bytes]:
    """Serve noVNC on loopback for the socket at `path`. Raises EnvUnavailable if it is not installed."""
    if packages := missing():
        raise EnvUnavailable(f"watching needs {', '.join(packages)}: run sudo apt-get install {' '.join(packages)}")
    command = ["websockify", "--web", str(NOVNC), "--unix-target", str(path), f"127.0.0.1:{port}"]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def address(port: int, control: bool) -> str:
    """Where the browser finds it."""
    watch = "" if control else "&view_only=true"
    return f"http://127.0.0.1:{port}/vnc.html?autoconnect=true&reconnect=true&resize=scale{watch}"


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """Bytes from one to the other until one of them ends; then both do."""
    try:
        while data := source.recv(1 << 16):
            target.sendall(data)
    except OSError:
        pass
    for each in (source, target):
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue
