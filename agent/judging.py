"""The verdict on an iteration: by the machine check, with a judge's word only where a part of it asks for one.

Parts that data decides come first: while one of them fails, no judge is asked. A judge's words are kept in the log as
events of their own, so that a verdict can be repeated from what is written. No judge overrules a check; where a verdict
could not be given, or a judge who audits a no says yes, that is said beside it: then the failure is the verifier's.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from agent.parts import Parts
from agent.roles.language import parts as parts_of
from agent.store import Iteration
from curriculum import checks
from curriculum.checks import Judged, Verdict
from curriculum.checks.judged import JUDGED
from curriculum.task import Task
from memory.log import Event

NODE = "judge"
"""Under which a judge's words stand in the log."""
UNDECIDED = "undecided"
"""All that data decides holds, and nobody gave the word that the rest depends on."""
DISPUTED = "disputed"
"""The check says no; a judge who was shown the same before, after and events says yes."""


def verdict(parts: Parts, task: Task, row: Iteration, events: Sequence[Mapping[str, Any]]) -> tuple[Verdict, str]:
    """Whether the task is done after this iteration, and what is doubtful in a no ('' where nothing is)."""
    questions, tags = _questions(task), parts.worlds[task.world].tags
    if not questions:
        found = checks.evaluate(task.check, row.before, row.after, events, tags)
        agrees = _audit(parts, task, row, events, found)
        return found, "" if agrees or found.passed else DISPUTED
    hoped = at_best(task, row.before, row.after, events, tags)
    if not hoped.passed:
        return hoped, ""
    words = _words(parts, row, events, questions, task.world)
    found = checks.evaluate(task.check, row.before, row.after, [*events, *words], tags)
    answered = {word["question"] for word in words}
    return found, "" if found.passed or answered.issuperset(questions) else UNDECIDED


def at_best(
    task: Task, before: checks.Observation, after: checks.Observation, events: Sequence[checks.Event], tags: checks.Tags
) -> Verdict:
    """The verdict if a judge said yes to all that no check decides."""
    hopeful = [
        {"kind": JUDGED, "question": question, "passed": True, "evidence": "", "by": ""}
        for question in _questions(task)
    ]
    return checks.evaluate(task.check, before, after, [*events, *hopeful], tags)


def _questions(task: Task) -> list[str]:
    return [part.question for part in parts_of(task.check) if isinstance(part, Judged)]


def _words(
    parts: Parts, row: Iteration, events: Sequence[Mapping[str, Any]], questions: Sequence[str], world: str
) -> list[Mapping[str, Any]]:
    """The judge's words on the questions, from the log if they were said before."""
    kept = list(parts.log.read(row.journey, iteration=row.iteration, node=NODE))
    judge = parts.staff.judge
    if not kept and judge is not None:
        said = []
        for number, question in enumerate(questions):
            word = judge.decide(question, row.before, row.after, events, f"judge/{row.iteration}.{number}", world)
            if word is None:
                continue
            judge.note(word, f"verdict of iteration {row.iteration}: {'passed' if word.passed else 'failed'}")
            data = {"question": question, "passed": word.passed, "evidence": word.evidence, "by": word.by}
            said.append(Event(JUDGED, data, "model", None, time.time()))
        parts.log.append(row.journey, row.iteration, NODE, said)
        kept = list(parts.log.read(row.journey, iteration=row.iteration, node=NODE))
    return [{"kind": event.kind, **event.data} for event in kept]


def _audit(parts: Parts, task: Task, row: Iteration, events: Sequence[Mapping[str, Any]], found: Verdict) -> bool:
    """Put a verdict that stands to the judge as well, to measure how far a judge could be trusted.

    Whether the judge agrees; one who was not asked or gave no answer does not differ.
    """
    judge = parts.staff.judge
    if judge is None or not judge.audit_due(row.iteration):
        return True
    question = f"Was this achieved between before and after? {checks.describe(task.check)}"
    word = judge.decide(question, row.before, row.after, events, f"audit/{row.iteration}", task.world)
    if word is None:
        return True
    agrees = word.passed == found.passed
    what = f"audit of iteration {row.iteration}: {'agrees' if agrees else 'differs'}; the check says {found.evidence}"
    judge.note(word, what, success=agrees)
    return agrees
