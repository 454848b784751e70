"""The check language as text for prompts, and tasks read from answers: compiled, or refused with the reason."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from agent import answers
from curriculum.checks import Check, describe, parse
from curriculum.errors import BadCheck
from curriculum.task import Task, TaskKind

MOST_GOAL = 200
MOST_REASON = 300
_ABOUT = ("item", "block")


def grammar(worlds: Sequence[str], *, judged: bool = False) -> str:
    """One line for each kind of check that tasks of these worlds may have."""
    found = []
    for kind, check in sorted(Check.kinds.items()):
        world = check.__module__.rpartition(".")[2]
        if world in ("logic", *worlds) or (judged and kind == "judged"):
            fields = []
            for name, field in check.model_fields.items():
                if name != "kind":
                    need = (
                        "" if field.is_required() else f" = {json.dumps(field.get_default(call_default_factory=True))}"
                    )
                    fields.append(f'"{name}": {_type(name, field.annotation)}{need}')
            about = (check.__doc__ or "").strip().splitlines()[0]
            found.append(f'- {{"kind": "{kind}"{"".join(f", {each}" for each in fields)}}}  {about}')
    return "\n".join(found)


def task_of(data: Any, *, kind: TaskKind, by: str, worlds: Sequence[str], judged: bool = False) -> Task:
    """A task from an answer's JSON. Raises BadCheck, with words for the model, for what is none."""
    if not isinstance(data, Mapping):
        raise BadCheck("a task is an object with goal, check and reason")
    check = parse(data.get("check"))
    for part in parts(check):
        module = type(part).__module__.rpartition(".")[2]
        if part.kind == "judged" and not judged:
            raise BadCheck("a task for exploring has a machine check: nobody is asked whether it is done")
        if part.kind != "judged" and module not in ("logic", *worlds):
            raise BadCheck(f"a check of kind {part.kind!r} belongs to another world ({module})")
    item, count = about(check)
    return Task(
        goal=answers.text_of(data.get("goal"), MOST_GOAL) or describe(check),
        check=check,
        kind=kind,
        item=item,
        count=count,
        world=worlds[0],
        proposed_by=by,
        reason=answers.text_of(data.get("reason"), MOST_REASON),
    )


def parts(check: Check) -> list[Check]:
    """A check and all checks inside it."""
    inside = [
        each for each in (*getattr(check, "checks", ()), getattr(check, "check", None)) if isinstance(each, Check)
    ]
    return [check, *(part for each in inside for part in parts(each))]


def about(check: Check) -> tuple[str | None, int]:
    """The item that a check is about, and how many of it."""
    for part in parts(check):
        for name in _ABOUT:
            if isinstance(value := getattr(part, name, None), str):
                return value, int(getattr(part, "count", 1))
    return None, 1


def _type(name: str, annotation: Any) -> str:
    """The type of a field in words."""
    if name in ("check", "checks"):
        return "check" if name == "check" else "[check, …]"
    words = {str: "text", int: "number", float: "number", bool: "true or false", type(None): "null"}
    kinds = get_args(annotation) or (annotation,)
    return " or ".join(
        dict.fromkeys(words.get(kind) or (json.dumps(kind) if isinstance(kind, str) else "value") for kind in kinds)
    )
