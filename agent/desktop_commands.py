"""What `journeyman desktop …` does: the programs of the catalogue, installing them, watching a desktop.

Installs Debian packages with apt and asks before it becomes root by sudo; everything else leaves the system as it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from agent.config import home
from agent.errors import AgentError, UsageError
from agent.tables import table
from envs.desktop import view as views
from envs.desktop.desk import DeskSettings
from envs.desktop.env import DesktopEnv, DesktopSettings
from envs.desktop.programs import catalogue, missing_packages

"""In the world's folder of a journey whose desktop can be watched."""


def programs() -> list[dict[str, Any]]:
    """Every program of the catalogue, and whether it is here."""
    return [
        {
            "name": entry.name,
            "what": entry.what,
            "installed": entry.installed,
            "default": entry.default,
            "size_mb": entry.size_mb,
            "opens": list(entry.opens),
            "marked": entry.marked,
        }
        for entry in catalogue().values()
    ]


def program_table(found: Sequence[dict[str, Any]]) -> str:
    """The programs for a person."""
    rows = [
        [
            each["name"],
            "yes" if each["installed"] else f"no ({each['size_mb']} MB)",
            each["what"],
            " ".join(each["opens"]),
        ]
        for each in found
    ]
    return table(["program", "installed", "what", "opens"], rows)


def packages_for(names: Sequence[str]) -> list[str]:
    """Debian packages that these programs (none: the default set) and the desktop itself lack here."""
    known = catalogue()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(f"no program is called {unknown[0]!r}; there are: {', '.join(known)}")
    wanted = [known[name] for name in names] if names else [entry for entry in known.values() if entry.default]
    lacking = [package for entry in wanted if not entry.installed for package in entry.package]
    return list(dict.fromkeys([*missing_packages(), *lacking]))


def install(names: Sequence[str], say: Callable[[str], None]) -> list[str]:
    """Install what is missing; the packages that were installed. Raises AgentError with the line to run by hand."""
    packages = packages_for(names)
    if not packages:
        return []
    if shutil.which("apt-get") is None:
        raise AgentError(f"this system has no apt-get: install what brings {', '.join(packages)}")
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    command = [*as_root, "apt-get", "install", "-y", "--no-install-recommends", *packages]
    say(f"installing {', '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for attempt in (command, [*as_root, "apt-get", "update"], command):
        done = subprocess.run(attempt, env=environment, stdout=subprocess.DEVNULL)
        if attempt is command and done.returncode == 0:
            return packages
    raise AgentError(f"the packages could not be installed: run {' '.join(command)}")


def watch(journey: str | None, names: Sequence[str], control: bool, port: int, say: Callable[[str], None]) -> None:
    """Serve a desktop to a browser until interrupted: a running journey's, or a fresh one with these programs."""
    if journey is not None:
        socket = home() / "worlds" / journey / views.SOCKET
        if not socket.exists():
            raise AgentError(
                f"the journey {journey!r} shows no desktop now: begin it with journeyman run desktop --watch, "
                "and look while it runs"
            )
        _serve(socket, control, port, say)
        return
    packages_missing = views.missing()
    if packages_missing:
        raise AgentError(f"watching needs packages: run sudo apt-get install {' '.join(packages_missing)}")
    with tempfile.TemporaryDirectory(prefix="journeyman-view-") as folder:
        server = "Xvnc control" if control else "Xvnc"
        env = DesktopEnv(DesktopSettings(Path(folder), desk=DeskSettings(server=server)))
        env.start()
        try:
            shown = views.ViewSocket(Path(folder) / views.SOCKET, env.view)
            with env.by_hand(tuple(names)):
                _serve(Path(folder) / views.SOCKET, control, port, say)
            shown.close()
        finally:
            env.close()


def _serve(socket: Path, control: bool, port: int, say: Callable[[str], None]) -> None:
    web = views.web(socket, port)
    say(f"{views.address(port, control)}   (Ctrl-C ends it)")
    try:
        web.wait()
    except KeyboardInterrupt:
        web.terminate()
        web.wait()
        return
    raise AgentError(f"the web server ended at once; is port {port} in use? Choose another with --port")
