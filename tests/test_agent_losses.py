"""A program in whose run a process of the world dies each time: it costs one iteration, never the journey."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from agent import beginning, session, world_minecraft
from agent.config import Budget
from agent.database import database
from agent.display import silent
from agent.store import Store
from envs.base import Program, Run
from envs.minecraft import MinecraftEnv


class Deadly(MinecraftEnv):
    """The real world, but its process is killed at the start of each run."""

    def run(self, program: Program, limits: Any) -> Run:
        """Kill the world, then run."""
        self.deaths += 1
        os.kill(self.pids["world"], signal.SIGKILL)
        return super().run(program, limits)

    deaths = 0


def test_a_program_that_the_world_never_survives_is_a_failed_iteration(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Deadly] = []

    def deadly(config: Any) -> Deadly:
        real = real_environment(config)
        made.append(Deadly(real._settings))
        return made[-1]

    real_environment = world_minecraft.environment
    monkeypatch.setattr(world_minecraft, "environment", deadly)
    config = beginning.new(
        ("minecraft",), name="deadly", brain="planner", goal=None, seed=5, library="main", sight="sight 32", assist=()
    )
    ended = session.run_journey(config, Budget(iterations=1), silent)
    assert ended.stopped == "budget"
    assert made[0].deaths == 3
    row = Store(database()).iteration("deadly", 1)
    assert row is not None
    assert (row.outcome, row.passed) == ("refused", False)
    assert row.error is not None
    assert row.error["code"] == "lost"
