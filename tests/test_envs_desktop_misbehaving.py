"""A desktop whose programs misbehave: what they show, say or break costs an answer or a run, and blinds nobody."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from envs.base import Limits, Module, Program, Run
from envs.desktop import DesktopEnv, DesktopSettings, stage
from envs.desktop.desk import Desk, DeskSettings
from envs.desktop.env import available
from envs.desktop.errors import DeskLost, DeskRefused
from envs.desktop.eyes import Eyes
from envs.desktop.primitives import Primitives
from envs.desktop.programs import catalogue
from envs.errors import EnvLost

pytestmark = pytest.mark.skipif(
    available() is not None or not catalogue()["editor"].installed, reason="make test installs the editor"
)
LIMITS = Limits(ticks=1200, seconds=60, cpu_seconds=2)
WINDOW = """
import time
from Xlib import X, Xatom, display
d = display.Display()
w = d.screen().root.create_window(40, 40, 300, 200, 0, X.CopyFromParent)
w.set_wm_name("plain")
w.set_wm_class("odd", "Odd")
"""
SHOWN = "\nw.map()\nd.flush()\ntime.sleep(1000)\n"


@pytest.fixture
def env(tmp_path: Path) -> Iterator[DesktopEnv]:
    env = DesktopEnv(DesktopSettings(tmp_path, programs=("editor",)))
    env.start()
    yield env
    env.close()


@pytest.fixture
def desk(env: DesktopEnv) -> Iterator[Desk]:
    """The desk of `env`, with time running."""
    with env.by_hand():
        assert env._desk is not None
        yield env._desk


def started(desk: Desk, script: str) -> None:
    """A program of this text runs on the desk."""
    desk.ask("start", program="odd", command=[stage.interpreter().command, "-c", script], environment={})


def until(holds: Any) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def run(env: DesktopEnv, body: str, limits: Limits = LIMITS, **args: object) -> Run:
    """Run a body as the function `main` with these arguments."""
    parameters = ", ".join(f"{name}: object" for name in args)
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    module = Module("new", "main", f"def main({parameters}) -> object:\n{lines}\n")
    return env.run(Program((module,), "new", args), limits)


ODD = {
    "a title that is a number": "w.change_property(d.intern_atom('_NET_WM_NAME'), Xatom.CARDINAL, 32, [1, 2])",
    "a title that is no text": "w.change_property(d.intern_atom('_NET_WM_NAME'), Xatom.STRING, 8, b'\\xff\\x00\\xfe')",
    "a parent that is none": "w.change_property(Xatom.WM_TRANSIENT_FOR, Xatom.WINDOW, 32, [])",
    "a process that is text": "w.change_property(d.intern_atom('_NET_WM_PID'), Xatom.STRING, 8, b'twelve')",
    "a process beyond all numbers": "w.change_property(d.intern_atom('_NET_WM_PID'), Xatom.CARDINAL, 32, [2**32 - 1])",
}


@pytest.mark.parametrize("name", ODD)
def test_a_window_that_says_odd_things_of_itself_hides_no_other(env: DesktopEnv, desk: Desk, name: str) -> None:
    Primitives(desk, env.programs).open_program("editor")
    started(desk, f"{WINDOW}\n{ODD[name]}{SHOWN}")
    until(lambda: len(desk.ask("windows")) == 2)
    assert "editor" in {window.program for window in Eyes(desk, env.programs).look().windows}


def test_a_title_without_end_is_cut(desk: Desk) -> None:
    long = "name = d.intern_atom('_NET_WM_NAME')\nfor _ in range(400):\n    w.change_property(name, d.intern_atom('UTF8_STRING'), 8, b'x' * 100_000, mode=X.PropModeAppend)"  # fmt: skip  # noqa: E501
    started(desk, f"{WINDOW}\n{long}{SHOWN}")
    until(lambda: desk.ask("windows"))
    assert 1000 <= len(desk.ask("look")["windows"][0]["title"]) < 10_000


def test_a_point_beside_the_screen_is_refused(env: DesktopEnv, desk: Desk) -> None:
    hands = Primitives(desk, env.programs)
    for x, y in ((99_999, 10), (-1, 10), (10, 800), (1280, 10)):
        with pytest.raises(DeskRefused, match=r"not on the screen, which is 1280 by 800") as refusal:
            hands.click_at(x, y)
        assert (refusal.value.code, bool(refusal.value.remedy)) == ("not_showing", True)


def test_an_unknown_key_is_refused_with_what_keys_are_called(env: DesktopEnv, desk: Desk) -> None:
    with pytest.raises(DeskRefused, match=r"no key 'sve' in 'ctrl\+sve'") as refusal:
        Primitives(desk, env.programs).press("ctrl+sve")
    assert '"ctrl+s"' in refusal.value.remedy


def test_a_long_text_is_copied_and_pasted_whole(env: DesktopEnv) -> None:
    text = "".join(f"line {number} with ä and 世\n" for number in range(12_000))
    assert len(text.encode()) > 300_000
    env.prepare({"long.txt": text.encode()})
    copied = run(env, 'open_program("editor", "long.txt")\npress("ctrl+a")\npress("ctrl+c")\nreturn clipboard()')
    assert copied.outcome == "returned", copied.error
    assert copied.value == text
    env.prepare({"empty.txt": b""})
    half = text[:190_000]
    pasted = run(
        env, 'open_program("editor", "empty.txt")\nset_clipboard(text)\npress("ctrl+v")\npress("ctrl+s")\n'
             'set_clipboard("short")\nreturn clipboard()', text=half)  # fmt: skip
    assert (pasted.outcome, pasted.value) == ("returned", "short"), pasted.error
    assert pasted.after["files"]["empty.txt"]["size"] == len(half.encode())


def test_an_owner_of_the_clipboard_that_does_not_answer_is_no_earlier_text(desk: Desk) -> None:
    desk.ask("set_clipboard", text="ours")
    assert desk.ask("clipboard") == "ours"
    silent = "w.set_selection_owner(d.intern_atom('CLIPBOARD'), X.CurrentTime)"
    started(desk, f"{WINDOW}\n{silent}{SHOWN}")
    until(lambda: desk.ask("windows"))
    assert desk.ask("clipboard") == ""


def test_typing_ends_with_the_time_of_the_run(env: DesktopEnv) -> None:
    env.prepare({})
    result = run(env, 'open_program("editor")\ntype_text("x" * 20_000)\nreturn 1', Limits(seconds=6))
    assert result.outcome == "timeout", (result.outcome, result.error)
    assert result.seconds < 30, "and not only when all is typed"


@pytest.mark.parametrize("victim", ["Xvfb", "dbus-daemon"])
def test_a_desktop_that_lost_its_display_or_its_bus_is_lost(env: DesktopEnv, victim: str) -> None:
    env.prepare({})
    with env.by_hand():
        pass
    killer = f"import os\nfor p in os.listdir('/proc'):\n    if p.isdigit() and open(f'/proc/{{p}}/comm').read().strip() == {victim!r}: os.kill(int(p), 9)"  # noqa: E501
    assert env._desk is not None
    started(env._desk, killer)
    until(lambda: env._desk is not None and env._desk.ask("ended"))
    with pytest.raises(EnvLost):
        run(env, "return windows()")
    assert env.recover()["windows"] == []


def test_what_is_answered_too_late_is_never_taken_for_another_answer(env: DesktopEnv) -> None:
    desk = Desk(DeskSettings(), {})
    try:
        getattr(desk, "furnish", lambda: None)()
        with pytest.raises(DeskLost):
            desk.ask("settle", quiet=0.5, at_most=0.5, within=0.1)
        time.sleep(1)
        with pytest.raises(DeskLost):
            desk.ask("ended")
    finally:
        desk.close()


def test_a_document_without_end_is_read_in_part_and_refused_whole(env: DesktopEnv) -> None:
    env.prepare({"huge.txt": b"0123456789abcde\n" * 2_200_000})
    result = run(env, 'open_program("editor", "huge.txt")\n'
                      'try:\n    return read_text(elements(role="text")[0]["id"])[:10]\n'
                      "except DeskError as error:\n    return error.code")  # fmt: skip
    assert (result.outcome, result.value) == ("returned", "too_much"), result.error


def test_the_desk_itself_offers_no_way_to_start_what_is_not_in_the_catalogue(env: DesktopEnv, desk: Desk) -> None:
    empty = desk.ask("screenshot")
    for button in ("left", "middle", "right"):
        Primitives(desk, env.programs).click_at(900, 600, button=button)
        assert desk.ask("screenshot") == empty, button
    Primitives(desk, env.programs).press("super+e")
    assert desk.ask("windows") == []
