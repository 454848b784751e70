"""What a writer is given for one program, and whether what it answers may run: request, earlier rounds, admission."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agent import evidence, observing
from agent.brain import Attempt, Draft, KnownSkill, WriteRequest
from agent.brains.model import in_mind
from agent.known import known_skill
from agent.models.settings import Settings
from agent.parts import Parts
from agent.state import State
from agent.store import Iteration
from agent.uses import NEW
from agent.world import World
from curriculum import checks
from curriculum.task import SCHEME, Task
from envs.base import Module, Program
from memory.episodic import describe, inventory_difference
from memory.guard import shown
from memory.working import Mind
from skills.admit import Admission, admit
from skills.search import pack, search

MOST_GOAL = 300
NEXT = 3
"""Tasks of a plan that are named ahead."""
RECENT = 3
"""How many of the journey's last iterations a writer is told of."""


def request(
    state: State, parts: Parts, task: Task, objection: str = "", refused: str = "", number: int = 0
) -> WriteRequest:
    """Everything that the writer gets for the next program of a task; `number` counts its refused drafts."""
    here = parts.here(state)
    recalled = {each["ref"] for each in state["recalled"] if each["tier"] == "episode"}
    latest = parts.episodes.find(parts.config.name, limit=RECENT + len(recalled) + state["round"])
    rounds = {each.id for each in latest if each.iteration > state["iteration"] - state["round"]}
    lessons = []
    for each in state["recalled"]:
        if each["tier"] == "episode" and each["ref"] in rounds:
            continue  # they are told as the earlier rounds of the task
        lesson: dict[str, Any] = {"text": each["text"], "tier": each["tier"], "document": each["document"]}
        if each["tier"] in ("lesson", "fact"):
            item = parts.semantic.get(each["ref"])
            if item.subject == task.item and "error" in item.data:
                lesson["error"] = item.data["error"]
            if item.data.get("what") == "seen":
                lesson["place"] = {"block": item.subject, **{axis: item.data[axis] for axis in "xyz"}}
        lessons.append(lesson)
    asked = WriteRequest(
        task=task,
        check=checks.describe(task.check),
        observation=here.env.observe(),
        attempts=attempts(state, parts),
        skills=skills_for(task, parts, here),
        lessons=tuple(lessons),
        recent=tuple(
            shown(episode.id, "episode", describe(episode), episode.sensitivity)
            for episode in [each for each in latest if each.id not in recalled | rounds][:RECENT]
        ),
        primitives=here.env.primitives(),
        objection=objection,
        refused=refused,
        language=here.language,
        place=f"{state['tasks']}/{state['iteration']}/{state['round']}/{number}",
        code=lambda name: parts.library.get(name).current.source if parts.library.has(name) else None,
        scratch=tuple(reversed(state.get("scratch", []))),
    )
    return replace(asked, plan=(*standing(state, parts, task), *here.brain.plan(asked)))


def standing(state: State, parts: Parts, task: Task) -> tuple[str, ...]:
    """Where a task stands: in the journey's goal, in a plan of tasks with what is done and what comes next."""
    goal = observing.quoted(parts.config.goal, MOST_GOAL) if parts.config.goal else ""
    found = [f"The journey's goal: {goal}"] if goal else []
    if served := [each for each in task.parents if not each.startswith(f"{SCHEME}:")]:
        found.append(f"This task serves {', '.join(served)}.")
    plan = parts.here(state).proposer.plan(state["tasks"])
    place = next((number for number, each in enumerate(plan) if each.number == state["tasks"]), None)
    if place is not None:
        found.append(f"Step {place + 1} of {len(plan)} of a plan.")
        found += [f"Comes next: {each.task.goal}" for each in plan[place + 1 : place + 1 + NEXT]]
        found += [f"{each.standing.capitalize()} before: {each.task.goal}" for each in reversed(plan[:place])]
    return tuple(found)


def noted(state: State, draft: dict[str, Any]) -> list[str]:
    """What stays in mind of the task's rounds until it ends: what each program was for, and what its writer noted."""
    said = " ".join(text for text in (draft["note"], draft.get("scratch", "")) if text)
    new = [f"Round {state['round'] + 1}, {draft['name']}: {said}"] if said else []
    return [*state.get("scratch", []), *new]


def keep_in_mind(state: State, parts: Parts, asked: WriteRequest) -> None:
    """Write down what is in mind for the next program, whoever writes it."""
    packed, room = in_mind(asked, Settings.load().prompt_tokens)
    now = float(parts.store.experience())
    parts.working.keep(Mind(parts.config.name, state["iteration"] + 1, asked.place, now, room, packed))


def skills_for(task: Task, parts: Parts, here: World) -> tuple[KnownSkill, ...]:
    """Skills of the world's own language; those of another world cannot be called here."""
    found = search(
        parts.library, task.goal, items=here.towards(task), limit=parts.loop.skills, meaning=parts.meaning,
        language=here.language,
    )  # fmt: skip
    shown = set(pack(found, parts.loop.skill_tokens).names)
    return tuple(known_skill(hit.skill) for hit in found if hit.skill.name in shown)


def attempts(state: State, parts: Parts) -> tuple[Attempt, ...]:
    """The rounds of the task under way, oldest first."""
    found = []
    for number in range(state["iteration"] - state["round"] + 1, state["iteration"] + 1):
        row = parts.store.iteration(parts.config.name, number)
        if row is not None:
            found.append(
                Attempt(
                    round=row.round,
                    name=row.name,
                    source=row.source or f"the library skill {row.name} as it is",
                    args=row.args,
                    outcome=row.outcome,
                    error=_traced(row),
                    evidence=row.evidence,
                    gained=gained(row, parts),
                    trail=evidence.trail(row),
                    said=evidence.said(row),
                )
            )
    return tuple(found)


def _traced(row: Iteration) -> dict[str, Any] | None:
    """The row's error, with the name of the library skill in which it arose (None: in the program's own lines)."""
    if row.error is None:
        return None
    names = {hash: name for name, hash in (each.split("@", 1) for each in row.modules)}
    return {**row.error, "skill": names.get(str((row.error.get("where") or {}).get("module")))}


def prepare(draft: Draft, parts: Parts, here: World) -> tuple[dict[str, Any] | None, str]:
    """What running the draft needs, or the objection to it."""
    if draft.source is None:
        if not parts.library.has(draft.name):
            return None, f"there is no skill {draft.name!r} in the library to call as it is; write its source"
        skill = parts.library.get(draft.name)
        return {"name": draft.name, "source": None, "args": dict(draft.args), "skill": skill.current.hash}, ""
    admission = admitted(draft.source, parts, here)
    if not admission.admitted:
        return None, " ".join(each.told if each.told[-1] in ".?" else f"{each.told}." for each in admission.refusals)
    assert admission.signature is not None
    return {"name": admission.signature.name, "source": draft.source, "args": dict(draft.args), "skill": None}, ""


def kept(draft: Draft, prepared: dict[str, Any]) -> dict[str, Any]:
    """A prepared draft with what its writer said of it, as the loop keeps it."""
    return {
        **prepared, "note": draft.note, "call": draft.call, "explores": draft.explores, "scratch": draft.scratch,
        "heeded": list(draft.heeded),
    }  # fmt: skip


def admitted(source: str, parts: Parts, here: World) -> Admission:
    """What admission says of a source in the language of a world."""
    return admit(source, parse=here.env.parse, primitives=here.env.primitives(), library=parts.library)


def program(draft: dict[str, Any], parts: Parts, here: World) -> Program:
    """The prepared draft with all that it calls, as a world executes it."""
    if draft["skill"] is not None:
        modules, main = parts.graph.modules(draft["skill"]), draft["skill"]
    else:
        admission = admitted(draft["source"], parts, here)
        main = f"{NEW}{draft['name']}"
        modules = parts.graph.program(main, draft["name"], draft["source"], admission.uses or {})
    return Program(tuple(Module(**module) for module in modules), main, draft["args"])


def gained(row: Iteration, parts: Parts) -> dict[str, int]:
    """What there is more and less of after an iteration."""
    here = parts.worlds[row.task["world"]]
    return inventory_difference(here.holdings(row.before), here.holdings(row.after))
