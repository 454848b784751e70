"""The outside of the desktop's box: starts it, asks it one thing at a time, hands out its home, and ends it.

Everything that comes back is only what a box said: it is shown, compared and logged, and never believed where the
home's real files can be read instead.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.wire import kept
from envs import sandbox
from envs.desktop import stage
from envs.desktop.errors import DeskLost, DeskRefused
from envs.desktop.programs import ProgramEntry
from envs.errors import EnvUnavailable
from envs.seccomp import DESKTOP_SOCKETS

HOME = "/home" + "/agent"
START_SECONDS = 30.0
ANSWER_SECONDS = 30.0
MOST_ANSWER = 32 << 20
MEMORY_MB = 1536
PROCESSES = 400
_ETC = (
    "alternatives at-spi2 chromium chromium.d dbus-1 default/locale fonts gimp gtk-2.0 gtk-3.0 gtk-4.0 ld.so.conf "
    "ld.so.conf.d libreoffice localtime locale.alias mailcap mime.types mousepad nsswitch.conf pango ssl/openssl.cnf "
    "thunar X11 xdg xfce4"
).split()
_FILES = {
    "/etc/passwd": f"root:x:0:0:root:/:/bin/sh\nagent:x:1000:1000:agent:{HOME}:/bin/sh\n",
    "/etc/group": "root:x:0:\nagent:x:1000:\n",
    "/etc/hosts": "127.0.0.1 localhost\n",
    "/etc/hostname": "box\n",
    "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
}
_ENVIRONMENT = {
    "HOME": HOME,
    "USER": "agent",
    "LOGNAME": "agent",
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "XDG_RUNTIME_DIR": "/run/user",
    "PYTHONPATH": stage.CODE,
    "PYTHONDONTWRITEBYTECODE": "1",
    "NO_AT_BRIDGE": "0",
    "GTK_MODULES": "gail:atk-bridge",
    "GTK_CSD": "0",
    "QT_ACCESSIBILITY": "1",
    "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
    "GDK_BACKEND": "x11",
    "GSETTINGS_BACKEND": "memory",
    "GIO_USE_VFS": "local",
}


@dataclass(frozen=True)
class DeskSettings:
    """How large a desktop is, and its display: Xvfb, or Xvnc for people who watch (`Xvnc control`: and take over)."""

    size: str = "1280x800"
    home_mb: int = 256
    server: str = "Xvfb"


class Desk:
    """One desktop in its box."""

    def __init__(self, settings: DeskSettings, programs: Mapping[str, ProgramEntry]) -> None:
        """Start it and come back at once; `furnish` waits. Raises EnvUnavailable if no box can be made here."""
        ours, theirs = socket.socketpair()
        self._view, view = socket.socketpair()
        self._archive = os.memfd_create("home")
        """The home to be, shared with the box: written here, unpacked there."""
        inherit = [theirs.fileno(), view.fileno(), self._archive]
        environment = {
            **_ENVIRONMENT,
            "DESK_CHANNEL": str(theirs.fileno()),
            "DESK_VIEW": str(view.fileno()),
            "DESK_HOME_ARCHIVE": str(self._archive),
            "DESK_SERVER": settings.server,
            "DESK_SIZE": settings.size,
        }
        python = stage.interpreter()
        caps = sandbox.Caps(
            memory_mb=MEMORY_MB + settings.home_mb + max((each.memory_mb for each in programs.values()), default=0),
            processes=PROCESSES + max((each.processes for each in programs.values()), default=0),
            open_files=4096,
        )
        spec = sandbox.Spec(
            name="desktop",
            command=(python.command, "-m", "inside"),
            caps=caps,
            shown={
                "/usr": Path("/usr"),
                **{str(path): path for path in python.shown},
                **{f"/etc/{name}": Path("/etc") / name for name in _ETC},
                "/var/cache/fontconfig": Path("/var/cache/fontconfig"),
                "/var/lib/libreoffice": Path("/var/lib/libreoffice"),
                stage.CODE: stage.staged(),
            },
            memory_folders={
                "/tmp": 256 << 20,
                "/run": 1 << 20,
                "/run/user": 16 << 20,
                "/var": 1 << 20,
                "/var/tmp": 16 << 20,
                HOME: settings.home_mb << 20,
            },
            files={path: content.encode() for path, content in _FILES.items()},
            environment=environment,
            folder=HOME,
            sockets=DESKTOP_SOCKETS,
        )
        for descriptor in inherit:
            os.set_inheritable(descriptor, True)
        self._channel = ours
        self.home = -1
        """The home's own descriptor: with it the real files are read, wherever links inside may lead."""
        try:
            self.box = sandbox.start(spec, inherit=inherit)
        except BaseException:
            for each in (ours, self._view):
                each.close()
            os.close(self._archive)
            raise
        finally:
            theirs.close()
            view.close()
        self._stream = self._channel.makefile("rb")

    def furnish(self, content: bytes | None = None) -> None:
        """Wait until it stands, and unpack `content` (a tar archive) as its home. Raises EnvUnavailable."""
        self._channel.settimeout(START_SECONDS)
        self.home = self._receive_home()
        if content is not None:
            with os.fdopen(os.dup(self._archive), "wb") as file:
                file.write(content)
            try:
                self.ask("furnish", within=START_SECONDS)
            except DeskRefused as refusal:
                raise EnvUnavailable(f"the home cannot be unpacked: {refusal}") from refusal
            os.ftruncate(self._archive, 0)

    def ask(self, operation: str, *, within: float = ANSWER_SECONDS, **arguments: Any) -> Any:
        """Let the desk do an operation. Raises DeskRefused if it cannot, DeskLost if it is gone."""
        self._channel.settimeout(within)
        try:
            self._channel.sendall(json.dumps({"op": operation, **arguments}).encode() + b"\n")
            line = self._stream.readline(MOST_ANSWER)
            reply = kept(line) if line.endswith(b"\n") else None
        except (OSError, ValueError) as error:
            raise DeskLost(f"the desktop does not answer to {operation}: {error}") from error
        if not isinstance(reply, dict):
            raise DeskLost(f"the desktop ended at {operation}: {self._last_words()}")
        if "error" in reply:
            told = [str(reply.get(key) or "") for key in ("error", "message", "remedy")]
            raise DeskRefused(told[0], told[1], remedy=told[2])
        return reply.get("value")

    def view(self) -> socket.socket | None:
        """A fresh connection to the display for someone who watches; None if this display has none (Xvfb)."""
        self._view.settimeout(ANSWER_SECONDS)
        try:
            self._view.send(b"?")
            _, descriptors, _, _ = socket.recv_fds(self._view, 1, 1)
        except OSError:
            return None
        return socket.socket(fileno=descriptors[0]) if descriptors else None

    def close(self) -> None:
        """End the box and everything in it. Safe to call twice."""
        self.box.close()
        if self._channel.fileno() >= 0:
            self._stream.close()
            self._channel.close()
            self._view.close()
            os.close(self._archive)
            if self.home >= 0:
                os.close(self.home)

    def _receive_home(self) -> int:
        late = ""
        try:
            _, descriptors, _, _ = socket.recv_fds(self._channel, 1, 1)
        except TimeoutError:
            descriptors, late = [], f" within {START_SECONDS:g} s: let the machine do less, and try again"
        except OSError:
            descriptors = []
        if not descriptors:
            words = self._last_words()
            self.close()
            told = f"the desktop does not start{late or f': {words}'}"
            raise EnvUnavailable(sandbox.remedy(words) if "bwrap" in words else told)
        return descriptors[0]

    def _last_words(self) -> str:
        said = self.box.said().splitlines()
        return said[-1] if said else "it said nothing"
