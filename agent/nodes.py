"""One plain function for each node of the loop: (state, parts) to changes of the state.

A node may be run twice after a crash and must then change nothing: every write is keyed by (journey, iteration,
node), and what is found written is used as it stands. Large things live in the database; the state carries ids.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from agent import choosing, consolidating, evidence, judging, reflecting
from agent.brain import Attempt, Draft, KnownSkill, WriteRequest
from agent.errors import BrainError
from agent.known import items_towards, known_skill
from agent.known_goals import draft_for
from agent.parts import Parts
from agent.remember import Meanwhile
from agent.state import State
from agent.store import Iteration
from agent.uses import NEW, uses_of
from curriculum import checks
from curriculum.progress import fingerprint
from curriculum.proposal import Proposal
from curriculum.task import Task, from_json
from envs.base import Module, Program, Run, RunError, TrialEnv
from envs.errors import EnvError
from memory.episodic import Episode, inventory_difference
from memory.guard import shown
from memory.log import Event
from memory.recall import Question
from skills.admit import Admission, admit
from skills.search import pack, search

ROUNDS = 4
"""Programs tried for one task before it is put aside (as published systems do, for comparison)."""
MOST_SKILLS, SKILL_TOKENS = 12, 1500
"""How many skills a writer is shown at most, and the tokens that their cards may take."""
REPAIRS = 3
"""Refused drafts that a writer may mend before the task is put aside; they are not iterations."""
LOSSES = 3
"""How often a process of the world may die in one run; then the program is what the world does not survive."""
RECALLED = 10


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
    if parts.config.goal and parts.proposer.goal_reached(parts.situation(parts.env.observe(), iteration)):
        return {"stop": "goal", "reason": f"{parts.config.goal} reached"}
    if used_up:
        return {"stop": "budget", "reason": used_up}
    return {"stop": None, "reason": ""}


def prove(state: State, parts: Parts) -> State:
    """Trials of what is not proven yet, within the share of game time that they may take; each is evidence."""
    if parts.prover is None:
        return {}
    last = parts.store.last(parts.config.name)
    played = int(last.game_seconds * 20) if last else 0
    _, spent, _ = parts.prover.proofs.spent(parts.config.name)
    try:
        parts.prover.between_tasks(int(parts.config.proving * played) - spent, parts.report)
    except EnvError as error:
        parts.report("notice", text=f"trials are put off: {error}")
    return {}


def propose(state: State, parts: Parts) -> State:
    """The next task, written into the task book with what was passed over for it."""
    situation = parts.situation(parts.env.observe(), state["iteration"])
    proposal = _repair(parts) or parts.proposer.propose(situation)
    if proposal is None:
        return {"task": None, "stop": "goal", "reason": "nothing is left to try"}
    number = state["tasks"] + 1
    task = parts.book.propose(
        parts.config.name,
        number,
        proposal.task,
        fingerprint(situation.state, situation.known),
        tuple(each.to_json() for each in proposal.rejected),
    )
    parts.proposer.taken(task, number)
    parts.report("proposed", goal=task.goal, reason=task.reason)
    return {"task": task.to_json(), "tasks": number, "round": 0, "recalled": []}


def recall(state: State, parts: Parts) -> State:
    """What earlier tasks taught about this one: lessons, facts and episodes, with the document ids for their review."""
    task = _task(state)
    last = _attempts(state, parts)[-1:]
    question = Question(
        text=task.goal,
        scope=parts.config.name,
        items=(task.item.lstrip("#"),) if task.item else (),
        errors=tuple(str(attempt.error["code"]) for attempt in last if attempt.error),
        failures=tuple(
            (str(attempt.error["code"]), str(attempt.error["message"])) for attempt in last if attempt.error
        ),
        goal=task.goal,
        world=task.world,
    )
    now, asking = float(parts.store.experience()), (parts.config.name, state["iteration"] + 1)
    hits = parts.recall.ask(question, now=now, limit=RECALLED, log=asking).hits
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
    task, objection = _task(state), ""
    if state["round"] == 0 and not task.is_repair:
        known = draft_for(task, parts.env.observe(), parts.operators)
        prepared, _ = _prepare(known, parts) if known else (None, "")
        if known and prepared:
            return {"draft": {**prepared, "note": known.note, "call": None}}
    parts.report("writing", goal=task.goal)
    refused = ""
    for number in range(REPAIRS + 1):
        request = _request(state, parts, task, objection, refused, number)
        try:
            draft = parts.brain.write(request)
        except BrainError as error:
            prepared, objection, refused = None, str(error), ""
            if not parts.brain.mends:
                break
            continue
        prepared, objection = _prepare(draft, parts)
        if prepared is not None:
            first = {**prepared, "note": draft.note, "call": draft.call}
            return {"draft": choosing.best(parts, request, first, draft.usage, _prepare, _program)}
        refused = draft.source or ""
        parts.calls.led_to(parts.config.name, draft.call, f"refused: {objection}", success=False)
    parts.report("notice", text=f"put aside: {task.goal} {objection}")
    return {"draft": None, "reason": objection}


def run(state: State, parts: Parts) -> State:
    """Execute the program, keep the world, then keep the iteration: what stands in the row really happened."""
    journey, iteration, draft = parts.config.name, state["iteration"] + 1, state["draft"]
    assert draft is not None
    if parts.store.iteration(journey, iteration) is None:
        parts.report("running", name=draft["name"], iteration=iteration)
        begun = parts.seconds()
        if parts.prover is not None and draft["source"] is not None and isinstance(parts.env, TrialEnv):
            parts.prover.proofs.keep_situation(
                parts.env.capture(), world=parts.config.place, seed=parts.env.seed, journey=journey,
                iteration=iteration, at=float(parts.store.experience()),
            )  # fmt: skip
        program = _program(draft, parts)
        with Meanwhile(float(parts.store.experience())):
            result = _given_up(parts) if parts.losses >= LOSSES else parts.env.run(program, parts.limits)
        parts.env.save(iteration)
        _keep_run(state, parts, iteration, result, begun)
    parts.session_iterations, parts.losses = parts.session_iterations + 1, 0
    return {"iteration": iteration, "round": state["round"] + 1, "passed": None}


def verify(state: State, parts: Parts) -> State:
    """The verdict of the task's machine check over before, after and the world's events."""
    journey, iteration, task = parts.config.name, state["iteration"], _task(state)
    row = _row(state, parts)
    if row.passed is None:
        verdict = judging.verdict(parts, task, row, _world_events(parts, iteration))
        parts.store.judge(journey, iteration, verdict.passed, verdict.evidence)
    return {"passed": bool(_row(state, parts).passed)}


def learn(state: State, parts: Parts) -> State:
    """Skill version with its evidence, episode, lessons and places; then the task is settled or gets another round."""
    task, draft = _task(state), state["draft"]
    if draft is None:
        parts.book.settle(parts.config.name, state["tasks"], False, "no_plan", ended=state["iteration"])
        parts.proposer.settled(state["tasks"], False)
        return {"task": None}
    row, events, now = _row(state, parts), _world_events(parts, state["iteration"]), float(parts.store.experience())
    _tell_run(parts, task, row)
    kept = _keep_skill(state, parts, row, events, now)
    episode = parts.episodes.record(_episode(state, parts, task, row, now, kept))
    evidence.remember(parts.semantic, parts.config.name, task, row, events, episode.id, now)
    lessons = [each["document"] for each in state["recalled"] if each["tier"] == "lesson"]
    parts.recall.used(
        lessons, "succeeded" if row.passed else "failed", now=now, journey=parts.config.name, iteration=row.iteration
    )
    _tell_progress(parts, task, row, events)
    parts.calls.led_to(
        row.journey,
        draft["call"],
        f"iteration {row.iteration}: {'passed' if row.passed else evidence.cause(row)}",
        success=bool(row.passed),
    )
    if row.passed or state["round"] >= ROUNDS:
        if not row.passed:
            reflecting.reflect(parts, _request(state, parts, task), row, episode.id, now)
        cause = "" if row.passed else evidence.cause(row)
        parts.book.settle(parts.config.name, state["tasks"], bool(row.passed), cause, ended=row.iteration)
        parts.proposer.settled(state["tasks"], bool(row.passed))
        consolidating.consolidate(parts, row.iteration, now)
        return {"task": None, "draft": None}
    return {"draft": None}


def _repair(parts: Parts) -> Proposal | None:
    """The task that a skill was written for, again, if it has lost its trust and nobody was asked to mend it since."""
    if parts.prover is None:
        return None
    for name in parts.library.to_repair():
        skill = parts.library.get(name)
        parts.library.ask_repair(name, reason="its success rate fell", at=float(parts.store.experience()))
        uses = parts.library.uses_of(skill.current.hash, 20)
        failed = next((use.args for use in uses if use.outcome == "failed"), {})
        check = parts.prover.check_for(skill.current, failed)
        if check is not None:
            goal = checks.describe(check)
            item = check.to_json().get("item")
            count = int(check.to_json().get("count", 1))
            return Proposal(Task(goal, check, "repair", item, count, (name,), proposed_by="library",
                                 reason=f"{name} worked in too few of its latest runs"))  # fmt: skip
    return None


# -- writing


def _request(
    state: State, parts: Parts, task: Task, objection: str = "", refused: str = "", number: int = 0
) -> WriteRequest:
    lessons = []
    for each in state["recalled"]:
        lesson: dict[str, Any] = {"text": each["text"], "tier": each["tier"]}
        if each["tier"] == "lesson":
            item = parts.semantic.get(each["ref"])
            if item.subject == task.item and "error" in item.data:
                lesson["error"] = item.data["error"]
        lessons.append(lesson)
    return WriteRequest(
        task=task,
        check=checks.describe(task.check),
        observation=parts.env.observe(),
        attempts=_attempts(state, parts),
        skills=_skills_for(task, parts),
        lessons=tuple(lessons),
        primitives=parts.env.primitives(),
        objection=objection,
        refused=refused,
        place=f"{state['tasks']}/{state['iteration']}/{state['round']}/{number}",
        code=lambda name: parts.library.get(name).current.source if parts.library.has(name) else None,
    )


def _skills_for(task: Task, parts: Parts) -> tuple[KnownSkill, ...]:
    items = items_towards(task.item, parts.data) if task.item else ()
    found = search(parts.library, task.goal, items=items, limit=MOST_SKILLS)
    shown = set(pack(found, SKILL_TOKENS).names)
    return tuple(known_skill(hit.skill) for hit in found if hit.skill.name in shown)


def _attempts(state: State, parts: Parts) -> tuple[Attempt, ...]:
    """The rounds of the task under way, oldest first."""
    found = []
    for number in range(state["iteration"] - state["round"] + 1, state["iteration"] + 1):
        row = parts.store.iteration(parts.config.name, number)
        if row is not None:
            found.append(
                Attempt(
                    round=row.round,
                    name=row.name,
                    source=row.source or f"// the library skill {row.name} as it is",
                    args=row.args,
                    outcome=row.outcome,
                    error=_traced(row),
                    evidence=row.evidence,
                    gained=_gained(row),
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


def _prepare(draft: Draft, parts: Parts) -> tuple[dict[str, Any] | None, str]:
    """What running the draft needs, or the objection to it."""
    if draft.source is None:
        if not parts.library.has(draft.name):
            return None, f"there is no skill {draft.name!r} in the library to call as it is; write its source"
        skill = parts.library.get(draft.name)
        return {"name": draft.name, "source": None, "args": dict(draft.args), "skill": skill.current.hash}, ""
    admission = _admit(draft.source, parts)
    if not admission.admitted:
        return None, " ".join(refusal.message for refusal in admission.refusals)
    assert admission.signature is not None
    return {"name": admission.signature.name, "source": draft.source, "args": dict(draft.args), "skill": None}, ""


def _admit(source: str, parts: Parts) -> Admission:
    return admit(source, parse=parts.env.parse, primitives=parts.env.primitives(), library=parts.library)


# -- running


def _program(draft: dict[str, Any], parts: Parts) -> Program:
    if draft["skill"] is not None:
        modules, main = parts.graph.modules(draft["skill"]), draft["skill"]
    else:
        admission = _admit(draft["source"], parts)
        main = f"{NEW}{draft['name']}"
        modules = parts.graph.program(main, draft["name"], draft["source"], admission.uses or {})
    return Program(tuple(Module(**module) for module in modules), main, draft["args"])


def _given_up(parts: Parts) -> Run:
    """A run that was never made whole: each try cost a process of the world, so the program counts as refused by it."""
    now = parts.env.observe()
    error = RunError(
        "lost", f"a process of the world died in each of {LOSSES} tries of this program", remedy="do it in another way"
    )
    return Run(now, now, (), "refused", error, None, (), (), 0, 0.0)


def _keep_run(state: State, parts: Parts, iteration: int, result: Run, begun: float) -> None:
    journey, draft = parts.config.name, state["draft"]
    assert draft is not None
    assert state["task"] is not None
    events = [
        Event(each["kind"], _without(each, "kind", "tick"), "world", each["tick"], time.time())
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
            modules=tuple(evidence.library_modules(draft, _program(draft, parts))),
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
            game_seconds=float(result.after["game_seconds"]),
            tokens=tokens - before_tokens,
            dollars=dollars - before_dollars,
            overhead_seconds=max(0.0, now - begun - result.seconds),
        )
    )


def _without(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in keys}


# -- learning


def _keep_skill(state: State, parts: Parts, row: Iteration, events: list[dict[str, Any]], now: float) -> str | None:
    """Keep a program that passed as a version, and count the run as evidence; the version's hash if there is one."""
    draft = state["draft"]
    assert draft is not None
    if draft["skill"] is not None:
        hash, setting = str(draft["skill"]), evidence.IN_USE
    elif row.passed and row.outcome == "returned" and state.get("approved", True):
        known = parts.library.has(row.name)
        version = parts.library.add(
            _described(_admit(draft["source"], parts), state, parts),
            reason=row.note or row.evidence,
            author=parts.brain.name,
            journey=row.journey,
            iteration=row.iteration,
            at=now,
        )
        hash, setting = version.hash, evidence.AT_HOME
        parts.ledger.write(
            row.journey, row.iteration, "skill", f"skill/{version.hash}",
            what=f"{version.skill} {version.hash[:15]}: {'a new version' if known else 'new'}",
            why=row.note or row.evidence, evidence={"iteration": row.iteration, "verdict": row.evidence},
            undo=f"journeyman skills {'rollback' if known else 'retire'} {version.skill}",
        )  # fmt: skip
        parts.report("kept", name=version.skill, purpose=version.purpose, change="a new version" if known else "new")
    else:
        hash, setting = None, evidence.IN_USE
    for use in uses_of(
        row,
        list(parts.log.read(row.journey, iteration=row.iteration, node="run")),
        library=parts.library,
        data=parts.data,
        hash=hash,
        setting=setting,
        world=parts.config.place,
        brain=parts.brain.name,
        at=now,
    ):
        parts.library.record_use(use)
    return hash


def _described(admission: Admission, state: State, parts: Parts) -> Admission:
    """With a purpose, if its writer wrote none and somebody is there to describe it."""
    if admission.purpose or parts.staff.describer is None:
        return admission
    purpose = parts.staff.describer.purpose(admission.source, _task(state).goal, f"describe/{state['iteration']}")
    return replace(admission, purpose=purpose)


def _episode(state: State, parts: Parts, task: Task, row: Iteration, now: float, kept: str | None) -> Episode:
    return Episode(
        journey=row.journey,
        iteration=row.iteration,
        task=task.id,
        goal=task.goal,
        at=now,
        round=row.round,
        outcome="passed" if row.passed else "failed",
        world=task.world,
        program=parts.episodes.keep_program(row.source) if row.source else None,
        failure=evidence.failure(row),
        cause=evidence.cause(row) or None,
        message=str((row.error or {}).get("message") or row.evidence),
        gained=_gained(row),
        place=evidence.place(row),
        ticks=(int(row.before["tick"]), int(row.after["tick"])),
        skills=dict(each.split("@", 1) for each in row.modules) | ({row.name: kept} if kept else {}),
        tokens=row.tokens,
        brain=parts.brain.name,
        events=_event_range(parts, row.iteration),
    )


def _tell_run(parts: Parts, task: Task, row: Iteration) -> None:
    why = f"{row.error['code']}: {row.error['message']}" if row.error else row.evidence
    parts.report(
        "ran",
        iteration=row.iteration,
        passed=row.passed,
        goal=task.goal,
        name=row.name,
        gained=_gained(row),
        game_seconds=row.ticks / 20,
        seconds=row.seconds,
        why=why,
    )


def _tell_progress(parts: Parts, task: Task, row: Iteration, events: list[dict[str, Any]]) -> None:
    before = set(parts.milestones())
    parts.reached.note(row.after, events)
    milestones = parts.milestones()
    for name in milestones:
        if name not in before:
            parts.report(
                "milestone",
                name=name,
                iteration=row.iteration,
                seconds=row.total_seconds,
                game_seconds=row.game_seconds,
            )
    facts = {
        "items": len(parts.reached.items),
        "skills": len(parts.library.names()),
        "game_seconds": row.game_seconds,
        "seconds": row.total_seconds,
        "tokens": parts.store.spent(row.journey)[0],
        "iteration": row.iteration,
    }
    parts.report("facts", **facts)
    parts.store.tell(row.journey, {**facts, "task": task.goal, "milestones": milestones})


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


def _event_range(parts: Parts, iteration: int) -> tuple[int, int] | None:
    seqs = [event.seq for event in parts.log.read(parts.config.name, iteration=iteration, node="run")]
    return (seqs[0], seqs[-1]) if seqs else None


def _gained(row: Iteration) -> dict[str, int]:
    return inventory_difference(row.before.get("inventory", {}), row.after.get("inventory", {}))
