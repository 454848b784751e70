"""A curriculum by model: it proposes, the gate decides. What is invented, done, impossible or waiting is refused.

The model sees what the tech tree knows (what is one step away, by the game's own recipes), so that it proposes what can
be learnt; fields of the prompt come in as experience grows. When its proposals are refused it is told why, once; after
that the tech tree proposes. It keeps no state of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent import answers, observing, prompting
from agent.errors import BrainError
from agent.known import tag_of
from agent.models.call import Ask, Message
from agent.models.desk import Desk
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
NEAR = 30
"""Things one step away that the prompt names."""
WARM_UP = {"failed": 1, "known": 2, "milestones": 3, "achieved": 4}
"""Tasks that have to be behind us before a part of the prompt appears: at first only the world itself matters."""


class ModelProposer:
    """Proposer behind the desk's role `propose`, over the tech tree."""

    def __init__(
        self, name: str, desk: Desk, tree: Proposer, data: GameData, skills: Callable[[], Sequence[str]]
    ) -> None:
        self.name, self._desk, self._tree, self._data, self._skills = name, desk, tree, data, skills

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
        progress, done = situation.progress, len(situation.progress.done)
        failed = [
            f"- {failure.item or task}: {failure.cause}, {failure.count} times"
            for task, failure in progress.failures.items()
        ]
        known = sorted(self._skills())
        items = sorted(name for name in progress.items if not name.startswith("#"))
        warm = {
            "failed": Section("Failed, waiting for a change", failed[-8:], rank=4),
            "known": Section("Skills that are known", [", ".join(known)] if known else [], rank=5, most=600),
            "milestones": Section(
                "Deeds done",
                [", ".join(" ".join(each) for each in sorted(progress.deeds) if each[0] != "gain")],
                6,
                300,
            ),
            "achieved": Section("Things ever held", [", ".join(items)] if items else [], rank=3, most=800),
        }
        refused = [f"- {each.item}: {each.why}" for each in objections]
        sections = [
            *(section for name, section in warm.items() if done >= WARM_UP[name]),
            Section("One step away by the game's recipes", self._near(situation), rank=2),
            Section("The world now", observing.lines(situation.state), rank=1),
            Section("Refused just now; propose others", refused, rank=0),
        ]
        room = self._desk.settings.prompt_tokens - estimate_tokens(system["content"])
        return f"{prompt.name}:{prompt.version}", (system, prompt.user(sections, room))

    def _near(self, situation: Situation) -> list[str]:
        """Things never held whose needs are at hand or known to be gainable, cheapest first."""
        inventory = situation.state.get("inventory", {})
        reachable = self._data.ranks()
        have = {name for name, count in inventory.items() if count > 0 and name in self._data.items}
        known = (member for name in situation.known if self._data.exists(name) for member in self._data.expand(name))
        have |= {member for member in known if member in reachable}
        ranks = self._data.ranks(frozenset(have))
        near = sorted((rank.cost, name) for name, rank in ranks.items() if rank.depth == 1 and name not in have)
        held = {tag_of(name, self._data) for name in situation.progress.items}
        kinds = dict.fromkeys(tag_of(name, self._data) for _, name in near if name not in situation.progress.items)
        fresh = [kind for kind in kinds if kind not in held]
        return [", ".join(fresh[:NEAR])] if fresh else []
