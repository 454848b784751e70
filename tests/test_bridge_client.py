"""The body behind its wire: deadlines of ours, death noticed, restart in place, and Python that exits cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge import client
from bridge.client import Body
from bridge.errors import BodyLost, BodyRefused, BodyTimeout, BridgeError, WorldLost, WorldRefused
from bridge.world_process import WorldProcess

ROOT = Path(__file__).parent.parent


def program(text: str) -> dict[str, object]:
    source = f"async function main(bot, args = {{}}) {{\n{text}\n}}"
    return {"modules": [{"id": "main", "name": "main", "source": source}], "main": "main", "args": {}}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[WorldProcess]:
    world = WorldProcess(directory=tmp_path / "world", socket=tmp_path / "world.sock", seed=5, view=3)
    world.start()
    yield world
    world.stop()


@pytest.fixture
def body(tmp_path: Path) -> Iterator[Body]:
    body = Body()
    body.start(tmp_path)
    yield body
    body.close()


def test_a_program_runs_in_the_world_and_the_world_tells_what_happened(world: WorldProcess, body: Body) -> None:
    body.join(socket="world.sock", seed=1, username="Tester")
    before = world.call("observe", {"player": "Tester"})["tick"]
    result = body.run(program("await bot.waitForTicks(30)\nreturn bot.health"), {}, timeout=60)
    assert (result["outcome"], result["value"], result["ticks"]) == ("returned", 20, 30)
    assert world.call("observe", {"player": "Tester"})["tick"] == before + 30
    assert body.surroundings()["blocks"]


def test_the_world_stands_still_between_requests(world: WorldProcess, body: Body) -> None:
    tick = body.join(socket="world.sock", seed=1, username="Tester")["world_tick"]
    for _ in range(3):
        body.ping()
    assert world.call("observe", {"player": "Tester"})["tick"] == tick
    assert body.tick(5)["world_tick"] == tick + 5


def ping_again_and_again(body: Body) -> None:
    """What is inside the sandbox may answer for a moment after its outside is gone."""
    for _ in range(1000):
        body.ping()


def test_a_killed_body_is_noticed_and_replaced_in_place(world: WorldProcess, body: Body) -> None:
    body.join(socket="world.sock", seed=1, username="Tester")
    assert body.pid is not None
    os.kill(body.pid, signal.SIGKILL)
    with pytest.raises(BodyLost):
        ping_again_and_again(body)
    body.restart()
    body.join(socket="world.sock", seed=1, username="Tester")
    assert body.run(program("return 6 * 7"), {}, timeout=30)["value"] == 42


def test_a_body_that_dies_at_work_is_noticed_long_before_the_deadline(world: WorldProcess, body: Body) -> None:
    body.join(socket="world.sock", seed=1, username="Tester")
    assert body.pid is not None
    killer = subprocess.Popen(["sh", "-c", f"sleep 0.3; kill -9 {body.pid}"])
    with pytest.raises(BodyLost):  # the deadline would be a BodyTimeout
        body.run(program("for (;;) await bot.waitForTicks(10)"), {"ticks": 10**6}, timeout=120)
    killer.wait()


def test_a_late_answer_is_a_timeout_and_does_not_break_the_wire(world: WorldProcess, body: Body) -> None:
    body.join(socket="world.sock", seed=1, username="Tester")
    with pytest.raises(BodyTimeout):
        body.run(program("await bot.waitForTicks(400)"), {}, timeout=0.05)
    assert body.ping(timeout=60)["protocol"] == 1


def test_a_dead_world_loses_the_body_not_python(world: WorldProcess, body: Body) -> None:
    body.join(socket="world.sock", seed=1, username="Tester")
    assert world.pid is not None
    os.kill(world.pid, signal.SIGKILL)
    with pytest.raises(BodyLost):
        body.run(program("await bot.waitForTicks(10)"), {}, timeout=30)
    assert body.alive()
    with pytest.raises(WorldLost):
        world.call("observe", {"player": "Tester"})


def test_refusals_are_told_apart_from_losses(world: WorldProcess, body: Body) -> None:
    with pytest.raises(BodyRefused, match="no operation"):
        body.call("fly")
    with pytest.raises(BodyLost, match="joined no world"):
        body.run(program("return 1"), {}, timeout=30)
    with pytest.raises(WorldRefused):
        world.call("fly")
    assert body.alive()
    assert world.alive()


def test_one_body_at_a_time_is_said_and_not_guessed(body: Body, tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="one body at a time"):
        Body().start(tmp_path)
    assert body.ping()["protocol"] == 1


def test_primitives_come_with_their_documentation(body: Body) -> None:
    for primitive in body.primitives():
        assert primitive["signature"].startswith(primitive["name"] + "(bot")
        assert len(primitive["doc"]) > 40


def test_python_ends_cleanly_with_an_open_body(tmp_path: Path) -> None:
    assert _script(tmp_path, "print('done', flush=True)").returncode == 0


def test_a_terminals_interrupt_reaches_python_only(tmp_path: Path) -> None:
    # The whole foreground group gets SIGINT, as from a terminal; the body must outlive it until Python closes it.
    done = _script(
        tmp_path,
        """
        import os, signal, time
        signal.signal(signal.SIGINT, lambda *_: None)
        os.killpg(os.getpgid(0), signal.SIGINT)
        time.sleep(0.3)
        print('alive' if body.ping()['protocol'] == 1 else 'dead', flush=True)
        """,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "alive"), done.stderr


def _script(run_dir: Path, text: str) -> subprocess.CompletedProcess[str]:
    start = (
        f"from pathlib import Path\nfrom bridge.client import Body\nbody = Body()\nbody.start(Path({str(run_dir)!r}))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", start + textwrap.dedent(text)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, start_new_session=True,
    )  # fmt: skip


def test_a_package_whose_import_broke_off_is_forgotten_and_imported_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process may die while the package is being imported; what is left of it must not stand in the way."""
    for name in [name for name in sys.modules if name == "javascript" or name.startswith("javascript.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "javascript", types.ModuleType("javascript"))
    client._finish()
    assert "javascript" not in sys.modules


class HeldUp(dict[int, object]):
    """The requests of the package's event loop, for a thread that is held up wherever it notes one."""

    def __init__(self, loop: Any) -> None:
        super().__init__()
        self.loop = loop

    def __setitem__(self, number: int, waiting: object) -> None:
        self.loop.queue.put("send")  # as other traffic does: what is queued goes out, and is answered meanwhile
        time.sleep(0.3)
        super().__setitem__(number, waiting)


def test_an_answer_that_is_quicker_than_the_waiting_for_it_is_not_lost(
    body: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was: half a minute of silence on a busy machine, then a body that was well given up as lost."""
    monkeypatch.setattr(client, "HANDOVER_SECONDS", 3.0)
    loop = sys.modules["javascript"].config.event_loop
    monkeypatch.setattr(loop, "requests", HeldUp(loop))
    assert body.ping(timeout=5)["protocol"] == client.PROTOCOL


def test_a_body_starts_though_its_answers_are_quicker_than_the_waiting_for_them(
    body: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = sys.modules["javascript"].events
    begin = events.EventLoop.__init__

    def held_up(loop: Any) -> None:
        begin(loop)
        loop.requests = HeldUp(loop)

    monkeypatch.setattr(events.EventLoop, "__init__", held_up)
    body.restart()
    assert body.ping()["protocol"] == client.PROTOCOL
