"""What a family of desktop tasks is: a generator of instances, each with fresh content and its own machine check.

A family is code and data; an instance follows from its family and a seed alone, so a journey keeps only those two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from curriculum.checks import Check
from curriculum.task import Task, TaskKind

WORLD = "desktop"


@dataclass(frozen=True)
class Instance:
    """One task with its content."""

    goal: str
    """The sentence; it names every value."""
    values: Mapping[str, Any]
    """What the sentence names, by role: what a parameterised program takes as arguments. Plain JSON."""
    check: Check
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Documents that the home holds at the start of every round, by path from the home."""
    folders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Family:
    """A kind of task. `make` gives an instance from a source of chance and nothing else."""

    name: str
    subject: str
    """What it is about: files, text, sheets, documents, pictures, web, chains …"""
    level: int
    """How hard it is, from 1 (one step in one program) to 5 (a chain over several programs)."""
    programs: tuple[str, ...]
    """Ids of the programs of the catalogue that it takes."""
    make: Callable[[Random], Instance]

    def instance(self, seed: int) -> Instance:
        """The instance of a seed."""
        return self.make(Random(f"{self.name}:{seed}"))

    def task(self, seed: int, kind: TaskKind = "explore") -> Task:
        """The instance of a seed as a task of the curriculum."""
        made = self.instance(seed)
        return Task(
            goal=made.goal,
            check=made.check,
            kind=kind,
            item=self.name,
            world=WORLD,
            proposed_by="families",
            values=made.values,
            setup={"family": self.name, "seed": seed},
        )


def solved(task: Task, families: Mapping[str, Family]) -> tuple[str, ...]:
    """What milestones call a desktop task that passed: its family, its subject, its level; nothing for other tasks."""
    family = families.get(task.item or "") if task.world == WORLD else None
    return (family.name, family.subject, f"level {family.level}") if family else ()
