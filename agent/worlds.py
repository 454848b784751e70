"""What `journeyman worlds` does: lists the worlds that journeys left, and opens one for a person to walk in.

A visit changes nothing: it begins at the world as it was last saved, and nothing of it is kept, so that the journey
goes on as if nobody had been there. Servers of other people are listed by our notes about them; they are not ours to
open.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from agent.config import home
from agent.database import database
from agent.errors import AgentError, JourneyBusy, UsageError
from agent.store import Journey, Store
from agent.tables import table
from bridge.errors import WorldLost, WorldRefused
from bridge.world_process import WorldProcess
from envs.desktop.generations import Generations as DesktopGenerations
from envs.minecraft import PLAYER
from envs.server import NOTES

Json = dict[str, Any]
FILE = "world.db"
DESKTOP = "desktop"
"""In the folder of a journey: where its desktop keeps its homes."""
HOST = "127.0.0.1"
BUSY_SECONDS = 0.2
LOOK_SECONDS = 0.2
VIEW = 8
"""Chunks sent around a visitor: people look further than the bot."""


def kept() -> list[Json]:
    """All worlds, by name: kind, seed or server, size, generations that can be entered, journey and its state."""
    journeys = _journeys()
    found = []
    for folder in sorted(_folder().iterdir()) if _folder().is_dir() else []:
        journey = journeys.get(folder.name)
        if (folder / DESKTOP).is_dir():
            found.append(_desktop(folder, journey))
        about: Json = {"name": folder.name, "kind": "embedded", "seed": None, "server": None, "generations": []}
        if (folder / FILE).is_file():
            about.update(_inside(folder / FILE))
            if about["seed"] is None and journey:
                about["seed"] = journey.config.seed
        elif (folder / NOTES).is_file():
            notes = json.loads((folder / NOTES).read_text())
            about.update(kind="server", server=notes["server"])
        else:
            continue
        about["bytes"] = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        about["journey"] = journey.name if journey else None
        about["in_use"] = about.get("in_use", False) or bool(journey and journey.alive)
        found.append(about)
    return found


def _desktop(folder: Path, journey: Journey | None) -> Json:
    """The desktop of a journey: the homes that can be entered."""
    return {
        "name": folder.name, "kind": "desktop", "seed": journey.config.seed if journey else None, "server": None,
        "generations": DesktopGenerations(folder / DESKTOP / "generations").numbers(),
        "journey": journey.name if journey else None,
        "bytes": sum(file.stat().st_size for file in (folder / DESKTOP).rglob("*") if file.is_file()),
        "in_use": bool(journey and journey.alive),
    }  # fmt: skip


def words(found: Sequence[Mapping[str, Any]]) -> str:
    """The worlds as a table."""
    if not found:
        return "No worlds yet: journeyman run minecraft"
    rows = [
        [
            each["name"],
            each["server"] or ("a desktop" if each["kind"] == "desktop" else f"seed {each['seed']}"),
            f"{each['bytes'] / 1e6:.1f} MB",
            ", ".join(map(str, each["generations"])) or "–",
            each["journey"] or "none",
            "in use" if each["in_use"] else "",
        ]
        for each in found
    ]
    return table(["world", "of", "size", "saved at iteration", "journey", ""], rows)


def serve(name: str, port: int, operators: Sequence[str], say: Callable[[str], None]) -> None:
    """Open a kept world on a port of this machine until it is interrupted. Raises AgentError."""
    named = [each for each in kept() if each["name"] == name]
    world = next((each for each in named if each["kind"] != "desktop"), None)
    if world is None and named:
        raise UsageError(
            f"{name} was played on a desktop: journeyman desktop view opens one, and shows running journeys"
        )
    if world is None:
        names = ", ".join(each["name"] for each in kept()) or "none yet"
        raise UsageError(f"no world is called {name!r}; worlds: {names}")
    if world["kind"] == "server":
        raise UsageError(f"{name} was played at {world['server']}: join that server itself")
    if world["in_use"]:
        raise JourneyBusy(f"{name!r} is in use: `journeyman stop {name}` ends the journey in it, then serve it again")
    with tempfile.TemporaryDirectory(prefix="journeyman-") as folder:
        process = WorldProcess(
            directory=_folder() / name,
            port=port,
            log=Path(folder) / "world.log",
            view=VIEW,
            clock="real",
            operators=operators,
        )
        try:
            process.start()
            say(_welcome(process, name, port))
            while process.alive():
                time.sleep(LOOK_SECONDS)
            process.call("hello")  # raises with what the process said at its end
        except KeyboardInterrupt:
            say(f"Closed. Nothing of the visit was kept; `journeyman resume {name}` goes on as before.")
        except WorldLost as error:
            raise AgentError(_why(error, port)) from error
        finally:
            process.stop()


def _welcome(process: WorldProcess, name: str, port: int) -> str:
    try:
        at = process.call("observe", {"player": PLAYER})["position"]
        where = f" The journeyman stood at {at['x']:.0f} {at['y']:.0f} {at['z']:.0f}."
    except WorldRefused:
        where = ""
    return (
        f"{name} is open at {HOST}:{port} for Minecraft 1.20.1 (offline mode). Nothing of the visit is kept; "
        f"Ctrl-C closes it.{where}"
    )


def _why(error: WorldLost, port: int) -> str:
    said = str(error)
    if "EADDRINUSE" in said:
        return f"port {port} is taken: choose another one with --port"
    if "EACCES" in said:
        return f"port {port} may not be opened by you: choose one above 1023 with --port"
    return said


def _inside(file: Path) -> Json:
    """Seed and generations of an embedded world; a world that is being played keeps its file to itself."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as db:
            rows = db.execute(
                "SELECT generation, json_extract(state, '$.seed') FROM generations ORDER BY generation"
            ).fetchall()
    except sqlite3.OperationalError as error:
        return {"in_use": "locked" in str(error)}
    except sqlite3.DatabaseError:
        return {}
    return {"generations": [row[0] for row in rows], "seed": rows[-1][1] if rows else None}


def _journeys() -> dict[str, Journey]:
    if not (home() / "journeyman.db").is_file():
        return {}
    with closing(database(read_only=True)) as db:
        return {journey.name: journey for journey in Store(db).journeys()}


def _folder() -> Path:
    return home() / "worlds"
