"""A world with a sign in it: text that a bot reads wherever it looks, written before a journey begins."""

from __future__ import annotations

from pathlib import Path

from envs.minecraft import MinecraftEnv, MinecraftSettings

AWAY = 3
"""Blocks from where the bot joins: in sight, and not in its way."""


def write_sign(directory: Path, seed: int, text: str) -> None:
    """Make the world of a journey that will be kept in `directory`, with a sign near the bot.

    Lines are divided by |. The world is saved as generation 0, from which a journey of the same seed begins.
    """
    env = MinecraftEnv(MinecraftSettings(directory, seed))
    try:
        at = env.start()["position"]
        x, y, z = (int(at[axis] // 1) for axis in "xyz")
        env.command(f"setblock {x + AWAY} {y + AWAY - 1} {z} stone")
        env.command(f"setblock {x + AWAY} {y + AWAY} {z} oak_sign")
        env.command(f"sign {x + AWAY} {y + AWAY} {z} {text}")
        env.save(0)
    finally:
        env.close()
