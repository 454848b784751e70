"""Skills as text for a prompt: how to call it, what it is for, and what runs have shown. Never the body."""

from __future__ import annotations

from skills.skill import Effect, Need, Signature, Skill, Time
from skills.words import names

TICKS = 20
"""Game ticks a second."""
_MOST_EFFECTS = 4


def call(signature: Signature, language: str = "javascript") -> str:
    """How the skill is called: `mineLogs(bot, { kind = 'any', count = 1 })`, `save_note(path: str, text: str = '')`."""
    if language == "python":
        typed = (
            f"{each.name}: {each.type}" + (f" = {each.default}" if each.default is not None else "")
            for each in signature.parameters
        )
        return f"{signature.name}({', '.join(typed)})"
    parameters = ", ".join(
        parameter.name if parameter.default is None else f"{parameter.name} = {parameter.default}"
        for parameter in signature.parameters
    )
    return f"{signature.name}(bot, {{ {parameters} }})" if parameters else f"{signature.name}(bot)"


def effect(effect: Effect) -> str:
    """One effect in words: `+1 oak_log per count (kind 'oak')`."""
    return _amount(effect, effect.low, effect.high, "+g")


def cost(effect: Effect) -> str:
    """What one effect uses up, in words: `2 oak_planks per count`, `0 to 1 oak_log`."""
    return _amount(effect, abs(effect.high), -effect.low, "g")


def _amount(effect: Effect, low: float, high: float, form: str) -> str:
    amount = f"{low:{form}}" if low == high else f"{low:{form}} to {high:{form}}"
    scale = f" per {effect.per}" if effect.per else ""
    given = ", ".join(f"{name} {value!r}" for name, value in effect.when.items())
    return f"{amount} {effect.item}{scale}" + (f" ({given})" if given else "")


def _seldom(effect: Effect) -> str:
    return f" (in {effect.shown} of {effect.seen} runs)" if effect.against else ""


def contract(skill: Skill) -> str:
    """What runs have shown: needs, effects, and how reliable it is; says so if there were no runs."""
    record = skill.record
    runs = record.succeeded + record.failed
    proof = f"{skill.rung}, {record.succeeded} of {runs} runs succeeded" if runs else f"{skill.rung}, not yet run"
    parts = [
        ("needs", ", ".join(_need(need) for need in skill.requires if need.kind != "place")),
        ("gives", ", ".join(effect(each) + _seldom(each) for each in _gains(skill))),
        ("uses up", ", ".join(cost(each) + _seldom(each) for each in _costs(skill))),
        ("takes", time(record.time) if record.time else ""),
        ("seen in", ", ".join(_need(need) for need in skill.requires if need.kind == "place")),
    ]
    return "; ".join([f"{name} {text}" for name, text in parts if text] + [proof])


def time(time: Time) -> str:
    """Game time in words: `2 to 3.5 s per count`; '' where it took none."""
    low, high = time.low / TICKS, time.high / TICKS
    span = f"{low:.2g} s" if f"{low:.2g}" == f"{high:.2g}" else f"{low:.2g} to {high:.2g} s"
    return span + (f" per {time.per}" if time.per else "") if time.high else ""


def card(skill: Skill) -> str:
    """The whole entry of one skill on one line: call, purpose, contract."""
    purpose = skill.current.purpose or "no purpose written"
    return f"{call(skill.current.signature, skill.current.language)}: {purpose.rstrip('.')}. [{contract(skill)}]"


def _gains(skill: Skill) -> list[Effect]:
    """What it brings, its purpose first; what came only now and then is told where nothing came always.

    Of what came as one or another of a family the family tells.
    """
    gained = sorted(
        (effect for effect in skill.effects if effect.high > 0 and effect.family is None),
        key=lambda effect: (not names(skill.name, effect.item), effect.low <= 0, -effect.high),
    )
    sure = [effect for effect in gained if effect.low > 0 or names(skill.name, effect.item)]
    return (sure or gained)[:_MOST_EFFECTS]


def _costs(skill: Skill) -> list[Effect]:
    """What it uses up, always before now and then."""
    used = [effect for effect in skill.effects if effect.high <= 0 and effect.family is None]
    return sorted(used, key=lambda effect: (effect.high == 0, effect.low))[:_MOST_EFFECTS]


def _need(need: Need) -> str:
    return need.name if need.seen == need.of else f"{need.name} (in {need.seen} of {need.of} runs)"
