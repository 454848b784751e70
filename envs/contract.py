"""`check_env`: the env contract as a program. Run it over a world of your own; the tests run it over each of ours.

It drives the world through every method, with programs that the caller gives because every world has its own
language, and raises ContractBroken with the promise that does not hold and what was seen instead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from envs.base import OUTCOMES, Beginning, Env, Limits, Observation, Program, Run, TrialEnv, Trials
from envs.errors import ContractBroken


@dataclass(frozen=True)
class Samples:
    """Programs in the world's language that show what a run can be."""

    returns: Program
    """Returns {"answer": 42} and takes at least 20 ticks."""
    throws: Program
    """Throws on its second line."""
    endless: Program
    """Never ends and never asks the world for anything."""


JOINING_TICKS = 8
"""What entering a captured situation may take."""
LIMITS = Limits(ticks=2_000, seconds=60, cpu_seconds=1, memory_mb=64)


def check_env(env: Env, samples: Samples) -> list[str]:
    """Drive `env` through the contract and return the promises that were seen to hold. Closes the env at the end."""
    held: list[str] = []

    def promise(sentence: str, kept: bool, seen: object = "") -> None:
        if not kept:
            raise ContractBroken(f"{env.name}: {sentence}; seen: {seen!r:.500}")
        held.append(sentence)

    try:
        promise("has a name and satisfies the protocol", bool(env.name) and isinstance(env, Env), env)
        first = env.start()
        _observation(promise, "start", first)
        promise("observing changes nothing", env.observe() == first, (first, env.observe()))
        promise(
            "documents its primitives", all(name and text for name, text in env.primitives().items()), env.primitives()
        )
        promise(
            "parsing gives facts about a function", bool(env.parse(samples.returns.modules[-1].source)["functions"])
        )
        env.save(1)
        run = env.run(samples.returns, LIMITS)
        _run(promise, run)
        promise(
            "a program that comes to its end returns its value",
            run.outcome == "returned" and run.value == {"answer": 42},
            (run.outcome, run.value, run.error),
        )
        promise("a run begins where the last observation was", run.before == first, (run.before, first))
        promise("a run ends where the next observation is", run.after == env.observe(), (run.after, env.observe()))
        promise(
            "time passed only inside the run",
            run.after["tick"] - run.before["tick"] == run.ticks > 0,
            (run.before["tick"], run.after["tick"], run.ticks),
        )
        ticks = [event["tick"] for event in run.events]
        promise("events are in order", ticks == sorted(ticks), ticks)
        run = env.run(samples.throws, LIMITS)
        promise(
            "a thrown error is told with the failing line",
            run.outcome == "threw"
            and run.error is not None
            and run.error.where is not None
            and run.error.where.line == 2,
            (run.outcome, run.error),
        )
        run = env.run(samples.endless, LIMITS)
        promise(
            "a program that never ends is stopped from outside", run.outcome in ("endless_loop", "timeout"), run.outcome
        )
        run = env.run(samples.returns, LIMITS)
        promise(
            "the next run is unharmed",
            run.outcome == "returned" and run.value == {"answer": 42},
            (run.outcome, run.error),
        )
        env.save(2)
        kept = env.observe()
        later = env.run(samples.returns, LIMITS).after
        back = env.recover()
        promise("recover brings back the last save", _same_world(back, kept, later), (back, kept, later))
        if isinstance(env, TrialEnv):
            _trials(promise, env, samples)
        promise("assistance is a list of names", all(isinstance(name, str) for name in env.assistance), env.assistance)
    finally:
        env.close()
        env.close()
    held.append("closing twice is safe")
    return held


def _trials(promise: Any, env: Env, samples: Samples) -> None:
    """Trials start from what they say, repeat, and leave the env's own world as it was."""
    assert isinstance(env, TrialEnv)
    here = env.observe()
    situation = env.capture()
    promise("capturing changes nothing", env.observe() == here, (here, env.observe()))
    seed = env.seed
    trials = env.trials()
    promise("its trials satisfy the protocol", isinstance(trials, Trials), trials)
    try:
        restored = trials.enter(Beginning(seed, situation=situation), ahead=Beginning(seed + 1))
        promise(
            "a captured situation is as it was",
            all(restored.get(key) == here.get(key) for key in ("inventory", "files", "alive"))
            and 0 <= restored["tick"] - here["tick"] <= JOINING_TICKS,
            (restored, here),
        )
        run = trials.run(samples.returns, LIMITS)
        promise(
            "a program runs in a trial as in the world",
            (run.outcome, run.value) == ("returned", {"answer": 42}),
            (run.outcome, run.error),
        )
        held, end = run.after, trials.capture()
        again = trials.enter(Beginning(seed, situation=end))
        promise(
            "the end of a trial is a situation like any other",
            all(again.get(key) == held.get(key) for key in ("inventory", "files", "alive")),
            (again, held),
        )
        fresh = [trials.enter(Beginning(seed + 1)), trials.enter(Beginning(seed + 1))]
        promise("a fresh world of the same seed is the same", fresh[0] == fresh[1], fresh)
        promise("a trial touches no other world", env.observe() == here, (here, env.observe()))
    finally:
        trials.close()
        trials.close()
    promise("the world goes on after trials", env.run(samples.returns, LIMITS).outcome == "returned")


def _observation(promise: Any, source: str, observation: Observation) -> None:
    promise(f"{source} gives plain JSON", json.loads(json.dumps(observation)) == observation, observation)
    for key, kind in (("tick", int), ("game_seconds", (int, float)), ("alive", bool)):
        promise(f"an observation has {key}", isinstance(observation.get(key), kind), observation.get(key))


def _run(promise: Any, run: Run) -> None:
    promise("an outcome is one of the closed set", run.outcome in OUTCOMES, run.outcome)
    _observation(promise, "before", run.before)
    _observation(promise, "after", run.after)
    promise(
        "events are plain JSON with kind and tick",
        all(isinstance(e.get("kind"), str) and isinstance(e.get("tick"), int) and _plain(e) for e in run.events),
        run.events,
    )
    promise("calls are plain JSON", all(_plain(call) for call in run.calls), run.calls)


def _plain(value: Mapping[str, Any]) -> bool:
    return bool(json.loads(json.dumps(value)) == value)


def _same_world(one: Observation, saved: Observation, later: Observation) -> bool:
    """Equal but for what entering anew may change: it may take a few ticks, never as many as the run that is undone."""
    same = all(one.get(key) == saved.get(key) for key in ("inventory", "alive"))
    return same and saved["tick"] <= one["tick"] < later["tick"]
