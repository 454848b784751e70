"""One plain function for each node of the loop: (state, parts) to changes of the state.

A node may be run twice after a crash and must then change nothing: every write is keyed by (journey, iteration,
node), and what is found written is used as it stands. Large things live in the database; the state carries ids.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from agent import choosing, consolidating, evidence, grading, judging, learning, reflecting, writing
from agent.errors import BrainError
from agent.parts import Parts
from agent.remember import Meanwhile
from agent.state import State
from agent.store import Iteration
from agent.world import World
from curriculum import attention
from curriculum.proposal import Proposal
from curriculum.task import Task, from_json
from envs.base import Run, RunError, TrialEnv
from envs.errors import EnvError
from memory.guard import shown
from memory.log import Event, Source
from memory.recall import Question

PLACES = 6
"""Places that are recalled beside what else there is to tell."""
LOSSES = 3
"""How often a process of the world may die in one run; then the program is what the world does not survive."""


def decide(state: State, parts: Parts) -> State:
    """Stop, go on with the task under way, or let a new one be proposed."""
    journey, iteration = parts.config.name, state["iteration"]
    if parts.store.stop_requested(journey):
        return {"stop": "user", "reason": "asked to stop"}
    spent_tokens, spent_dollars = parts.calls.spent(journey)
    used_up = parts.budget.exhausted(
        iterations=parts.session_iterations,
        seconds=parts.seconds() - parts.session_started,
        tokens=spent_tokens,
        dollars=spent_dollars,
    )
    if parts.config.goal and any(
        world.proposer.goal_reached(parts.situation(world, world.look(), iteration)) for world in parts.worlds.values()
    ):
        return {"stop": "goal", "reason": f"{parts.config.goal} reached"}
    if used_up:
        return {"stop": "budget", "reason": used_up}
    return {"stop": None, "reason": ""}


def prove(state: State, parts: Parts) -> State:
    """Trials of what is not proven yet, within the share of game time that they may take; they run beside the task.

    Now and then a refactoring takes part of that share; its replays are waited for.
    """
    for world in parts.worlds.values():
        if world.prover is None:
            continue
        tidy = partial(world.tidying.one, state["iteration"]) if world.tidying else None
        last = parts.store.last(parts.config.name, world.name)
        played = int(last.after["game_seconds"] * 20) if last else 0
        try:
            world.prover.between_tasks(int(parts.config.proving * played), parts.report, tidy)
        except EnvError as error:
            parts.report("notice", text=f"trials are put off: {error}")
    return {}


def propose(state: State, parts: Parts) -> State:
    """The next task, from the world in which iterations lately taught most, with what was passed over for it."""
    number = state["tasks"] + 1
    for world in _by_attention(parts, number):
        seen = world.look()
        situation = parts.situation(world, seen, state["iteration"])
        proposal = _repair(parts, world) or world.proposer.propose(situation)
        if proposal is not None:
            break
    else:
        if parts.config.goal:
            return {"task": None, "stop": "error", "reason": f"nothing is left to try for {parts.config.goal}"}
        return {"task": None, "stop": "goal", "reason": "nothing is left to try"}
    task = parts.book.propose(
        parts.config.name,
        number,
        proposal.task,
        world.fingerprint(seen),
        tuple(each.to_json() for each in proposal.rejected),
    )
    parts.worlds[task.world].proposer.taken(task, number)
    parts.report("proposed", goal=task.goal, reason=task.reason)
    return {"task": task.to_json(), "tasks": number, "round": 0, "scratch": [], "recalled": []}


def set_up(state: State, parts: Parts) -> State:
    """Make the world ready for a round of the task; made again after a crash, it is the same."""
    parts.here(state).ready(_task(state))
    return {}


def recall(state: State, parts: Parts) -> State:
    """What earlier tasks taught about this one: lessons, facts and episodes, with the document ids for their review."""
    task, here = _task(state), parts.here(state)
    last = writing.attempts(state, parts)[-1:]
    question = Question(
        text=task.goal,
        scope=parts.config.name,
        items=here.about(task),
        errors=tuple(str(attempt.error["code"]) for attempt in last if attempt.error),
        failures=tuple(
            (str(attempt.error["code"]), str(attempt.error["message"])) for attempt in last if attempt.error
        ),
        goal=task.family or task.goal,
        world=task.world,
        place=evidence.where(here.env.observe()),
    )
    now, asking = float(parts.store.experience()), (parts.config.name, state["iteration"] + 1)
    hits = parts.recall.ask(question, now=now, limit=parts.loop.recalled, log=asking).hits
    # Places are asked for apart: a program needs them whatever else there is to tell, and no job that runs meanwhile
    # makes any, so that what programs are given does not depend on how fast the machine is.
    places = parts.recall.ask(replace(question, tiers=("fact",)), now=now, limit=PLACES).hits
    hits = (*hits, *(hit for hit in places if hit.document not in {each.document for each in hits}))
    return {
        "recalled": [
            {
                "document": hit.document,
                "tier": hit.tier,
                "ref": hit.ref,
                "text": shown(hit.ref, hit.tier, hit.shown, hit.sensitivity),
            }
            for hit in hits
        ]
    }


def write(state: State, parts: Parts) -> State:
    """A program from the brain, admitted before it runs; a refused draft goes back to its writer with the objection."""
    task, here, objection = _task(state), parts.here(state), ""
    request = writing.request(state, parts, task)
    writing.keep_in_mind(state, parts, request)
    if state["round"] == 0 and not task.is_repair:
        known = here.draft(task, here.env.observe())
        prepared, _ = writing.prepare(known, parts, here) if known else (None, "")
        if known and prepared:
            return {"draft": {**prepared, "note": known.note, "call": None}}
    parts.report("writing", goal=task.goal)
    refused = ""
    for number in range(parts.loop.repairs + 1):
        if number:
            request = writing.request(state, parts, task, objection, refused, number)
            writing.keep_in_mind(state, parts, request)
        try:
            draft = here.brain.write(request)
        except BrainError as error:
            prepared, objection, refused = None, str(error), ""
            if not here.brain.mends:
                break
            continue
        prepared, objection = writing.prepare(draft, parts, here)
        if prepared is not None:
            return {"draft": choosing.best(parts, here, request, writing.kept(draft, prepared), draft.usage)}
        refused = draft.source or ""
        parts.calls.led_to(parts.config.name, draft.call, f"refused: {objection}", success=False)
    parts.report("notice", text=f"put aside: {task.goal} {objection}")
    return {"draft": None, "reason": objection}


def run(state: State, parts: Parts) -> State:
    """Execute the program, keep the world, then keep the iteration: what stands in the row really happened."""
    journey, iteration, draft, here = parts.config.name, state["iteration"] + 1, state["draft"], parts.here(state)
    assert draft is not None
    if parts.store.iteration(journey, iteration) is None:
        parts.report("running", name=draft["name"], iteration=iteration)
        begun = parts.seconds()
        if here.prover is not None and draft["source"] is not None and isinstance(here.env, TrialEnv):
            here.prover.proofs.keep_situation(
                here.env.capture(), world=here.place, seed=here.env.seed, journey=journey,
                iteration=iteration, at=float(parts.store.experience()),
            )  # fmt: skip
        program = writing.program(draft, parts, here)
        with Meanwhile(float(parts.store.experience())):
            result = _given_up(here) if parts.losses >= LOSSES else here.env.run(program, parts.limits)
        here.env.save(iteration)
        _keep_run(state, parts, iteration, result, begun)
    parts.session_iterations, parts.losses = parts.session_iterations + 1, 0
    noted = writing.noted(state, draft)
    return {"iteration": iteration, "round": state["round"] + 1, "scratch": noted, "passed": None}


def verify(state: State, parts: Parts) -> State:
    """The verdict of the task's machine check over before, after and the world's events."""
    journey, iteration, task = parts.config.name, state["iteration"], _task(state)
    row = _row(state, parts)
    if row.passed is None:
        verdict, doubt = judging.verdict(parts, task, row, _world_events(parts, iteration))
        parts.store.judge(journey, iteration, verdict.passed, verdict.evidence, doubt)
    return {"passed": bool(_row(state, parts).passed)}


def learn(state: State, parts: Parts) -> State:
    """Skill version with its evidence, episode, lessons and places; then the task is settled or gets another round."""
    task, draft, here = _task(state), state["draft"], parts.here(state)
    if draft is None:
        parts.book.settle(parts.config.name, state["tasks"], False, "no_plan", ended=state["iteration"])
        here.proposer.settled(state["tasks"], False)
        return {"task": None}
    row, events, now = _row(state, parts), _world_events(parts, state["iteration"]), float(parts.store.experience())
    learning.tell_run(parts, task, row)
    kept = learning.keep_skill(state, parts, row, now)
    lived = learning.episode(state, parts, task, row, now, kept)
    episode = parts.episodes.record(lived, (row.before, row.after))
    here.remember(parts.semantic, task, row, events, episode.id, now)
    used = grading.used(state, parts, row, events)
    parts.recall.used(used, grading.grade(row), now=now, journey=row.journey, iteration=row.iteration)
    learning.tell_progress(parts, task, row, events)
    parts.calls.led_to(
        row.journey,
        draft["call"],
        f"iteration {row.iteration}: {'passed' if row.passed else evidence.cause(row)}",
        success=bool(row.passed),
    )
    if row.passed or state["round"] >= parts.loop.rounds:
        if not row.passed:
            reflecting.reflect(parts, writing.request(state, parts, task), row, episode.id, now)
        cause = "" if row.passed else evidence.cause(row)
        parts.book.settle(parts.config.name, state["tasks"], bool(row.passed), cause, ended=row.iteration)
        here.proposer.settled(state["tasks"], bool(row.passed))
        consolidating.consolidate(parts, row.iteration, now)
        return {"task": None, "draft": None}
    return {"draft": None}


# -- proposing


def _by_attention(parts: Parts, number: int) -> list[World]:
    """The worlds in which to look for the task of this number: what people asked for first, then learning progress."""
    names = tuple(parts.worlds)
    rates = attention.progress(names, parts.settled()) if len(names) > 1 else dict.fromkeys(names, 0.0)
    found = [parts.worlds[name] for name in attention.order(names, rates, parts.config.seed, number)]
    return sorted(found, key=lambda world: not world.proposer.is_asked)


def _repair(parts: Parts, world: World) -> Proposal | None:
    """The task that a skill was written for, again, if it has lost its trust and nobody was asked to mend it since."""
    if world.prover is None:
        return None
    for name in parts.library.to_repair():
        version = parts.library.get(name).current
        if version.language != world.language:
            continue
        parts.library.ask_repair(name, reason="its success rate fell", at=float(parts.store.experience()))
        task = world.repair(version, f"{name} worked in too few of its latest runs")
        if task is not None:
            return Proposal(task)
    return None


# -- running


def _given_up(here: World) -> Run:
    """A run that was never made whole: each try cost a process of the world, so the program counts as refused by it."""
    now = here.env.observe()
    error = RunError(
        "lost", f"a process of the world died in each of {LOSSES} tries of this program", remedy="do it in another way"
    )
    return Run(now, now, (), "refused", error, None, (), (), 0, 0.0)


def _keep_run(state: State, parts: Parts, iteration: int, result: Run, begun: float) -> None:
    journey, draft, here = parts.config.name, state["draft"], parts.here(state)
    assert draft is not None
    assert state["task"] is not None
    events = [
        Event(each["kind"], _without(each, "kind", "tick"), _teller(each, here), each["tick"], time.time())
        for each in result.events
    ]
    calls = [Event("call", dict(call), "body", None, time.time()) for call in result.calls]
    spans = [Event("span", dict(span), "body", span["to"], time.time()) for span in result.spans]
    parts.log.append(journey, iteration, "run", [*events, *calls, *spans])
    now = parts.seconds()
    tokens, dollars = parts.calls.spent(journey)
    before_tokens, before_dollars = parts.store.spent(journey)
    parts.store.record(
        Iteration(
            journey=journey,
            iteration=iteration,
            round=state["round"] + 1,
            task=state["task"],
            name=draft["name"],
            source=draft["source"],
            args=draft["args"],
            modules=tuple(evidence.library_modules(draft, writing.program(draft, parts, here))),
            note=draft["note"],
            outcome=result.outcome,
            error=evidence.error_json(result),
            value=result.value,
            calls=result.calls,
            before=result.before,
            after=result.after,
            ticks=result.ticks,
            seconds=result.seconds,
            total_seconds=now,
            game_seconds=float(result.after["game_seconds"]) + _game_seconds_elsewhere(parts, here),
            tokens=tokens - before_tokens,
            dollars=dollars - before_dollars,
            overhead_seconds=max(0.0, now - begun - result.seconds),
        )
    )


def _game_seconds_elsewhere(parts: Parts, here: World) -> float:
    """Game time of the journey's other worlds so far."""
    lasts = [parts.store.last(parts.config.name, world.name) for world in parts.worlds.values() if world is not here]
    return sum(float(last.after["game_seconds"]) for last in lasts if last)


def _teller(event: Mapping[str, Any], here: World) -> Source:
    return "body" if here.is_own_word(event) else "world"


def _without(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in keys}


# -- shared


def _task(state: State) -> Task:
    assert state["task"] is not None
    return from_json(state["task"])


def _row(state: State, parts: Parts) -> Iteration:
    row = parts.store.iteration(parts.config.name, state["iteration"])
    assert row is not None
    return row


def _world_events(parts: Parts, iteration: int) -> list[dict[str, Any]]:
    found = parts.log.read(parts.config.name, iteration=iteration, node="run", source="world")
    return [{"kind": event.kind, "tick": event.tick, **event.data} for event in found]
