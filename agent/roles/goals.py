"""A person's goal in words becomes a plan: tasks with checks, each possible, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent import answers, observing, prompting
from agent.errors import BrainError, UsageError
from agent.models.call import Ask
from agent.models.desk import Desk
from agent.roles.language import grammar, task_of
from curriculum.checks import reachable
from curriculum.errors import CurriculumError
from curriculum.gamedata import GameData
from curriculum.task import Task
from memory.working import Section, estimate_tokens

TRIES = 3
MOST_TASKS = 12


def plan(
    goal: str, state: Mapping[str, object], desk: Desk, data: GameData, *, after: Sequence[str] = (), number: int = 0
) -> list[Task]:
    """The tasks that lead to a goal. `after` tells what became of an earlier plan.

    Raises UsageError when the goal is impossible or no plan can be had.
    """
    prompt = prompting.load("goal")
    system = prompt.system(checks=grammar(("minecraft",), judged=True))
    room = desk.settings.prompt_tokens - estimate_tokens(system["content"])
    refused: list[str] = []
    for attempt in range(TRIES):
        sections = [
            Section("Goal", [observing.quoted(goal, 2000)], rank=0),
            Section("The world now", observing.lines(state), rank=2),
            Section("What became of the last plan", list(after), rank=1),
            Section("Refused just now", [f"- {each}" for each in refused], rank=1),
        ]
        messages = (system, prompt.user(sections, room))
        reply = desk.ask(Ask("propose", f"{prompt.name}:{prompt.version}", messages, f"goal/{number}.{attempt}"))
        impossible = next((each["impossible"] for each in answers.objects(reply.text) if "impossible" in each), None)
        if impossible:
            desk.calls.led_to(desk.journey, reply.number, "impossible", success=True)
            raise UsageError(f"--goal {goal!r}: {answers.text_of(impossible, 300) or 'cannot be reached'}")
        tasks, refused = _tasks(reply.text, reply.model, data)
        if tasks and not refused:
            desk.calls.led_to(desk.journey, reply.number, f"plan of {len(tasks)} tasks", success=True)
            return tasks
        desk.calls.led_to(desk.journey, reply.number, f"refused: {'; '.join(refused)}"[:500], success=False)
    raise UsageError(f"--goal {goal!r}: no plan could be had ({'; '.join(refused)[:300]}); name an item or a milestone")


def _tasks(text: str, by: str, data: GameData) -> tuple[list[Task], list[str]]:
    """The tasks of an answer, and what is wrong with it; a plan with a wrong task is wrong as a whole."""
    try:
        listed = answers.with_keys(text, "tasks")["tasks"]
    except BrainError as error:
        return [], [str(error)]
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_TASKS:
        return [], [f'"tasks" must be a list of one to {MOST_TASKS} tasks']
    tasks, refused = [], []
    for position, each in enumerate(listed, 1):
        try:
            task = task_of(each, kind="given", by=by, worlds=("minecraft",), judged=True)
        except CurriculumError as error:
            refused.append(f"task {position}: {error}")
            continue
        if reason := reachable(task.check, data):
            refused.append(f"task {position}: {reason}")
        tasks.append(task)
    return tasks, refused
