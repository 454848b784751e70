"""Desktops that stand ready before they are asked for: taken once, thrown away unused, and gone with who made them."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from envs import sandbox
from envs.base import Beginning, Limits, Module, Program
from envs.desktop import DesktopEnv, DesktopSettings
from envs.desktop.desk import Desk, DeskSettings
from envs.desktop.env import available
from envs.desktop.programs import catalogue
from envs.desktop.standby import Standby
from envs.desktop.trials import DesktopTrials

pytestmark = pytest.mark.skipif(
    available() is not None or not catalogue()["editor"].installed, reason="make test installs the editor"
)
LIMITS = Limits(ticks=1200, seconds=60, cpu_seconds=2)
ROOT = Path(__file__).parent.parent
CODE = Module("new", "main", 'def main() -> int:\n    open_program("editor", "one.txt")\n    return 1\n')
OPEN = Program((CODE,), "new")
ONE, TWO = (Beginning(number, files={f"{name}.txt": b"x"}) for number, name in enumerate(("one", "two")))


@dataclass
class Made:
    """Trials, and every desktop that was made for them."""

    folder: Path
    desktops: list[DesktopEnv] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.standby = Standby(lambda: Desk(DeskSettings(), {"editor": catalogue()["editor"]}))
        self.trials = DesktopTrials(self._make, self.standby.close)

    def _make(self, folder: Path) -> DesktopEnv:
        settings = DesktopSettings(folder, programs=("editor",))
        self.desktops.append(DesktopEnv(settings, self.standby))
        return self.desktops[-1]

    @property
    def standing(self) -> list[int]:
        """Which of the desktops are there."""
        return [number for number, each in enumerate(self.desktops) if each.pids]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    made = Made(tmp_path)
    with closing(made.trials):
        yield made


def until(holds: object) -> None:
    deadline = time.monotonic() + 60
    assert callable(holds)
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(scope="module")
def situation(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A desktop on which the editor shows one.txt."""
    with closing(DesktopEnv(DesktopSettings(tmp_path_factory.mktemp("d"), programs=("editor",)))) as env:
        env.prepare({"one.txt": b"first\n"})
        assert env.run(OPEN, LIMITS).outcome == "returned"
        return env.capture()


def test_a_trial_that_was_announced_is_begun_before_it_is_entered(made: Made, situation: bytes) -> None:
    announced = Beginning(0, situation=situation)
    made.trials.enter(ONE, announced)
    until(lambda: len(made.standing) == 2 and made.desktops[1]._seen is not None)
    seen = made.desktops[1].observe()
    assert made.trials.enter(announced, announced) is seen, "nothing is left to do"
    assert [window["title"] for window in seen["windows"]] == ["~/one.txt - Mousepad"]
    assert made.trials.run(OPEN, LIMITS).before == seen
    other = made.trials.enter(announced)
    assert (other["files"], other["windows"]) == (seen["files"], seen["windows"]), "each has one of its own"
    assert made.standing == [2], "and no other is left"


def test_what_was_made_ready_and_is_not_entered_is_thrown_away(made: Made, situation: bytes) -> None:
    made.trials.enter(ONE, Beginning(0, situation=situation))
    seen = made.trials.enter(TWO)
    assert (sorted(seen["files"]), seen["windows"]) == (["two.txt"], [])
    assert made.standing == [2]
    made.trials.enter(ONE, TWO)
    made.trials.close()
    assert made.standing == [], "also in the middle of being made ready"


def test_what_cannot_be_made_ready_is_told_to_who_enters_it(made: Made) -> None:
    wrong = Beginning(0, situation=b"nothing of the kind")
    made.trials.enter(ONE, wrong)
    with pytest.raises(ValueError, match="no situation"):
        made.trials.enter(wrong)


def test_a_desktop_that_died_while_it_stood_ready_costs_no_trial(made: Made) -> None:
    made.trials.enter(ONE, TWO)
    until(lambda: len(made.standing) == 2 and made.desktops[1]._seen is not None)
    os.kill(made.desktops[1].pids["desk"], signal.SIGKILL)
    until(lambda: not _running(made.desktops[1].pids["desk"]))
    made.trials.enter(TWO)
    assert made.trials.run(OPEN, LIMITS).outcome == "returned"


def test_who_needed_two_desks_finds_the_third_ready_and_each_is_taken_once() -> None:
    started: list[Desk] = []

    def start() -> Desk:
        started.append(Desk(DeskSettings(), {}))
        return started[-1]

    standby = Standby(start)
    try:
        assert standby.take() is started[0]
        assert len(started) == 1, "nobody may want another"
        assert standby.take() is started[1]
        assert len(started) == 3
        assert standby.take() is started[2]
        started[3].box.kill()
        started[3].box.wait(20)
        assert standby.take() is started[4], "one that died is not given to anybody"
        standby.close()
        assert [desk.box.alive for desk in started] == [True, True, True, False, True, False]
        assert standby.take() is started[6]
        assert len(started) == 7
    finally:
        for desk in started:
            desk.close()


def test_no_home_changes_what_the_desktop_is(tmp_path: Path) -> None:
    large = (
        '<openbox_config xmlns="http://openbox.org/3.4/rc"><applications><application class="*">'
        "<fullscreen>yes</fullscreen></application></applications></openbox_config>"
    )
    with closing(DesktopEnv(DesktopSettings(tmp_path, programs=("editor",)))) as env:
        env.prepare({"one.txt": b"x", ".config/openbox/rc.xml": large.encode()})
        run = env.run(OPEN, LIMITS)
        assert run.outcome == "returned", run.error
        assert run.after["windows"][0]["box"][2:] != [1280, 800]


def test_a_desktop_that_stands_ready_dies_with_its_owner_however_that_ends() -> None:
    script = (
        "import tempfile, time\nfrom pathlib import Path\nfrom envs.base import Beginning\n"
        "from envs.desktop import DesktopEnv, DesktopSettings\n"
        "env = DesktopEnv(DesktopSettings(Path(tempfile.mkdtemp()), programs=()))\n"
        "trials = env.trials()\n"
        "trials.enter(Beginning(0), Beginning(1))\ntrials._ahead.seen()\n"
        "print(*[each.box.pid for each in (trials._desktop._desk, trials._ahead.desktop._desk, env._standby._ready)],"
        " flush=True)\ntime.sleep(1000)"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        watched = [os.pidfd_open(int(pid)) for pid in owner.stdout.readline().split()]
        assert len(watched) == 3
        owner.send_signal(signal.SIGKILL)
        for each in watched:  # the descriptor becomes readable when the process is gone
            assert select.select([each], [], [], 20)[0]
            os.close(each)


def test_trials_and_the_journey_share_what_stands_ready_and_leave_none(tmp_path: Path) -> None:
    with closing(DesktopEnv(DesktopSettings(tmp_path, programs=()))) as env:
        here = env.start()
        with closing(env.trials()) as trials:
            trials.enter(Beginning(1, files={"a.txt": b"a"}))
            ready = env._standby._ready
            assert ready is not None
            env.prepare({"b.txt": b"b"})
            assert env.pids == {"desk": ready.box.pid}
        assert env._standby._ready is None
        assert list(env.observe()["files"]) == ["b.txt"]
        assert here["files"] == {}
        env.prepare({})
        env.prepare({})
        ready = env._standby._ready
    assert env.pids == {}
    assert ready is not None
    assert not ready.box.alive


def _running(pid: int) -> bool:
    return any(pid == each for each in sandbox._tree(pid) if Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z")
