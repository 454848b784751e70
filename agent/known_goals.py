"""The planner as a role: tasks that proven skills already cover are planned over their effects, and no brain is asked.

It answers only when the plan rests on verified and trusted skills and is likelier to work than not; everything else is
left to the brain. A plan of several steps becomes a parameterised program, to be kept like any other if it passes.
"""

from __future__ import annotations

import json
from typing import Any

from agent.brain import Draft
from agent.planning import camel, words
from curriculum.task import Task
from envs.base import Observation
from skills.operators import Operators
from skills.planning import PlanStep, SkillPlan, plan

LEAST_CHANCE = 0.5
"""Plans that are less likely to work are left to the brain."""
NOBODY = "plan"
"""The author of programs that come from here."""


def draft_for(task: Task, observation: Observation, operators: Operators) -> Draft | None:
    """A call of a proven skill, or a program of several, that should do the task; None where there is no such plan."""
    wanted = task.check.to_json()
    if wanted.get("kind") != "gained":
        return None
    item, count = str(wanted["item"]), int(wanted.get("count", 1))
    found = plan(operators, item, count, observation.get("inventory", {}))
    if not found.found or not found.steps or found.probability < LEAST_CHANCE:
        return None
    if any(step.lacking for step in found.steps):
        return None
    note = f"planned over what skills were seen to do, {found.probability:.0%} likely"
    if len(found.steps) == 1:
        return Draft(found.steps[0].skill, None, dict(found.steps[0].args), note)
    return Draft(f"gain{camel(item)}", write(found), {"count": count}, note)


def write(found: SkillPlan) -> str:
    """The plan as one function; its amounts follow the count that is asked for."""
    lines = [
        "/**",
        f" * Gain {words(found.item)} by calling {len(found.steps)} skills in turn.",
        " * @param {Bot} bot",
        " * @param {object} options",
        " * @param {number} options.count how many more to gain",
        " * @returns {{gained: number}}",
        " */",
        f"async function gain{camel(found.item)}(bot, {{ count = 1 }} = {{}}) {{",
        f"  const before = await countItems(bot, '{found.item}')",
        *(f"  await {step.skill}(bot, {_args(step, found.count)})" for step in found.steps),
        f"  return {{ gained: await countItems(bot, '{found.item}') - before }}",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _args(step: PlanStep, count: int) -> str:
    pairs = ", ".join(f"{name}: {_value(name, value, count)}" for name, value in step.args.items())
    return f"{{ {pairs} }}" if pairs else "{}"


def _value(name: str, value: Any, count: int) -> str:
    if name == "count" and isinstance(value, int):
        if value == count:
            return "count"
        return f"{value // count} * count" if value % count == 0 else f"Math.ceil({value} * count / {count})"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return json.dumps(value)
