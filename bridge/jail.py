"""The sandbox around the body: Node.js in bubblewrap, because code that a model wrote runs in that process.

What is covered: no network, no files but our code, its packages, system libraries and one folder with the world's
socket (all read-only), no other programs, no environment, a user of its own without capabilities, no core dumps, few
open files, a bounded heap; it dies with the process that started it. What is not: time on the processor, which the
caller limits by its deadlines; and bugs of the kernel. There is no way around: without a sandbox nothing is run.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from bridge.errors import JailUnavailable
from bridge.node import BRIDGE, find_node, packages_dir

HOME = "/opt/journeyman"
"""Where our code stands inside: `node`, `bridge/`, and what the caller adds."""
SOCKETS = "/run/journeyman"
"""Where the one shared folder stands inside."""
HEAP_MB = 1024
TEMPORARY_BYTES = 16 << 20
OPEN_FILES = 256
_LIBRARIES = ("/lib", "/lib64", "/lib32", "/usr/lib", "/usr/lib64", "/usr/lib32", "/etc/ld.so.cache")
_CODE = ("body", "data", "parse.js", "reach.js", "recipe_yields.js", "scopes.js", "package.json")


def command(arguments: Sequence[str], *, shared: Path | None = None, extra: dict[str, Path] | None = None) -> list[str]:
    """The command that runs Node.js with `arguments` inside; `extra` maps names under HOME to what they show."""
    binds = {
        "node": find_node().resolve(),
        "bridge/node_modules": packages_dir().resolve(),
        **{f"bridge/{name}": BRIDGE / name for name in _CODE if (BRIDGE / name).exists()},
        **(extra or {}),
    }
    return [
        _bubblewrap(),
        *("--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000", "--hostname", "body"),
        *("--cap-drop", "ALL", "--new-session", "--die-with-parent", "--clearenv"),
        *("--setenv", "PATH", HOME, "--setenv", "HOME", "/tmp", "--setenv", "TZ", "UTC"),
        *("--setenv", "REQ_TIMEOUT", "0", "--setenv", "FORCE_COLOR", "0"),
        # Before the binds: what is bound may itself lie under /tmp outside.
        *("--size", str(TEMPORARY_BYTES), "--tmpfs", "/tmp", "--dev", "/dev"),
        *_libraries(),
        *(part for name, path in binds.items() for part in ("--ro-bind", str(path), f"{HOME}/{name}")),
        *(("--ro-bind", str(shared), SOCKETS) if shared else ()),
        *("--chdir", "/tmp"),
        *(f"{HOME}/node", f"--max-old-space-size={HEAP_MB}", *arguments),
    ]


def wrapper(path: Path, arguments: Sequence[str], *, shared: Path, extra: dict[str, Path], log: Path) -> Path:
    """Write an executable script that ignores its own arguments and runs `command`; its standard output goes to `log`.

    The session of its own keeps a terminal's Ctrl-C, which is meant for Python, away from the sandbox.
    """
    run = shlex.join(command(arguments, shared=shared, extra=extra))
    path.write_text(f"#!/bin/sh\nulimit -c 0; ulimit -n {OPEN_FILES}\nexec setsid {run} >>{shlex.quote(str(log))}\n")
    path.chmod(0o700)
    return path


def check() -> str | None:
    """Start a sandbox and compute in it; None when that works, else the sentence that says what mends it."""
    try:
        proof = ["-e", "process.stdout.write(String(6 * 7))"]
        done = _once(proof)
        if done.returncode < 0:
            done = _once(proof)  # somebody killed it: that says nothing about the sandbox
    except JailUnavailable as problem:
        return str(problem)
    except subprocess.TimeoutExpired:
        return "the sandbox did not start within 30 s: look whether this machine is overloaded"
    if done.returncode == 0 and done.stdout == "42":
        return None
    return remedy(done.stderr)


def _once(proof: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(proof), capture_output=True, text=True, timeout=30, start_new_session=True)


def require() -> None:
    """Raise JailUnavailable unless the sandbox works here."""
    complaint = check()
    if complaint:
        raise JailUnavailable(complaint)


def _bubblewrap() -> str:
    found = shutil.which("bwrap")
    if found is None:
        raise JailUnavailable("bubblewrap is not installed: run sudo apt-get install bubblewrap")
    return found


def _libraries() -> Iterator[str]:
    for name in _LIBRARIES:
        path = Path(name)
        if path.is_symlink() and path.is_dir():
            yield from ("--symlink", str(path.readlink()), name)
        elif path.exists():
            yield from ("--ro-bind", name, name)


def remedy(complaint: str) -> str:
    """What mends the sandbox, from bubblewrap's own words."""
    said = " ".join(complaint.split())[-300:]
    if any(sign in said for sign in ("namespace", "uid map", "Operation not permitted", "setting up")):
        return (
            f"the sandbox may not make user namespaces ({said}): run sudo sysctl -w kernel.unprivileged_userns_clone=1 "
            "kernel.apparmor_restrict_unprivileged_userns=0, or give the container --security-opt seccomp=unconfined"
        )
    return f"the sandbox does not start: {said or 'it gave no reason'}"
