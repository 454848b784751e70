"""Watching a desktop: a watcher sees the display; only on a desktop that was started for it may a watcher type."""

from __future__ import annotations

import shutil
import socket
import struct
from pathlib import Path

import pytest

from envs.desktop import DesktopEnv, DesktopSettings
from envs.desktop import view as views
from envs.desktop.desk import DeskSettings
from envs.desktop.env import available
from envs.desktop.programs import catalogue

pytestmark = pytest.mark.skipif(
    available() is not None or shutil.which("Xvnc") is None or not catalogue()["editor"].installed,
    reason=available() or "make test installs the editor and tigervnc-standalone-server",
)
LETTER = ord("k")


def read(watcher: socket.socket, count: int) -> bytes:
    """Exactly so many bytes."""
    data = b""
    while len(data) < count:
        more = watcher.recv(count - len(data))
        assert more, "the display ended the connection"
        data += more
    return data


def joined(watcher: socket.socket) -> tuple[int, int]:
    """Shake hands as every VNC client does (RFC 6143, no password); the size of the display."""
    watcher.settimeout(20)
    assert read(watcher, 12).startswith(b"RFB 003.00")
    watcher.sendall(b"RFB 003.008\n")
    kinds = read(watcher, read(watcher, 1)[0])
    assert 1 in kinds, "no password is asked for: the socket is ours alone"
    watcher.sendall(b"\x01")
    assert read(watcher, 4) == b"\0\0\0\0"
    watcher.sendall(b"\x01")  # shared with other watchers
    width, height = struct.unpack(">HH", read(watcher, 4))
    read(watcher, 16)
    read(watcher, struct.unpack(">I", read(watcher, 4))[0])
    return width, height


@pytest.mark.parametrize(("server", "written"), [("Xvnc", ""), ("Xvnc control", "k")])
def test_a_watcher_sees_and_types_only_where_that_was_asked_for(tmp_path: Path, server: str, written: str) -> None:
    env = DesktopEnv(DesktopSettings(tmp_path, programs=("editor",), desk=DeskSettings(server=server)))
    env.start()
    try:
        shown = views.ViewSocket(tmp_path / views.SOCKET, env.view)
        with env.by_hand(("editor",)), socket.socket(socket.AF_UNIX) as watcher:
            watcher.connect(str(tmp_path / views.SOCKET))
            assert joined(watcher) == (1280, 800)
            # A picture of the upper left corner is asked for and given: 10 by 10 points of 4 bytes.
            watcher.sendall(struct.pack(">BBHi", 2, 0, 1, 0))  # plain, unpacked pictures
            watcher.sendall(struct.pack(">BBHHHH", 3, 0, 0, 0, 10, 10))
            kind, _, rectangles = struct.unpack(">BBH", read(watcher, 4))
            assert (kind, rectangles >= 1) == (0, True)
            for down in (1, 0):
                watcher.sendall(struct.pack(">BBHI", 4, down, 0, LETTER))
        shown.close()
        field = next(each for each in env.observe()["elements"] if each["role"] == "text")
        assert field.get("text", "") == written
    finally:
        env.close()
