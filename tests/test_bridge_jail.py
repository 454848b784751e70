"""What a program that escaped the isolate would still find around it: nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from bridge import jail
from bridge.errors import JailUnavailable


def inside(script: str, shared: Path | None = None) -> object:
    """What a script prints as JSON, run by Node.js in the jail."""
    wrapped = f"const out = async () => {{ {script} }}; out().then(v => console.log(JSON.stringify(v)))"
    command = jail.command(["-e", wrapped], shared=shared)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_jail_works_here() -> None:
    assert jail.check() is None


def test_the_jail_holds_every_file_that_the_body_requires() -> None:
    assert inside("return require('/opt/journeyman/bridge/body/main.js').operations.parse({ source: '' }).ok") is True


def test_no_file_of_the_machine_is_there(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    secret = str(tmp_path / "secret")
    paths = ["/etc/passwd", "/root", "/home", secret, str(Path.home()), "/proc/1/environ", "/usr/bin/sh"]
    seen = inside(f"return {json.dumps(paths)}.filter(path => require('fs').existsSync(path))")
    assert seen == []


def test_code_and_shared_folder_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    places = [f"{jail.HOME}/bridge/body/main.js", f"{jail.SOCKETS}/file", f"{jail.SOCKETS}/new", "/usr/lib/new"]
    told = inside(
        f"return {json.dumps(places)}.map(path => {{ try {{ require('fs').writeFileSync(path, 'y'); return path }}"
        " catch (error) { return error.code } })",
        shared=tmp_path,
    )
    assert isinstance(told, list)
    assert set(told) <= {"EROFS", "EACCES", "EPERM"}
    assert (tmp_path / "file").read_text() == "x"


def test_no_network_no_programs_no_environment_no_privileges() -> None:
    told = inside("""
        const net = require('net')
        const dial = (host, port) => new Promise(resolve => net.connect(port, host)
          .on('connect', () => resolve('connected')).on('error', error => resolve(error.code)))
        const shell = require('child_process').spawnSync('/bin/sh', ['-c', 'id'])
        return { far: await dial('1.1.1.1', 53), near: await dial('127.0.0.1', 22), shell: shell.error?.code,
          uid: process.getuid(), env: Object.keys(process.env).sort() }
    """)
    assert isinstance(told, dict)
    assert told["far"] == "ENETUNREACH"
    assert told["near"] in ("ECONNREFUSED", "ENETUNREACH")
    assert told["shell"] == "ENOENT"
    assert told["uid"] == 1000
    assert set(told["env"]) <= {"FORCE_COLOR", "HOME", "PATH", "PWD", "REQ_TIMEOUT", "TZ"}


def test_without_bubblewrap_nothing_runs_and_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    complaint = jail.check()
    assert complaint is not None
    assert "install bubblewrap" in complaint
    with pytest.raises(JailUnavailable):
        jail.require()
