"""Programs that misbehave, through the real world and its sandbox: each ends as a typed outcome and costs one run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from envs.base import Limits, Module, Program, Run
from envs.minecraft import MinecraftEnv, MinecraftSettings

LIMITS = Limits(ticks=400, seconds=30, cpu_seconds=0.5, memory_mb=32)


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MinecraftEnv]:
    """One world for all programs of this file: what one leaves behind, the next would find."""
    env = MinecraftEnv(MinecraftSettings(tmp_path_factory.mktemp("hostile"), seed=5))
    env.start()
    yield env
    env.close()


def run(env: MinecraftEnv, body: str, limits: Limits = LIMITS) -> Run:
    source = f"async function main (bot, args = {{}}) {{\n{body}\n}}"
    return env.run(Program((Module("new:main", "main", source),), "new:main"), limits)


def unharmed(env: MinecraftEnv) -> None:
    """The world still runs programs, and nothing of the last one is left in what programs see."""
    after = run(
        env, "await bot.waitForTicks(2)\nreturn [typeof leftover, ({}).polluted ?? null, [1, 2].map(x => 2 * x)]"
    )
    assert (after.outcome, after.value, after.ticks) == ("returned", ["undefined", None, [2, 4]], 2), after.error


ENDINGS = {
    "a loop without end": ("for (;;) {}", "endless_loop"),
    "a loop without end after time has passed": ("await bot.waitForTicks(1)\nfor (;;) {}", "endless_loop"),
    "a loop of promises without end": ("for (;;) await null", "endless_loop"),
    "a loop of questions without end": ("for (;;) bot.blockAt(bot.entity.position)", "endless_loop"),
    "a loop that catches its own end": ("for (;;) { try { await bot.waitForTicks(1) } catch (error) {} }", "timeout"),
    "a promise that never settles": ("await new Promise(() => {})", "threw"),
    "a promise that is rejected": ("await Promise.reject(new Error('no'))", "threw"),
    "a rejection that nobody awaits": ("bot.dig(null)\nawait bot.waitForTicks(1)\nreturn 1", "threw"),
    "a value that cannot be told": ("const a = {}; a.a = a; throw a", "threw"),
    "a thrown nothing": ("throw undefined", "threw"),
    "recursion without end": ("const f = () => f() + 1\nreturn f()", "threw"),
    "an array that grows without end": (
        "const all = []\nfor (;;) all.push(new Array(1000).fill(all.length))",
        "out_of_memory",
    ),
    "a string that doubles without end": ("let s = 'x'\nfor (;;) s += s + s.length", "threw"),
    "an answer too large to tell": ("return 'x'.repeat(5_000_000)", "returned"),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_every_ending_is_typed_and_harms_nothing(env: MinecraftEnv, name: str) -> None:
    body, outcome = ENDINGS[name]
    result = run(env, body)
    assert result.outcome == outcome, (result.outcome, result.error, result.value)
    assert (result.error is None) == (outcome == "returned")
    unharmed(env)


def test_buffers_outside_of_the_heap_count_as_memory(env: MinecraftEnv) -> None:
    result = run(env, "const all = []\nfor (;;) all.push(new Uint8Array(8_000_000).fill(1))")
    assert result.outcome in ("out_of_memory", "threw"), (result.outcome, result.error)
    unharmed(env)


ESCAPES = {
    "process": "return typeof process",
    "require": "return typeof require",
    "module": "return typeof module",
    "a constructor of a function": "return bot.chat.constructor.constructor('return typeof process')()",
    "a constructor of an object": "return ({}).constructor.constructor('return typeof process')()",
    "a constructor of an error of the host": (
        "try { await bot.dig(null) } catch (error) { return error.constructor.constructor('return typeof process')() }"
    ),
    "a constructor of an answer of the host": (
        "return bot.entity.position.constructor.constructor('return typeof process')()"
    ),
    "import": "try { await import('fs') } catch (error) { return 'undefined' }",
    "a web assembly": "return typeof WebAssembly",
    "shared memory": "return typeof SharedArrayBuffer",
    "a real clock": "return typeof performance",
    "a timer of the host": "return typeof setImmediate",
    "the way out itself": "return typeof $0",
}


@pytest.mark.parametrize("name", ESCAPES)
def test_what_is_not_plain_data_does_not_exist_for_a_program(env: MinecraftEnv, name: str) -> None:
    result = run(env, ESCAPES[name])
    assert (result.outcome, result.value) == ("returned", "undefined"), (result.outcome, result.value, result.error)
    unharmed(env)


POLLUTIONS = {
    "a prototype": (
        "Object.prototype.polluted = 1; Array.prototype.map = () => 'stolen'; globalThis.leftover = 1; return 1"
    ),
    "what runs when anything is told": (
        "Object.prototype.toJSON = () => ({ ok: true, value: 'forged' }); await bot.waitForTicks(1); return 1"
    ),
    "the functions that tell": (
        "JSON.stringify = () => '{}'; JSON.parse = () => ({ ok: true, value: 'forged' })\nawait bot.waitForTicks(1)"
    ),
    "a key that names a prototype": 'return JSON.parse(\'{"__proto__": {"polluted": 1}, "a": 1}\')',
}


@pytest.mark.parametrize("name", POLLUTIONS)
def test_what_a_program_does_to_its_own_world_ends_with_it(env: MinecraftEnv, name: str) -> None:
    run(env, POLLUTIONS[name])
    unharmed(env)


def test_a_program_cannot_forge_what_happened(env: MinecraftEnv) -> None:
    """It may return and print what it likes: inventory and events are the world's own."""
    result = run(
        env,
        """
        bot.inventory.items = () => [{ name: 'diamond', count: 64 }]
        Object.prototype.inventory = { diamond: 64 }
        console.log('dug diamond_ore'); bot.chat('I have 64 diamonds')
        return { inventory: { diamond: 64 }, events: [{ kind: 'picked_up', item: 'diamond' }] }
    """,
    )
    assert "diamond" not in result.after["inventory"]
    assert {event["kind"] for event in result.events} <= {"chat"}
    unharmed(env)


def test_a_program_cannot_give_orders_to_the_world(env: MinecraftEnv) -> None:
    result = run(env, "bot.chat('/give journeyman diamond 64'); await bot.waitForTicks(5); return 1")
    assert "diamond" not in result.after["inventory"]
    assert "command" not in {event["kind"] for event in result.events}


def test_what_no_table_can_hold_is_marked_where_a_program_says_it(env: MinecraftEnv) -> None:
    result = run(env, "console.log('\\ud83d')\nreturn { ['\\udc00']: ['\\ud83d\\ude00', '\\ud83d', NaN] }")
    assert (result.value, result.log) == ({"\ufffd": ["😀", "\ufffd", None]}, ("\ufffd",))
    thrown = run(env, "throw new Error('half \\ud83d')")
    assert thrown.error is not None
    json.dumps([asdict(each) for each in (result, thrown)], ensure_ascii=False, allow_nan=False).encode()


def test_a_flood_of_printing_is_shortened(env: MinecraftEnv) -> None:
    result = run(env, "for (let i = 0; i < 5000; i++) console.log('x'.repeat(1000))\nreturn 1")
    assert result.outcome == "returned"
    assert sum(map(len, result.log)) < 50_000
    unharmed(env)
