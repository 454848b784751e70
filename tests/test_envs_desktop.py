"""The desktop as a world: the contract, real programs driven by programs, what is seen, kept and told."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from envs.base import Beginning, Limits, Module, Program, Run
from envs.contract import Samples, check_env
from envs.desktop import DesktopEnv, DesktopSettings
from envs.desktop.env import available
from envs.desktop.programs import catalogue
from envs.desktop.situation import opened
from envs.errors import EnvLost, EnvUnavailable

pytestmark = pytest.mark.skipif(available() is not None, reason=str(available()))
needs_editor = pytest.mark.skipif(not catalogue()["editor"].installed, reason="make test installs the editor")

LIMITS = Limits(ticks=1200, seconds=60, cpu_seconds=2)


def program(source: str, **args: object) -> Program:
    """A program of one module called `main`."""
    return Program((Module("new", "main", source),), "new", args)


SAMPLES = Samples(
    returns=program('def main() -> dict:\n    wait_until_settled(0.3)\n    return {"answer": 42}\n'),
    throws=program('def main() -> dict:\n    raise ValueError("on purpose")\n'),
    endless=program("def main() -> dict:\n    while True:\n        pass\n"),
)


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DesktopEnv]:
    """One desktop for the tests that begin with `prepare`, which makes it fresh."""
    env = DesktopEnv(DesktopSettings(tmp_path_factory.mktemp("desktop"), programs=("editor",)))
    env.start()
    yield env
    env.close()


def run(env: DesktopEnv, body: str, **args: object) -> Run:
    """Run a body as the function `main` with these arguments."""
    parameters = ", ".join(f"{name}: object" for name in args)
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return env.run(program(f"def main({parameters}) -> object:\n{lines}\n", **args), LIMITS)


def test_the_desktop_keeps_the_contract(tmp_path: Path) -> None:
    env = DesktopEnv(DesktopSettings(tmp_path, programs=()))
    held = check_env(env, SAMPLES)
    assert "recover brings back the last save" in held
    assert "a captured situation is as it was" in held
    assert env.pids == {}, "closing leaves no process behind"


SAVE = """
open_program("editor")
type_text(text)
press("ctrl+s")
wait_for(window="Save As")
effect = choose_file(path)
return effect["effect"]
"""


@needs_editor
def test_a_text_is_typed_and_saved_letter_by_letter(env: DesktopEnv) -> None:
    env.prepare({}, ("Notes",))
    text = 'Grüße, 世界 ✓ — ½ €\n\ttab and "quotes" <&> ~^`\n'
    result = run(env, SAVE, text=text, path="Notes/a b.txt")
    assert (result.outcome, result.value) == ("returned", "confirmed"), result.error
    assert result.after["files"]["Notes/a b.txt"]["content"]["text"] == text
    made = [event for event in result.events if event["kind"] == "file_made"]
    assert [event["path"] for event in made] == ["Notes/a b.txt"]
    assert any("a b.txt" in window["title"] for window in result.after["windows"])


@needs_editor
def test_saving_ends_programs_and_recovery_brings_back_what_was_saved(tmp_path: Path) -> None:
    settings = DesktopSettings(tmp_path, programs=("editor",))
    env = DesktopEnv(settings)
    env.start()
    env.prepare({"kept.txt": b"before"})
    run(env, 'open_program("editor", "kept.txt")\nreturn 1')
    assert env.observe()["windows"]
    env.save(1)
    kept = env.observe()
    assert kept["windows"] == []
    os.kill(env.pids["desk"], signal.SIGKILL)
    with pytest.raises(EnvLost):
        run(env, "return windows()")
    assert env.recover() == kept
    env.close()
    again = DesktopEnv(settings)
    assert again.start(1) == kept, "another session finds the same"
    again.close()


@needs_editor
def test_trials_begin_as_captured_or_as_generated_and_touch_no_other_desktop(env: DesktopEnv) -> None:
    env.prepare({"Letters/one.txt": b"first\n"}, ("Empty",))
    run(env, 'open_program("editor", "Letters/one.txt")\nreturn 1')
    here = env.observe()
    situation = env.capture()
    assert env.observe() == here
    with closing(env.trials()) as trials:
        there = trials.enter(Beginning(0, situation=situation))
        assert (there["files"], there["tick"]) == (here["files"], here["tick"])
        assert [window["title"] for window in there["windows"]] == [window["title"] for window in here["windows"]]
        typed = trials.run(
            program('def main() -> dict:\n    type_text("x")\n    press("ctrl+s")\n    return {}\n'), LIMITS
        )
        assert typed.after["files"]["Letters/one.txt"]["content"]["text"] == "xfirst\n"
        fresh = trials.enter(Beginning(1, files={"two.txt": b"second\n"}, folders=("Sent",)))
        assert (sorted(fresh["files"]), fresh["windows"], fresh["tick"]) == (["Sent", "two.txt"], [], 0)
    assert env.observe() == here
    with pytest.raises(ValueError, match="no situation"):
        env.restore(b"something else")


TITLES = {
    "~/Letters/one.txt - Mousepad": "Letters/one.txt",
    "*two  words.txt - Mousepad": "two  words.txt",
    "*two words.txt - Mousepad": "two  words.txt",
    "größe (1).ods - Gnumeric": "größe (1).ods",
    "Untitled - Mousepad": "",
    "Letters": "Letters",
}


def test_an_open_document_is_known_by_its_whole_name_in_the_title() -> None:
    names = ("Letters", "Letters/one.txt", "one.txt", "two  words.txt", "größe (1).ods", "Unti", "ouse", " ")
    files = {path: {"kind": "folder" if path == "Letters" else "file"} for path in names}
    windows = [{"title": title, "program": "p", "dialog": False, "active": False} for title in TITLES]
    assert [file for _, file in opened(windows, files)] == list(TITLES.values())


def test_the_newest_two_generations_stay_and_starting_at_one_forgets_newer(tmp_path: Path) -> None:
    env = DesktopEnv(DesktopSettings(tmp_path, programs=()))
    env.start()
    for number in (1, 2, 3):
        env.prepare({f"{number}.txt": b"x"})
        env.save(number)
    assert list(env.start(2)["files"]) == ["2.txt"]
    with pytest.raises(EnvUnavailable, match="no generation 3"):
        env.start(3)
    with pytest.raises(EnvUnavailable, match="no generation 1"):
        env.start(1)
    env.close()


@needs_editor
def test_a_program_that_is_given_another_document_has_not_ended(env: DesktopEnv) -> None:
    env.prepare({"one.txt": b"1", "two.txt": b"2"})
    both = 'open_program("editor", "one.txt")\nopen_program("editor", "two.txt")\nwait_until_settled()\nreturn 1'
    result = run(env, both)
    assert [window["title"] for window in result.after["windows"]] == ["~/two.txt - Mousepad"], result.error
    assert [event["kind"] for event in result.events] == ["acted", "acted", "looked"]
    closed = run(env, "close_window()\nreturn 1")
    ended = [(event["program"], event["how"]) for event in closed.events if event["kind"] == "program_ended"]
    assert ended == [("editor", "closed")]


@needs_editor
def test_element_ids_are_the_same_in_every_desktop(env: DesktopEnv) -> None:
    seen = []
    for _ in range(2):
        env.prepare({})
        run(env, 'open_program("editor")\nreturn 1')
        seen.append({(element["id"], element["role"], element["name"]) for element in env.observe()["elements"]})
    assert seen[0] == seen[1] != set()
    assert len({id for id, _, _ in seen[0]}) == len(seen[0])


@needs_editor
def test_menus_are_listed_with_their_keys_and_can_be_chosen(env: DesktopEnv) -> None:
    env.prepare({"story.txt": b"one two"})
    result = run(env, 'open_program("editor", "story.txt")\nbefore = menus()\nmenu("Edit > Select All")\n'
                      'menu("Edit > Copy")\nreturn [before, clipboard()]')  # fmt: skip
    assert result.outcome == "returned", result.error
    assert "File > Save As... (ctrl+shift+s)" in result.value[0]
    assert result.value[1] == "one two"
    assert result.after["clipboard"] == "one two"


REFUSED = {
    "a program that there is not": ('open_program("edtor")', "unknown_name", "editor"),
    "a program of another desktop": ('open_program("files")', "not_installed", "editor"),
    "a command": ('open_program("editor; sh")', "unknown_name", "editor"),
    "a path outside": ('open_program("editor", "../../etc/passwd")', "outside_home", "Documents"),
    "an element that there is not": ('click("Nowhere")', "not_found", "there are"),
    "a wrong type": ("type_text(5)", "bad_argument", "type_text(text: str)"),
    "a missing argument": ("click()", "bad_argument", "click(target: str"),
    "an unknown key": ('press("ctrl+nothing")', "bad_argument", ""),
    "an operation of the desk": ('click.__globals__["_"]', "error", ""),
    "a window that never comes": ('wait_for(window="Nothing", seconds=0.2)', "timeout", "open windows"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_is_refused_with_code_and_remedy(env: DesktopEnv, name: str) -> None:
    code, expected, remedy = REFUSED[name]
    result = run(env, f"{code}\nreturn 1")
    assert result.outcome == "threw"
    assert result.error is not None
    assert (result.error.code, result.error.where.line if result.error.where else 0) == (expected, 2), result.error
    assert remedy in result.error.remedy


def test_the_inside_operations_cannot_be_called(env: DesktopEnv) -> None:
    ask = """
import sys
frame = next(iter(sys._current_frames().values()))
while "self" not in frame.f_locals:
    frame = frame.f_back
names = ("start", "put", "look", "_windows", "until", "__init__")
return [frame.f_locals["self"]._ask({"call": name, "args": [], "kwargs": {}}) for name in names]
"""
    result = run(env, ask)
    assert {reply["error"]["code"] for reply in result.value} == {"not_allowed"}


def test_every_call_is_an_event_that_the_program_cannot_leave_out(env: DesktopEnv) -> None:
    env.prepare({})
    result = run(
        env, 'windows()\ntry:\n    click("Nowhere")\nexcept DeskError as error:\n    print(error.code)\nreturn 1'
    )
    told = [(event["kind"], event["call"], event["ok"]) for event in result.events]
    assert told == [("looked", "windows", True), ("acted", "click", False)]
    assert [(call["name"], call["error_code"], call["line"]) for call in result.calls] == [
        ("windows", None, 2),
        ("click", "not_found", 4),
    ]
    assert result.log == ("not_found",)


def test_a_program_of_several_modules_calls_its_skills(env: DesktopEnv) -> None:
    helper = Module("abc", "double", "def double(n: int) -> int:\n    return 2 * n\n")
    main = Module("new", "main", "def main(n: int) -> int:\n    return twice(n) + 1\n", {"twice": "abc"})
    result = env.run(Program((helper, main), "new", {"n": 20}), LIMITS)
    assert (result.outcome, result.value) == ("returned", 41)


@needs_editor
def test_each_call_of_a_skill_is_told_with_the_documents_around_it(env: DesktopEnv) -> None:
    env.prepare({"In/old.txt": b"one"}, ("Out",))
    save = Module("s1", "save", "def save(words: str, path: str, times: int = 1) -> str:\n" + "".join(
        f"    {line}\n" for line in ("open_program('editor')", "type_text(words * times)", "press('ctrl+s')",
                                    "wait_for(window='Save As')", "choose_file(path)", "return path")))  # fmt: skip
    fails = Module("f1", "fails", "def fails(names: list) -> None:\n    click(names[0])\n")
    never = Module("n1", "never", "def never() -> int:\n    return 1\n")
    source = (
        "def main(path: str) -> str:\n    try:\n        fails(['Nowhere', 'b'])\n    except DeskError:\n        pass\n"
        "    return save('a', path, times=3) if path else never()\n"
    )
    main = Module("new", "main", source, {"save": "s1", "fails": "f1", "never": "n1"})
    result = env.run(Program((save, fails, never, main), "new", {"path": "Out/new.txt"}), LIMITS)
    told = [(span["module"], span["caller"], span["args"], span["ok"], span["error_code"]) for span in result.spans]
    assert told == [
        ("new", None, {"path": "Out/new.txt"}, True, None),
        ("f1", "new", {"names": 2}, False, "not_found"),
        ("s1", "new", {"words": "a", "path": "Out/new.txt", "times": 3}, True, None),
    ]
    saved = result.spans[2]
    assert (saved["before"], saved["after"]) == ({"txt file": 1, "folder": 2}, {"txt file": 2, "folder": 2})
    own = result.events[slice(*saved["calls"])]
    assert [event["call"] for event in own] == ["open_program", "type_text", "press", "wait_for", "choose_file"]
    assert result.before["tick"] <= saved["from"] < saved["to"] <= result.after["tick"]


def test_documents_are_told_with_what_they_say(env: DesktopEnv) -> None:
    from openpyxl import Workbook
    from PIL import Image

    folder = Path(os.environ["JOURNEYMAN_HOME"])
    book = Workbook()
    book.active.append(["Item", 3])
    book.active["B2"] = "=B1*2"
    book.save(folder / "book.xlsx")
    Image.new("RGB", (40, 30), (10, 200, 30)).save(folder / "dot.png")
    files = {name: (folder / name).read_bytes() for name in ("book.xlsx", "dot.png")}
    seen = env.prepare({**files, "t.csv": b"a;b\n1;2.5\n", "bad.pdf": b"%PDF nonsense", "n.txt": "ü".encode()})["files"]
    assert seen["book.xlsx"]["content"]["sheets"]["Sheet"]["B2"]["formula"] == "=B1*2"
    assert seen["book.xlsx"]["content"]["sheets"]["Sheet"]["B1"] == {"value": 3}
    assert seen["dot.png"]["content"]["average"] == [10, 200, 30]
    assert seen["t.csv"]["content"]["sheets"]["csv"]["B2"] == {"value": 2.5}
    assert seen["bad.pdf"]["content"]["kind"] == "unreadable", "and it harmed no other"
    assert seen["n.txt"]["content"]["text"] == "ü"


def test_a_program_that_there_is_not_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no program is called 'paint'.*editor"):
        DesktopEnv(DesktopSettings(tmp_path, programs=("paint",)))


def test_a_terminal_is_recorded_as_assistance(tmp_path: Path) -> None:
    assert DesktopEnv(DesktopSettings(tmp_path, programs=("terminal",))).assistance == ("program terminal",)
