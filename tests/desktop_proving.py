"""Proofs that families of desktop tasks can be solved: programs under `desktop_proofs/`, judged by the tasks' checks.

A proof of a family is the function of its name, over primitives and other functions of the proofs; its arguments are
the instance's values that match its parameters. Nothing here can be imported by the agent: proofs are read as text.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

from curriculum.desktop import Family, Instance
from envs.base import Limits, Module, Program, Run
from envs.desktop import DesktopEnv

FOLDER = Path(__file__).parent / "desktop_proofs"
LIMITS = Limits(ticks=3600, seconds=180)


@cache
def sources() -> dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Every function of the proofs by name: its source, its parameters, the names that it uses."""
    found = {}
    for file in sorted(FOLDER.glob("*.py")):
        text = file.read_text("utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef):
                if node.name in found:
                    raise ValueError(f"two proofs are called {node.name}")
                used = sorted({name.id for name in ast.walk(node) if isinstance(name, ast.Name)})
                parameters = tuple(each.arg for each in node.args.args)
                found[node.name] = (ast.get_source_segment(text, node) or "", parameters, tuple(used))
    return found


def program(family: Family, values: Any) -> Program:
    """The proof of a family, with these values. Raises KeyError if there is none or a value is missing."""
    modules: dict[str, Module] = {}

    def add(name: str) -> None:
        source, _, used = sources()[name]
        others = [each for each in used if each in sources() and each != name]
        for other in others:
            if other not in modules:
                add(other)
        modules[name] = Module(name, name, source, {other: other for other in others})

    add(family.name)
    arguments = {parameter: values[parameter] for parameter in sources()[family.name][1]}
    return Program(tuple(modules.values()), family.name, arguments)


def prove(env: DesktopEnv, family: Family, instance: Instance, values: Any = None) -> Run:
    """Make the desktop ready for an instance and run the proof of its family, with its own or with other values."""
    env.prepare(instance.files, instance.folders)
    return env.run(program(family, instance.values if values is None else values), LIMITS)
