"""A curriculum by model: it proposes, the gate decides. What is invented, done, impossible or waiting is refused.

The model sees what the tech tree knows (what is one step away, by the game's own recipes), so that it proposes what can
be learnt; fields of the prompt come in as experience grows. When its proposals are refused it is told why, once; after
that the tech tree proposes. It keeps no state of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent import answers, prompting
from agent.errors import BrainError
from agent.models.call import Ask, Message
from agent.models.desk import Desk
from agent.roles import horizon
from agent.roles.language import grammar, task_of
from curriculum.errors import CurriculumError
from curriculum.gamedata import GameData
from curriculum.progress import fingerprint, retry_condition, waits_for
from curriculum.proposal import Proposal, Proposer, Rejected, Situation, admit
from curriculum.task import Task
from memory.working import Section, estimate_tokens

TRIES = 2
"""Answers that may be refused whole before the tech tree proposes."""
MOST_TASKS = 5
"""Tasks of one answer that are looked at."""
MOST_COUNT = 64
"""More of one thing than this is not learnable in one program."""


class ModelProposer:
    """Proposer behind the desk's role `propose`, over the tech tree."""

    def __init__(self, name: str, desk: Desk, tree: Proposer, data: GameData) -> None:
        self.name, self._desk, self._tree, self._data = name, desk, tree, data

    def goal_reached(self, situation: Situation) -> bool:
        """As the tech tree says."""
        return self._tree.goal_reached(situation)

    def propose(self, situation: Situation) -> Proposal | None:
        """The first proposal that passes the gate; the tech tree's if none does."""
        objections: list[Rejected] = []
        for number in range(TRIES):
            place = f"propose/{situation.iteration}/{len(situation.progress.done)}.{number}"
            reply = self._desk.ask(Ask("propose", *self._render(situation, objections), place))
            try:
                candidates = answers.with_keys(reply.text, "tasks")["tasks"]
                if not isinstance(candidates, list) or not candidates:
                    raise BrainError('"tasks" must be a list of at least one task')
            except BrainError as error:
                candidates = []
                objections.append(Rejected("the answer", str(error)))
            before = len(objections)
            task = self._first(candidates[:MOST_TASKS], situation, objections, reply.model)
            refused = len(objections) - before
            if task is not None:
                what = f"task {task.id}: {task.goal}" + (f" ({refused} refused)" if refused else "")
                self._desk.calls.led_to(self._desk.journey, reply.number, what, success=True)
                return Proposal(task, tuple(objections))
            why = "; ".join(each.why for each in objections)[:500]
            self._desk.calls.led_to(self._desk.journey, reply.number, f"refused: {why}", success=False)
        proposal = self._tree.propose(situation)
        return proposal and Proposal(proposal.task, (*objections, *proposal.rejected))

    def _first(
        self, candidates: Sequence[object], situation: Situation, objections: list[Rejected], by: str
    ) -> Task | None:
        """The first candidate that may be taken up; the others' reasons are added to the objections."""
        for candidate in candidates:
            goal = answers.text_of(candidate.get("goal"), 80) if isinstance(candidate, dict) else "a task"
            try:
                task = task_of(candidate, kind="explore", by=by, worlds=("minecraft",))
                refusal = self._refusal(task, situation)
            except CurriculumError as error:
                refusal = str(error)
            if refusal is None:
                return task
            objections.append(Rejected(goal or "a task", refusal))
        return None

    def _refusal(self, task: Task, situation: Situation) -> str | None:
        """Why a task may not be taken up now, None if it may."""
        if refusal := admit(task, situation, self._data):
            return refusal
        if task.count > MOST_COUNT:
            return f"{task.count} at once are too many for one program; at most {MOST_COUNT}"
        if task.id in situation.progress.done:
            return "this very task was achieved before"
        failure = situation.progress.failures.get(task.id)
        now = fingerprint(situation.state, situation.known)
        if failure and retry_condition(failure, now, situation.iteration) is None:
            return waits_for(failure)
        return None

    def _render(self, situation: Situation, objections: Sequence[Rejected]) -> tuple[str, tuple[Message, ...]]:
        prompt = prompting.load("proposer")
        system = prompt.system(checks=grammar(("minecraft",)))
        refused = [f"- {each.item}: {each.why}" for each in objections]
        sections = [
            *horizon.sections(situation, self._data),
            Section("Refused just now; propose others", refused, rank=0),
        ]
        room = self._desk.settings.prompt_tokens - estimate_tokens(system["content"])
        return f"{prompt.name}:{prompt.version}", (system, prompt.user(sections, room))
