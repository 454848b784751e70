"""Installs the npm packages of the embedded world and the body: `python -m bridge.install [--quiet] [--dev]`.

Reads the lock beside this file; writes one folder of the user's cache (see `bridge.node.packages_home`), which every
checkout and virtual environment with the same lock shares. The folder appears whole or not at all: packages are fetched
into a folder of another name, pruned, loaded once for real, and only then renamed. Two installers at once wait for each
other. Install scripts of packages are never run; the one native package, isolated-vm, carries its binaries.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bridge.node import BRIDGE, STAMP, NodeMissing, cache_dir, find_node, packages_home

LINTER = "@biomejs/biome@2.6.8"
"""Checks our JavaScript in `make lint`; not in the lock, because no journey needs it."""

LOADS = """
const ivm = require('isolated-vm')
if (new ivm.Isolate().createContextSync().evalSync('6 * 7') !== 42) throw new Error('isolated-vm does not compute')
if (!require('minecraft-data')('1.20.1').itemsByName.diamond_pickaxe) throw new Error('minecraft-data has no 1.20.1')
for (const name of Object.keys(require('./package.json').dependencies)) require(name)
process.exit(0)
"""
"""Run in the fresh folder before it is put in place: every package of the lock loads, the pruned ones too."""

Say = Callable[[str], None]


class InstallFailed(RuntimeError):
    """The packages could not be fetched or do not work; the message is one line for a person."""


def install(say: Say = print) -> Path:
    """Make sure that the packages of the lock are in the user's cache; return their node_modules folder."""
    node = find_node()
    home = packages_home()
    if not (home / STAMP).is_file():
        with _alone(home):
            if not (home / STAMP).is_file():
                _fetch(home, node, say)
    say(f"npm packages: ready in {home}")
    return home / "node_modules"


def install_linter(say: Say = print) -> Path:
    """Make sure that the JavaScript linter is in the user's cache; return the file to run with Node.js."""
    node = find_node()
    home = cache_dir() / LINTER.rsplit("/", 1)[1].replace("@", "-")
    if not (home / STAMP).is_file():
        with _alone(home):
            staging = _staging(home)
            (staging / "package.json").write_text("{}")
            say(f"npm packages: fetching the linter {LINTER}")
            _npm(node, staging, ["install", "--no-save", LINTER])
            (staging / STAMP).write_text("{}")
            _put_in_place(staging, home)
    return home / "node_modules" / "@biomejs" / "biome" / "bin" / "biome"


def _fetch(home: Path, node: Path, say: Say) -> None:
    started = time.monotonic()
    say("npm packages: fetching (about 60 MB; once for each version)")
    staging = _staging(home)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(BRIDGE / name, staging / name)
    _npm(node, staging, ["ci", "--omit=dev"])
    fetched = _size(staging)
    _prune(staging / "node_modules")
    loaded = subprocess.run([node, "-e", LOADS], cwd=staging, capture_output=True, text=True)
    if loaded.returncode != 0:
        raise InstallFailed(f"The npm packages were fetched but do not load: {_gist(loaded.stderr)}")
    kept, seconds = _size(staging), time.monotonic() - started
    (staging / STAMP).write_text(json.dumps({"node": str(node), "bytes": kept, "seconds": round(seconds, 1)}))
    _put_in_place(staging, home)
    say(f"npm packages: {kept >> 20} MB kept of {fetched >> 20} MB, {seconds:.0f} s")


def _npm(node: Path, folder: Path, arguments: list[str]) -> None:
    # Packages' own tools look Node.js up on PATH; it must be the one that they will run on.
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    done = subprocess.run(
        [node, _npm_cli(node), *arguments, *quiet], cwd=folder, env=environment, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise InstallFailed(f"npm could not fetch the packages (is the npm registry reachable?): {_gist(done.stderr)}")


def _npm_cli(node: Path) -> Path:
    """Find npm as a script that this Node.js can run; the `npm` on PATH may belong to another one, or to none."""
    prefix = node.resolve().parent.parent
    places = [prefix / "lib" / "node_modules", prefix / "share" / "nodejs", prefix / "share" / "node_modules"]
    scripts = [place / "npm" / "bin" / "npm-cli.js" for place in places]
    on_path = shutil.which("npm")
    if on_path:
        scripts.append(Path(on_path).resolve())
    for script in scripts:
        if script.name == "npm-cli.js" and script.is_file():
            return script
    raise InstallFailed(f'{node} comes without npm: run pip install "journeyman[node]"')


def _prune(modules: Path) -> None:
    """Delete what no program of ours loads: of some 470 MB about 120 stay. `LOADS` proves that they still work."""
    data = modules / "minecraft-data"
    for edition in (data / "minecraft-data" / "data" / "bedrock").iterdir():
        if edition.name != "common":  # the index of versions reads it whatever the edition
            shutil.rmtree(edition)
    for folder in ("doc", "test", "typings", "minecraft-data/doc", "minecraft-data/tools"):
        shutil.rmtree(data / folder, ignore_errors=True)
    for binaries in (modules / "isolated-vm" / "prebuilds").iterdir():
        if not binaries.name.startswith(sys.platform):
            shutil.rmtree(binaries)
    for archive in (modules / "isolated-vm").glob("*.tgz"):  # the package carries a packed copy of itself
        archive.unlink()
    shutil.rmtree(modules / "@types", ignore_errors=True)
    shutil.rmtree(modules / "rxjs" / "src", ignore_errors=True)
    for pattern in ("*.d.ts", "*.d.mts", "*.d.cts", "*.map"):
        for file in modules.rglob(pattern):
            file.unlink()


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold the lock of this folder; the system releases it when the process ends, however it ends."""
    home.parent.mkdir(parents=True, exist_ok=True)
    with (home.parent / f"{home.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _staging(home: Path) -> Path:
    """An empty folder beside `home`; what an interrupted installer left there is thrown away."""
    staging = home.with_name(f"{home.name}.partial")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    return staging


def _put_in_place(staging: Path, home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)  # only ever a folder without a stamp
    staging.rename(home)


def _size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())


def _gist(text: str) -> str:
    """The telling line of a long complaint."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "Error" in line or "error" in line]
    return (telling or lines or ["no reason given"])[0][:300]


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line: 0 when the packages are in place, 1 with one line that says why they are not."""
    parser = argparse.ArgumentParser(prog="python -m bridge.install", description="Install the npm packages.")
    parser.add_argument("--quiet", action="store_true", help="say nothing unless it fails")
    parser.add_argument("--dev", action="store_true", help="also the linter of our JavaScript; print its file")
    options = parser.parse_args(arguments)
    say: Say = (lambda line: None) if options.quiet else print
    try:
        install(say)
        if options.dev:
            print(install_linter(say))
    except (NodeMissing, InstallFailed) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The cache cannot be used ({error}): set JOURNEYMAN_CACHE to a folder that can", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
