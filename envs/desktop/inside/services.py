"""Starts what a desktop is made of: X server, D-Bus, accessibility bus, window manager; gives out the connections."""

from __future__ import annotations

import ctypes
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from Xlib import display as xlib

from .accessibility import Accessibility

BUS = "/run/user/bus"
START_SECONDS = 20.0
VNC_SOCKET = "/run/user/vnc"
WINDOW_SETTINGS = "/run/user/windows.xml"
OUTWARD = ("Execute", "Reconfigure", "Restart", "Exit", "SessionLogout")
_PR_SET_DUMPABLE = 4


@dataclass
class Services:
    """The running desktop. `own` are the processes that belong to it and not to programs."""

    display: xlib.Display
    accessibility: Accessibility
    own: frozenset[int]


def guard() -> None:
    """No program may look into this process, though it is the same user: not its memory, not its descriptors."""
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def start_services(server: str, size: str) -> Services:
    """Everything, in order, each waited for. The home is still empty: nothing in one can change what a desktop is."""
    for folder in ("/tmp/.X11-unix", "/tmp/.ICE-unix"):
        Path(folder).mkdir(mode=0o1777, exist_ok=True)
        Path(folder).chmod(0o1777)
    ready, told = os.pipe()
    processes = [_spawn("display", _server_command(server, size, told), keep=told)]
    os.close(told)
    settings = _window_settings()
    environment = os.environ
    environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={BUS}"
    bus = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--nosyslog", f"--address=unix:path={BUS}"]
    processes.append(_spawn("bus", bus))
    with os.fdopen(ready) as lines:  # the whole line: it comes in two parts, and the server wants to write both
        number = lines.readline().strip()
    if not number:
        raise SystemExit(f"the display did not start: {Path('/tmp/display.log').read_text()[-800:]}")
    environment["DISPLAY"] = f":{number}"
    _wait_for(lambda: Path(BUS).exists(), "the message bus")
    processes.append(_spawn("windows", ["openbox", "--sm-disable", *settings]))
    launcher = next(
        (
            path
            for path in ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
            if Path(path).exists()
        ),
        "at-spi-bus-launcher",
    )
    processes.append(_spawn("accessibility", [launcher, "--launch-immediately", "--a11y=1"]))
    display = xlib.Display()
    root, sign = display.screen().root, display.intern_atom("_NET_SUPPORTING_WM_CHECK")
    _wait_for(lambda: root.get_full_property(sign, 0) is not None, "the window manager")
    accessibility = Accessibility()
    # Programs tell their whole tree in one call only if somebody asked for events before they started.
    accessibility.ask_for_events()
    own = frozenset(int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()) | {
        process.pid for process in processes
    }
    return Services(display, accessibility, own)


def _window_settings() -> list[str]:
    """Options of the window manager: its own settings without what would start programs or end it.

    Its menu offers a terminal and reads commands from the home: ways around the catalogue that no record would show.
    """
    source = Path("/etc/xdg/openbox/rc.xml")
    if not source.exists():
        return []
    tree = ElementTree.parse(source)
    for above in list(tree.iter()):
        for each in list(above):
            if each.tag.endswith("bind") and any(_leads_out(action) for action in each):
                above.remove(each)
    tree.write(WINDOW_SETTINGS)
    return ["--config-file", WINDOW_SETTINGS]


def _leads_out(action: ElementTree.Element) -> bool:
    """Whether an action of a key or a button of the window manager is more than moving windows."""
    shown = "".join(action.itertext()).strip()
    return action.get("name") in OUTWARD or (action.get("name") == "ShowMenu" and shown != "client-menu")


def _server_command(server: str, size: str, told: int) -> list[str]:
    common = ["-nolisten", "tcp", "-noreset", "-displayfd", str(told), "-dpi", "96"]
    if server == "Xvfb":
        return ["Xvfb", ":9", "-screen", "0", f"{size}x24", *common]
    vnc = [
        "-rfbunixpath",
        VNC_SOCKET,
        "-rfbunixmode",
        "0600",
        "-rfbport",
        "-1",
        "-SecurityTypes",
        "None",
        "-AlwaysShared",
    ]
    control = [] if server == "Xvnc control" else ["-AcceptKeyEvents=0", "-AcceptPointerEvents=0", "-AcceptCutText=0"]
    return ["Xvnc", ":9", "-geometry", size, "-depth", "24", *vnc, *control, *common]


def _spawn(name: str, command: list[str], keep: int | None = None) -> subprocess.Popen[bytes]:
    with Path(f"/tmp/{name}.log").open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=() if keep is None else (keep,),
        )


def _wait_for(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} did not start within {START_SECONDS:.0f} s")
        time.sleep(0.004)
