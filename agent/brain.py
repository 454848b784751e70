"""The brain contract: who writes the next program, given the task and everything that is known.

A brain is asked and answers; it never touches the world, the library or the database. The planner
(`agent.brains.planner`) answers without any model; `agent.brains.model` asks language models. Both get the same
request and owe the same draft.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from curriculum.task import Task
from envs.base import Observation


@dataclass(frozen=True)
class Usage:
    """What one answer cost."""

    tokens: int = 0
    dollars: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.tokens + other.tokens, self.dollars + other.dollars)


@dataclass(frozen=True)
class KnownSkill:
    """A library skill as a writer sees it: what to call and what it is known to do, not how."""

    name: str
    version: str
    parameters: Mapping[str, Any]
    purpose: str
    gives: tuple[str, ...]
    """Items that it was seen to bring."""
    status: str
    worth: float
    """Expected success rate by Laplace's rule, (successes + 1) / (runs + 2)."""
    card: str = ""
    """How to call it, its purpose and what runs have shown, on one line."""


@dataclass(frozen=True)
class Attempt:
    """An earlier round of the same task: what was tried and why it did not do."""

    round: int
    name: str
    source: str
    args: Mapping[str, Any]
    outcome: str
    error: Mapping[str, Any] | None
    evidence: str
    gained: Mapping[str, int] = field(default_factory=dict)
    trail: tuple[str, ...] = ()
    """What it called, in order, each with how it ended."""
    said: tuple[str, ...] = ()
    """What it returned and printed, as data."""


@dataclass(frozen=True)
class WriteRequest:
    """Everything a writer gets for one program."""

    task: Task
    check: str
    """The task's machine check in words."""
    observation: Observation
    attempts: tuple[Attempt, ...]
    skills: tuple[KnownSkill, ...]
    lessons: tuple[Mapping[str, Any], ...]
    primitives: Mapping[str, str]
    objection: str = ""
    """Why the last draft was refused before running; empty at first."""
    refused: str = ""
    """The draft that was refused."""
    language: str = "javascript"
    """In which programs of this world are written."""
    place: str = ""
    """The step of the journey: asking again there, after an interruption, gives the answer that was kept."""
    code: Callable[[str], str | None] = lambda name: None
    """The source of a library skill, for a writer that asks for it."""
    recent: tuple[str, ...] = ()
    """What the journey's last iterations came to, newest first."""
    plan: tuple[str, ...] = ()
    """Where the task stands in a plan, and how its writer means to go about it, as far as that is known beforehand."""
    scratch: tuple[str, ...] = ()
    """What its writer noted for itself in earlier rounds of the task, newest first."""


@dataclass(frozen=True)
class Draft:
    """A writer's answer: either the source of one new function, or the name of a library skill to call as it is."""

    name: str
    source: str | None
    args: Mapping[str, Any]
    note: str
    """One sentence for people: what this tries and why."""
    usage: Usage = Usage()
    call: int | None = None
    """Number of the model call that gave it; None if no model was asked."""
    heeded: tuple[int, ...] = ()
    """Documents of the lessons without which it would have been another draft."""
    scratch: str = ""
    """What it wants to find again in the task's next round."""
    explores: bool = False
    """Whether it only looks around: what it happens to achieve makes no skill of it."""


class Brain(Protocol):
    """Writes programs. Raises BrainError when it cannot answer."""

    name: str
    mends: bool
    """Whether it can answer an objection to its draft with a better one."""

    def plan(self, request: WriteRequest) -> tuple[str, ...]:
        """How it means to go about the request; nothing from a brain that finds out while it writes."""
        ...

    def write(self, request: WriteRequest) -> Draft:
        """The next program to try for the request."""
        ...
