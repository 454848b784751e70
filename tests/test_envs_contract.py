"""The env contract, driven over every world of ours for real: its processes, its sandbox, its saves."""

from __future__ import annotations

from pathlib import Path

import pytest

from envs.base import Module, Program
from envs.contract import Samples, check_env
from envs.errors import EnvLost
from envs.minecraft import MinecraftEnv, MinecraftSettings


def program(source: str) -> Program:
    """A Minecraft program of one module called `main`."""
    return Program((Module("new:main", "main", source),), "new:main")


MINECRAFT = Samples(
    returns=program("async function main (bot) {\n  await bot.waitForTicks(20)\n  return { answer: 42 }\n}"),
    throws=program("async function main (bot) {\n  throw new Error('on purpose')\n}"),
    endless=program("async function main (bot) {\n  for (;;) {}\n}"),
)


def test_minecraft_keeps_the_contract(tmp_path: Path) -> None:
    env = MinecraftEnv(MinecraftSettings(tmp_path / "world", seed=5))
    held = check_env(env, MINECRAFT)
    assert "recover brings back the last save" in held
    assert env.pids == {}, "closing leaves no process behind"


def test_a_world_that_is_not_started_says_so(tmp_path: Path) -> None:
    env = MinecraftEnv(MinecraftSettings(tmp_path / "world", seed=5))
    with pytest.raises(EnvLost, match="not started"):
        env.observe()
    env.close()


def test_help_that_there_is_not_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no assistance is called 'flying'.*keep_inventory"):
        MinecraftEnv(MinecraftSettings(tmp_path / "world", seed=5, assist=("flying",)))
