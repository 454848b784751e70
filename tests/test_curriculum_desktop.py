"""The families of desktop tasks: fresh, named in full, never done by themselves, and each solved on a real desktop."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from curriculum.checks import evaluate
from curriculum.desktop import Family, Instance, families
from curriculum.task import from_json
from envs.base import Module, Program
from envs.desktop import DesktopEnv, DesktopSettings, readers
from envs.desktop.env import available
from envs.desktop.programs import catalogue
from tests.desktop_proving import LIMITS, prove, sources

SEEDS = range(40)
ACTED = [{"kind": "acted", "tick": 1, "call": "click", "args": {}, "ok": True}]
DEFAULT = tuple(name for name, entry in catalogue().items() if entry.default)
OF_DEFAULT_SET = [family for family in families().values() if set(family.programs) <= set(DEFAULT)]
needs_desktop = pytest.mark.skipif(
    available() is not None or not all(catalogue()[name].installed for name in DEFAULT),
    reason=available() or "make test installs the default programs",
)


def prepared(instance: Instance) -> dict[str, Any]:
    """What the desktop tells of its home before a run, without a desktop."""
    files: dict[str, Any] = {folder: {"kind": "folder"} for folder in instance.folders}
    for path, data in instance.files.items():
        files |= {folder: {"kind": "folder"} for folder in ("/".join(path.split("/")[:end])
                                                            for end in range(1, path.count("/") + 1))}  # fmt: skip
        ending = path.rpartition(".")[2]
        files[path] = {"kind": "file", "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        if ending in readers.TEXT + readers.BOXED:
            files[path]["content"] = readers.read(ending, data)
    return {"files": files, "windows": [], "clipboard": ""}


def scalars(value: Any) -> Iterator[str]:
    """Everything that a value is made of, as it is written."""
    if isinstance(value, dict):
        yield from (each for key, part in value.items() for each in (str(key), *scalars(part)))
    elif isinstance(value, list):
        yield from (each for part in value for each in scalars(part))
    else:
        yield str(value)


def test_there_are_enough_families_of_every_kind() -> None:
    by_level = {level: [each.name for each in families().values() if each.level == level] for level in range(1, 6)}
    assert sum(map(len, by_level.values())) == len(families()), "levels are 1 to 5"
    assert all(set(family.programs) <= set(catalogue()) for family in families().values())
    assert [family.level for family in families().values()] == sorted(family.level for family in families().values())


@pytest.mark.parametrize("family", families().values(), ids=lambda family: str(family.name))
def test_instances_are_fresh_named_in_full_and_not_done_before(family: Family) -> None:
    goals = set()
    for seed in SEEDS:
        instance = family.instance(seed)
        assert instance == family.instance(seed), "an instance follows from its seed"
        assert json.loads(json.dumps(instance.values)) == instance.values, "values are plain JSON"
        for said in (each for value in instance.values.values() for each in scalars(value)):
            assert said in instance.goal, f"the goal does not name {said!r}: {instance.goal}"
        before = prepared(instance)
        assert not evaluate(instance.check, before, before, ACTED).passed, "it is done already"
        task = family.task(seed)
        assert from_json(json.loads(json.dumps(task.to_json()))).check == instance.check
        goals.add(instance.goal)
    assert len(goals) >= min(4, len(SEEDS)) if family.name in FEW else len(goals) == len(SEEDS)


FEW = ("start_program", "start_programs")
"""Families whose instances differ in little more than which program is meant."""


def test_every_family_has_a_proof_and_its_arguments_are_values() -> None:
    for family in families().values():
        assert family.name in sources(), f"{family.name} has no proof"
        assert set(sources()[family.name][1]) <= set(family.instance(0).values), family.name


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DesktopEnv]:
    """One desktop for all proofs; each begins with a fresh home."""
    env = DesktopEnv(DesktopSettings(tmp_path_factory.mktemp("desktop"), programs=DEFAULT))
    env.start()
    yield env
    env.close()


@needs_desktop
@pytest.mark.parametrize("family", OF_DEFAULT_SET, ids=lambda family: str(family.name))
def test_a_family_is_solved_on_a_real_desktop(desktop: DesktopEnv, family: Family) -> None:
    instance = family.instance(1)
    run = prove(desktop, family, instance)
    verdict = evaluate(instance.check, run.before, run.after, run.events)
    assert verdict.passed, f"{instance.goal}\n{verdict.evidence}\n{run.error}"
    other = family.instance(2)
    if other.check != instance.check:
        assert not evaluate(other.check, run.before, run.after, run.events).passed, "it solves another instance too"


@needs_desktop
@pytest.mark.parametrize("name", ["write_note", "copy_document", "replace_word"])
def test_doing_nothing_and_doing_something_else_do_not_count(desktop: DesktopEnv, name: str) -> None:
    family = families()[name]
    instance = family.instance(1)
    desktop.prepare(instance.files, instance.folders)
    nothing = "def nothing() -> dict:\n    wait_until_settled(0.2)\n    return {}\n"
    idle = desktop.run(Program((Module("new", "nothing", nothing),), "new", {}), LIMITS)
    assert not evaluate(instance.check, idle.before, idle.after, idle.events).passed
    amiss = prove(desktop, family, instance, family.instance(2).values)
    assert not evaluate(instance.check, amiss.before, amiss.after, amiss.events).passed
