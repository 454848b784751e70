"""Trials in a process of their own: left at once, even in the middle of one, and begun anew when the process dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from envs.base import Beginning, Limits, Module, Program
from envs.errors import EnvLost
from envs.trial_process import TrialProcess

WALK = "async function walkOn(bot) { for (;;) await exploreUntil(bot, new Vec3(1, 0, 0), 1200, () => false) }"
LONG = Program((Module("new:walkOn", "walkOn", WALK, {}),), "new:walkOn", {})
LIMITS = Limits(ticks=10**9, seconds=200.0)


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
            try:
                trials.run(LONG, LIMITS)
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


def test_a_trial_ends_with_the_journey_that_wanted_it() -> None:
    root = Path(__file__).resolve().parent.parent
    enter: dict[str, Any] = {
        "op": "enter",
        "beginning": {"seed": 1, "dice": 0, "kit": {}, "condition": {}, "situation": None},
        "ahead": None,
    }
    run = {"op": "run", "program": LONG.to_json(), "limits": asdict(LIMITS)}
    command = [sys.executable, "-m", "envs.trial_process", json.dumps({"rules": {}})]
    process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process, ExitStack() as watchdog:
        watchdog.callback(process.kill)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{json.dumps(enter)}\n{json.dumps(run)}\n")
        process.stdin.flush()
        assert "value" in json.loads(process.stdout.readline())
        processes = children(process.pid)
        process.stdin.close()
        assert process.wait(60) == 0
    assert len(processes) >= 2, "a world and a body"
    assert all(map(gone, processes))


def test_a_process_that_died_is_followed_by_another() -> None:
    with closing(TrialProcess(rules={})) as trials:
        before = trials.enter(Beginning(1))
        (child,) = [each for each in children(os.getpid()) if b"envs.trial_process" in commandline(each)]
        os.kill(child, signal.SIGKILL)
        with pytest.raises(EnvLost):
            trials.enter(Beginning(1))
        assert trials.enter(Beginning(1)) == before


def test_a_process_that_dies_in_the_middle_of_an_answer_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "dies"
    script.write_text('#!/bin/sh\nread asked\nprintf \'{"value": {"inven\'\n')
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    with closing(TrialProcess(rules={})) as trials, pytest.raises(EnvLost, match="ended"):
        trials.enter(Beginning(1))


def commandline(process: int) -> bytes:
    """What a process was started with."""
    return Path(f"/proc/{process}/cmdline").read_bytes()
