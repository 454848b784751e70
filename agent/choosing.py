"""Best of n: more programs for the same step are tried in captured trial worlds, and the best one enters the journey.

Every candidate begins from the situation of the journey as it stands, in a world beside it. The task's own machine
check decides first, then whether the program came to its end, then the game time it took. No judge is asked. A
candidate that stays behind is noted on the call that wrote it; nothing of a trial world reaches the journey.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent import judging, writing
from agent.brain import Usage, WriteRequest
from agent.errors import BrainError, BudgetSpent
from agent.evidence import error_json
from agent.parts import Parts
from agent.world import World
from envs.base import Beginning, Program, Run, TrialEnv
from envs.errors import EnvError, EnvLost

AHEAD = 4
"""So many more answers like the first must fit into the budget before another candidate is asked for."""

Prepared = Mapping[str, Any]
"""What running a draft needs, as the loop keeps it."""


@dataclass(frozen=True)
class Tried:
    """A candidate and what its trial showed."""

    number: int
    draft: Prepared
    passed: bool
    returned: bool
    ticks: int
    said: str

    @property
    def rank(self) -> tuple[bool, bool, bool, int, int]:
        """Smaller is better: done and ended, done, ended, then the game time; the earlier one of equals."""
        return (not (self.passed and self.returned), not self.passed, not self.returned, self.ticks, self.number)


def best(parts: Parts, here: World, request: WriteRequest, first: dict[str, Any], usage: Usage) -> dict[str, Any]:
    """The first draft, or a better one if the journey tries several; asking and trying again gives the same one."""
    if parts.config.best_of < 2 or first["call"] is None or here.trials is None:
        return first
    drafts = _drafts(parts, here, request, first, usage)
    if len(drafts) == 1:
        return first
    assert isinstance(here.env, TrialEnv)
    if here.prover is not None:
        here.prover.collect(parts.report)  # its trials are in the same worlds
    beginning, tried = Beginning(here.env.seed, situation=here.env.capture()), []
    try:
        for number, draft in enumerate(drafts, 1):
            run = _run(
                parts, here, writing.program(draft, parts, here), beginning, beginning if number < len(drafts) else None
            )
            tried.append(_tried(here, request, number, draft, run))
    except EnvError as error:
        parts.report("notice", text=f"candidates are not tried: {error}")
        return first
    chosen = min(tried, key=lambda each: each.rank)
    for each in tried:
        if each is not chosen:
            what = f"candidate {each.number} of {len(tried)}, not chosen: {each.said}"
            parts.calls.led_to(parts.config.name, each.draft["call"], what, success=each.passed)
    passed = sum(each.passed for each in tried)
    words = f"best of {len(tried)} ({passed} passed in a trial): {chosen.said}"
    parts.report("notice", text=f"{chosen.draft['name']} is the {words}")
    return {**chosen.draft, "note": f"{chosen.draft['note']} [{words}]".strip()}


def _drafts(
    parts: Parts, here: World, request: WriteRequest, first: dict[str, Any], usage: Usage
) -> list[dict[str, Any]]:
    """The first draft and others that differ from it, as many as the journey wants and its budget allows."""
    drafts = [first]
    for number in range(2, parts.config.best_of + 1):
        if not _affordable(parts, usage):
            break
        try:
            draft = here.brain.write(replace(request, place=f"{request.place}~{number}"))
        except BudgetSpent:
            break
        except BrainError:
            continue  # the objection is noted on the call
        prepared, objection = writing.prepare(draft, parts, here)
        twin = prepared and next((each for each in drafts if _same(each, prepared)), None)
        if prepared is None:
            parts.calls.led_to(parts.config.name, draft.call, f"refused: {objection}", success=False)
        elif twin is not None:
            what = f"candidate {number}, the same as that of call {twin['call']}"
            parts.calls.led_to(parts.config.name, draft.call, what)
        else:
            drafts.append(writing.kept(draft, prepared))
    return drafts


def _affordable(parts: Parts, usage: Usage) -> bool:
    """Whether so much is left that another candidate does not end the journey."""
    tokens, dollars = parts.calls.spent(parts.config.name)
    limits = ((parts.budget.tokens, tokens, usage.tokens), (parts.budget.dollars, dollars, usage.dollars))
    return all(limit is None or spent + AHEAD * each <= limit for limit, spent, each in limits)


def _same(one: Prepared, other: Prepared) -> bool:
    return all(one[key] == other[key] for key in ("name", "source", "args", "skill"))


def _tried(here: World, request: WriteRequest, number: int, draft: Prepared, run: Run) -> Tried:
    verdict = judging.at_best(request.task, run.before, run.after, list(run.events), here.tags)
    error = error_json(run)
    said = f"{error['code']}: {error['message']}" if error else verdict.evidence
    return Tried(number, draft, verdict.passed, run.outcome == "returned", run.ticks, said)


def _run(parts: Parts, here: World, program: Program, beginning: Beginning, ahead: Beginning | None) -> Run:
    """One trial; a process that dies says nothing about the program: once more."""
    assert here.trials is not None
    try:
        here.trials.enter(beginning, ahead)
        return here.trials.run(program, parts.limits)
    except EnvLost:
        here.trials.enter(beginning)
        return here.trials.run(program, parts.limits)
