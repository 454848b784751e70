"""What single programs of the default set need from the desktop, each once found missing: trees, formats, cells."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from envs.base import Limits, Module, Program, Run
from envs.desktop import DesktopEnv, DesktopSettings
from envs.desktop.env import available
from envs.desktop.programs import catalogue

NEEDED = ("files", "calculator", "spreadsheet")
pytestmark = pytest.mark.skipif(
    available() is not None or not all(catalogue()[name].installed for name in NEEDED),
    reason=available() or "make test installs the default programs",
)


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DesktopEnv]:
    """One desktop; each test prepares its home."""
    env = DesktopEnv(DesktopSettings(tmp_path_factory.mktemp("desktop"), programs=NEEDED))
    env.start()
    yield env
    env.close()


def run(env: DesktopEnv, body: str) -> Run:
    """Run a body as the function `main`."""
    source = "def main() -> object:\n" + "".join(f"    {line}\n" for line in body.splitlines())
    return env.run(Program((Module("new", "main", source),), "new", {}), Limits(ticks=1800, seconds=90))


def test_a_program_without_what_makes_it_speak_is_not_installed() -> None:
    assert catalogue()["files"].signs
    assert not dataclasses.replace(catalogue()["files"], signs=("/usr/lib/*/no-such-module.so",)).installed


def test_the_file_manager_tells_its_icons_and_menus(env: DesktopEnv) -> None:
    env.prepare({"Inbox/one.txt": b"1", "Inbox/two.md": b"2"})
    told = run(
        env, 'open_program("files", "Inbox")\nreturn [[each["name"] for each in elements(role="icon")], menus()]'
    )
    icons, menus = told.value
    assert icons == ["one.txt", "two.md"]
    assert "Edit > Rename... (F2)" in menus


def test_a_file_that_was_pasted_is_told_and_those_of_a_hidden_tab_are_not(env: DesktopEnv) -> None:
    env.prepare({"Inbox/one.txt": b"1", "Inbox/two.md": b"2"}, ("Outbox",))
    told = run(
        env,
        'open_program("files", "Inbox")\nclick("one.txt")\npress("ctrl+c")\nopen_program("files", "Outbox")\n'
        'press("ctrl+v")\nreturn [each["name"] for each in elements(role="icon")]',
    )
    assert told.value == ["one.txt"]


def test_cells_are_selected_in_the_workbook_in_front_and_saved_in_the_format_of_the_ending(env: DesktopEnv) -> None:
    env.prepare({"first.csv": b"1,2\n", "second.csv": b"3,4\n5,6\n"})
    result = run(
        env,
        'open_program("spreadsheet", "first.csv")\nopen_program("spreadsheet", "second.csv")\n'
        'for cell, text in (("C2", "=A1*2"), ("A4", "below")):\n'
        '    assert select_cells(cell)["effect"] == "confirmed"\n    type_text(text + "\\n")\n'
        'select_cells("B1:B2")\npress("Delete")\n'
        'press("ctrl+shift+s")\nwait_for(window="Save")\n'
        'return choose_file("out.ods")["effect"]',
    )
    assert (result.outcome, result.value) == ("returned", "confirmed"), result.error
    (cells,) = result.after["files"]["out.ods"]["content"]["sheets"].values()
    assert cells["C2"] == {"value": 6, "formula": "=A1*2"}
    assert cells["A4"] == {"value": "below"}
    assert not {"B1", "B2"} & set(cells), "a range is selected, not its first cell alone"


def test_what_two_programs_show_is_told_with_the_window_it_is_in(env: DesktopEnv) -> None:
    env.prepare({"Inbox/one.txt": b"1", "numbers.csv": b"1,2\n"})
    told = run(
        env,
        'open_program("spreadsheet", "numbers.csv")\nopen_program("files", "Inbox")\n'
        'return [elements("one.txt")[0]["window"], elements("Bold")[0]["window"]]',
    )
    assert told.value == ["Inbox", "numbers.csv - Gnumeric"]


def test_a_calculator_takes_the_same_digit_again_and_again(env: DesktopEnv) -> None:
    env.prepare({})
    result = run(env, 'open_program("calculator")\ntype_text("9966+1100=")\npress("ctrl+c")\nreturn clipboard()')
    assert result.value == "11066", result.error
