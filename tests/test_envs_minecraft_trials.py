"""Trial worlds of Minecraft, one after the other: each is as its beginning says, whatever was there before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from envs.base import Beginning, Limits, Module, Observation, Program, Run
from envs.errors import EnvLost
from envs.minecraft_trials import MinecraftTrials

WORK = """
const log = bot.findBlock({ matching: block => block.name.endsWith('_log'), maxDistance: 32 })
await mineBlock(bot, log.name, 2)
await craftItem(bot, log.name.replace('log', 'planks'), 1)
return bot.inventory.items().map(item => [item.name, item.count])
"""
LIMITS = Limits(ticks=4000, seconds=60)


@pytest.fixture(scope="module")
def trials() -> Iterator[MinecraftTrials]:
    with closing(MinecraftTrials(rules={"mob_spawning": "true"})) as trials:
        yield trials


def play(trials: MinecraftTrials, body: str) -> Run:
    source = f"async function main (bot, args = {{}}) {{\n{body}\n}}"
    return trials.run(Program((Module("new:main", "main", source),), "new:main"), LIMITS)


def told(seen: Observation, run: Run) -> dict[str, Any]:
    """All that a trial tells, but how long it took in real time."""
    return {
        "seen": seen, "outcome": run.outcome, "value": run.value, "ticks": run.ticks, "events": run.events,
        "after": run.after,
    }  # fmt: skip


def test_a_world_is_the_same_whether_its_process_is_new_or_was_another_world(trials: MinecraftTrials) -> None:
    first = Beginning(seed=5, kit={"wooden_axe": 1})
    new = told(trials.enter(first, ahead=Beginning(seed=6)), play(trials, WORK))
    assert new["outcome"] == "returned", new
    trials.enter(Beginning(seed=6), ahead=Beginning(seed=7))
    play(trials, WORK)
    trials.enter(Beginning(seed=7), ahead=first)
    play(trials, WORK)
    assert told(trials.enter(first), play(trials, WORK)) == new


def test_a_trial_begins_hungry_and_at_the_hour_that_its_beginning_says(trials: MinecraftTrials) -> None:
    seen = trials.enter(Beginning(seed=5, condition={"food": 16, "time": 12_600}))
    assert seen["food"] == 16
    assert 12_600 <= seen["time_of_day"] < 12_620
    assert play(trials, "return [bot.food, bot.time.timeOfDay >= 12600]").value == [16, True]


def test_what_a_program_did_at_last_has_happened_when_it_is_over(trials: MinecraftTrials) -> None:
    trials.enter(Beginning(seed=5, kit={"iron_chestplate": 1}))
    wear = "await bot.equip(bot.inventory.items().find(item => item.name === 'iron_chestplate'), 'torso')"
    run = play(trials, wear)
    assert run.after["equipment"]["torso"] == "iron_chestplate", run.after["equipment"]


def test_a_beginning_that_was_not_the_one_made_ready_is_what_is_entered(trials: MinecraftTrials) -> None:
    right = trials.enter(Beginning(seed=6))
    trials.enter(Beginning(seed=5), ahead=Beginning(seed=7))
    assert trials.enter(Beginning(seed=6)) == right


def test_after_a_beginning_that_cannot_be_the_next_one_can(trials: MinecraftTrials) -> None:
    right = trials.enter(Beginning(seed=6))
    with pytest.raises(EnvLost, match="this is no situation"):
        trials.enter(Beginning(seed=6, situation=b"nothing"))
    assert trials.enter(Beginning(seed=6), ahead=Beginning(seed=5, situation=b"nothing")) == right
    with pytest.raises(EnvLost, match="this is no situation"):
        trials.enter(Beginning(seed=5, situation=b"nothing"))
    assert trials.enter(Beginning(seed=6)) == right
