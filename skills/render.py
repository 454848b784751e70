"""Skills as text for a prompt: signature, one line of purpose, and the contract learned from runs. Never the body."""

from __future__ import annotations

from collections.abc import Sequence

from skills.skill import Effect, Signature, Skill


def signature(signature: Signature) -> str:
    """How the skill is called: `mineLogs(bot, { kind = 'any', count = 1 })`."""
    raise NotImplementedError


def contract(skill: Skill) -> str:
    """What runs have shown: needs, effects, and how reliable it is."""
    raise NotImplementedError


def card(skill: Skill) -> str:
    """The whole entry of one skill: call, purpose, contract."""
    raise NotImplementedError


def menu(skills: Sequence[Skill]) -> list[str]:
    """One card for each skill, to be packed into a budget."""
    raise NotImplementedError


def effect(effect: Effect) -> str:
    """One effect in words: `+1 oak_log each count`."""
    raise NotImplementedError
