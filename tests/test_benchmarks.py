"""Every measure starts as `make bench` starts it, teaches its use, says what it lacks, and stands in the list."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
MEASURES = sorted(file.stem for file in FOLDER.glob("[a-z]*.py"))


def start(name: str, *words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [f"{name}.py", *words])
    monkeypatch.delitem(sys.modules, f"benchmarks.{name}", raising=False)  # other tests import some of them
    runpy.run_module(f"benchmarks.{name}", run_name="__main__", alter_sys=True)


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_teaches_its_use(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        start(name, "--help", monkeypatch=monkeypatch)
    assert ended.value.code == 0
    said = capsys.readouterr().out
    first = (FOLDER / f"{name}.py").read_text(encoding="utf-8").split('"""')[1].splitlines()[0]
    assert first in said, "the question that it answers"


@pytest.mark.parametrize(
    "name", ["memory_evidence", "memory_fit", "memory_forgetting", "memory_locomo", "skills_import"]
)
def test_a_measure_of_what_is_not_here_says_what_it_wants_and_does_not_fail(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable in ("LOCOMO", "REVIEWS"):
        monkeypatch.delenv(variable, raising=False)
    start(name, monkeypatch=monkeypatch)
    assert capsys.readouterr().out.startswith("not measured: name the ")


def test_all_measures_stand_in_the_list() -> None:
    told = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`([a-z_]+)`", told.split("| question |")[1].split("\n\n")[0])) == set(MEASURES)


def test_what_the_help_of_make_calls_a_measure_is_one(root: Path) -> None:
    assert set(re.findall(r"make bench ARGS=(\w+)", (root / "Makefile").read_text(encoding="utf-8"))) <= set(MEASURES)
