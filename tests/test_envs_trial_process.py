"""Trials in a process of their own: left at once, even in the middle of one, and begun anew when the process dies."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import closing
from pathlib import Path

import pytest

from envs.base import Beginning, Limits, Module, Program
from envs.errors import EnvLost
from envs.trial_process import TrialProcess

WAIT = "async function waitLong(bot) { for (;;) await countItems(bot, 'dirt') }"


def children(process: int) -> set[int]:
    """The processes that descend from one."""
    threads = Path(f"/proc/{process}/task").iterdir()
    told = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    return {each for child in told for each in (child, *children(child))}


def gone(process: int) -> bool:
    """Whether a process has ended, or is only still to be waited for by whoever adopted it."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_trial_under_way_is_left_with_all_its_processes() -> None:
    trials = TrialProcess(rules={})
    with closing(trials):
        trials.enter(Beginning(1))
        (child,) = [each for each in children(os.getpid()) if b"envs.trial_process" in commandline(each)]
        processes = {child, *children(child)}
        assert len(processes) > 2, "a world and a body"
        ended: list[str] = []

        def run() -> None:
            program = Program((Module("new:waitLong", "waitLong", WAIT, {}),), "new:waitLong", {})
            try:
                trials.run(program, Limits(ticks=10**9, seconds=200.0))
            except EnvLost as error:
                ended.append(str(error))

        waiting = threading.Thread(target=run)
        waiting.start()
        trials.close()
        waiting.join(60)
        assert ended in (["the process of the trial worlds ended"], ["the trial worlds were left"])
    assert all(map(gone, processes))
    with pytest.raises(EnvLost, match="were left"):
        trials.enter(Beginning(1))


def test_a_process_that_died_is_followed_by_another() -> None:
    with closing(TrialProcess(rules={})) as trials:
        before = trials.enter(Beginning(1))
        (child,) = [each for each in children(os.getpid()) if b"envs.trial_process" in commandline(each)]
        os.kill(child, signal.SIGKILL)
        with pytest.raises(EnvLost):
            trials.enter(Beginning(1))
        assert trials.enter(Beginning(1)) == before


def commandline(process: int) -> bytes:
    """What a process was started with."""
    return Path(f"/proc/{process}/cmdline").read_bytes()
