"""What programs can do at the desk.

Every public method of `Primitives` is a primitive: its signature and its text are its documentation, and its
annotations are what the broker checks arguments against.

Rest is built in: an action begins when the desktop is at rest, ends when it is at rest again, and tells what changed on
the screen; what a dialog swallows is tried again. No primitive starts anything by a command, names a path outside the
home, or can see how a task is judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from envs.desktop import home, opening, screen
from envs.desktop.changes import shows
from envs.desktop.desk import HOME, Desk
from envs.desktop.errors import DeskRefused, called
from envs.desktop.eyes import APPEAR_SECONDS, MOST_SECONDS, QUIET, Effect, Eyes
from envs.desktop.programs import ProgramEntry, find
from envs.desktop.screen import Element, Screen, Window

TRIES = 6
"""How often a confirmation is pressed until its dialog is gone: file dialogs swallow the first one or two."""
TRY_SECONDS = 0.8
MOST_TYPED = 20_000
PIECE = 20
"""Letters that are typed at once: at most as many as a program that is slow to take them takes in half a minute."""
MOST_ELEMENTS = 400
MOST_CELLS = 2_000
MOST_STEPS = 400
"""Keys that the selection of a range may take."""
MOST_FORMATS = 15
"""Entries of a list of formats that are gone through."""
FIELDS = ("text", "entry")
"""Roles of what has one line to type in."""
BUTTONS: Mapping[str, int] = {"left": 1, "middle": 2, "right": 3}


class Primitives:
    """Hands of programs over one desk, with eyes; `left` says how many seconds no wait may be longer than."""

    def __init__(
        self, desk: Desk, programs: Mapping[str, ProgramEntry], left: Callable[[], float] = lambda: MOST_SECONDS
    ) -> None:
        self._desk, self._programs, self._eyes = desk, programs, Eyes(desk, programs, left)

    # -- looking

    def screen_text(self) -> str:
        """The windows and everything in them that can be seen, in words: one line for each element, its id first."""
        return screen.render(self._eyes.look())

    def windows(self) -> list[dict[str, Any]]:
        """All open windows, the front one last: title, program, active, dialog, box (x, y, width, height)."""
        return [window.to_json() for window in self._eyes.look().windows]

    def elements(self, name: str = "", role: str = "", window: str = "") -> list[dict[str, Any]]:
        """What can be seen with these words in its label, this role ("push button", "text", …), in this window.

        Each is told with id, role, name, window, states, and text, value and keys where it has them.
        """
        look = self._eyes.look()
        found = [each for each in look.matching(name, role, window) if each.showing]
        told = {each.id for each in look.told()}
        return [each.to_json() for each in found if name or role or each.id in told][:MOST_ELEMENTS]

    def menus(self) -> list[str]:
        """Every menu entry of the front program as `menu` takes it, such as "File > Save As...", with its shortcut."""
        return self._eyes.look().menus()

    def read_text(self, target: str, role: str = "", window: str = "") -> str:
        """The whole text of an element (its id or label), such as a text field, a document or a terminal."""
        element, _ = self._eyes.found(target, role, window, use=False)
        if "Text" not in element.interfaces:
            return element.name
        text = self._desk.ask("text", ref=element.ref)
        if text is None and not element.name:
            told = f"{element.program or 'the program'} does not say what stands in {target!r}"
            raise DeskRefused("timeout", told, target, "wait_until_settled(), close what is in the way, and ask again")
        return element.name if text is None else str(text)

    def read_cells(self, first: str, last: str = "") -> list[list[str | None]]:
        """What the cells of the front spreadsheet show, row by row, from "A1" to "C5", say; not every program tells."""
        start, end = _cell(first), _cell(last or first)
        rows, columns = end[0] - start[0] + 1, end[1] - start[1] + 1
        if rows < 1 or columns < 1 or rows * columns > MOST_CELLS:
            raise DeskRefused("too_much", f"{first}:{last} is no range of at most {MOST_CELLS} cells", [first, last])
        tables = [each for each in self._eyes.look().elements if each.showing and "Table" in each.interfaces]
        if not tables:
            raise DeskRefused("not_found", "no table on the screen tells its cells", None, "save the sheet to check it")
        return list(self._desk.ask("cells", ref=tables[-1].ref, first=start, last=end))

    def list_files(self, folder: str = "") -> list[dict[str, Any]]:
        """The files and folders in a folder of the home: path, kind (file, folder, link) and size."""
        above = home.relative(folder)
        return [
            {"path": entry.path, "kind": entry.kind, "size": entry.size}
            for entry in home.walk(self._desk.home)
            if not entry.hidden and entry.path.rpartition("/")[0] == above
        ]

    def clipboard(self) -> str:
        """The text on the clipboard."""
        return str(self._desk.ask("clipboard"))

    # -- programs and windows

    def open_program(self, program: str, file: str = "") -> Effect:
        """Open a program by its name, perhaps with a file or folder of the home, and wait for its window."""
        entry = find(program, tuple(self._programs))
        path = home.relative(file)
        before = self._eyes.look()
        opening.open_program(self._desk, self._eyes, entry, path, before.windows)
        return self._eyes.effect(before)

    def focus_window(self, title: str) -> Effect:
        """Bring the window with these words in its title (or the window of this program) to the front."""
        before = self._eyes.look()
        window = before.window(title)
        self._eyes.front(window)
        return self._eyes.effect(before, done=self._eyes.is_active(window.number))

    def close_window(self, title: str = "") -> Effect:
        """Ask a window (default: the front one) to close, as its cross does; the program may ask whether to save."""
        before = self._eyes.look()
        window = before.window(title) if title else self._eyes.active(before)
        self._desk.ask("close_window", window=window.number)
        gone = self._eyes.until(lambda: not self._eyes.is_open(window.number), 3.0)
        return self._eyes.effect(before, done=gone)

    def maximise_window(self, title: str = "") -> Effect:
        """Let a window (default: the front one) fill the screen, so that more of it can be seen."""
        before = self._eyes.look()
        window = before.window(title) if title else self._eyes.active(before)
        self._desk.ask("maximise", window=window.number)
        return self._eyes.effect(before)

    # -- pointer

    def click(
        self,
        target: str,
        role: str = "",
        window: str = "",
        times: int = 1,
        button: Literal["left", "middle", "right"] = "left",
    ) -> Effect:
        """Click an element by its id or label; role and window narrow down which one. times=2 is a double click."""
        element, before = self._eyes.found(target, role, window)
        point = element.middle
        if point is None:
            if not self._desk.ask("act", ref=element.ref):
                raise DeskRefused("not_showing", f"{target!r} has no place on the screen and no action", target)
        else:
            self._desk.ask("click", x=point[0], y=point[1], button=BUTTONS[button], times=_count(times))
        return self._eyes.effect(before)

    def click_at(self, x: int, y: int, times: int = 1, button: Literal["left", "middle", "right"] = "left") -> Effect:
        """Click a point of the screen. Elements are safer: points depend on where windows stand."""
        before = self._eyes.at_rest()
        self._desk.ask("click", x=x, y=y, button=BUTTONS[button], times=_count(times))
        return self._eyes.effect(before)

    def drag(self, source: str, target: str) -> Effect:
        """Drag one element onto another, both by id or label."""
        first, _ = self._eyes.found(source)
        second, before = self._eyes.found(target)
        points = [first.middle, second.middle]
        if None in points:
            raise DeskRefused("not_showing", "one of the two has no place on the screen", [source, target])
        self._desk.ask("drag", start=points[0], end=points[1])
        return self._eyes.effect(before)

    def menu(self, path: str) -> Effect:
        """Choose an entry of the front program's menus, such as "File > Save As..."; `menus` lists them."""
        before = self._eyes.at_rest()
        parts = [part.strip() for part in path.split(">")]
        program = self._eyes.active(before).program
        above: Element | None = None
        for part in parts:
            look = before if above is None else self._eyes.look()
            entry, place = self._eyes.menu_entry(look, part, above, program)
            if not entry.enabled:
                raise DeskRefused("disabled", f"the menu entry {part!r} is greyed out", path)
            if place is None:
                raise DeskRefused("not_showing", f"the menu entry {part!r} of {path!r} cannot be seen", path)
            self._desk.ask("click", x=place[0], y=place[1])
            self._eyes.rest(0.1)
            above = entry
        return self._eyes.effect(before)

    # -- keyboard

    def type_text(self, text: str) -> Effect:
        """Type text where the cursor is, any letters of any script; a line end presses Return, a tab Tab."""
        if len(text) > MOST_TYPED:
            raise DeskRefused(
                "too_much", f"{len(text)} letters are more than {MOST_TYPED}", len(text), "type it in parts"
            )
        before = self._eyes.at_rest()
        entry = self._programs.get(self._eyes.active(before).program)
        gap = entry.letter_gap if entry is not None else 0.0
        for start in range(0, len(text), PIECE):  # in pieces, so that it ends with the time of the program
            if start and self._eyes.left <= 0:
                told = f"the time was up when {start} of {len(text)} letters were typed"
                raise DeskRefused("timeout", told, start, "put long texts on the clipboard and paste them")
            self._desk.ask("type", text=text[start : start + PIECE], gap=gap)
        return self._eyes.effect(before, done=lambda after: shows(after, text))

    def press(self, keys: str, times: int = 1) -> Effect:
        """Press keys together: "Return", "ctrl+s", "alt+F4", "shift+Tab"; times presses them again."""
        before = self._eyes.at_rest()
        for _ in range(_count(times)):
            self._desk.ask("press", keys=keys)
            self._eyes.rest(0.1 if times > 1 else QUIET)
        return self._eyes.effect(before)

    def set_text(self, target: str, text: str, role: str = "", window: str = "") -> Effect:
        """Replace the text of a field (by id or label) as an assistive device would, whatever has the keyboard."""
        element, before = self._eyes.found(target, role, window)
        if "EditableText" not in element.interfaces:
            raise DeskRefused(
                "not_allowed",
                f"{target!r} is a {element.role} whose text cannot be set",
                target,
                "click it and use type_text",
            )
        self._desk.ask("set_text", ref=element.ref, text=text)
        self._eyes.rest()
        return self._eyes.effect(before, done=lambda _: self._desk.ask("text", ref=element.ref) == text)

    def set_clipboard(self, text: str) -> Effect:
        """Put text on the clipboard; press("ctrl+v") pastes it, which is the fast way for long texts."""
        if len(text) > 10 * MOST_TYPED:
            raise DeskRefused("too_much", f"{len(text)} letters are more than {10 * MOST_TYPED}", len(text))
        self._desk.ask("set_clipboard", text=text)
        return {"effect": "confirmed" if self.clipboard() == text else "unverified", "changes": []}

    # -- sheets and dialogs

    def select_cells(self, cells: str) -> Effect:
        """Select a cell or a range of the front spreadsheet, such as "B2" or "A1:C9", and put the cursor there."""
        first, _, last = cells.upper().partition(":")
        start, end = _cell(first), _cell(last or first)
        down, right = end[0] - start[0], end[1] - start[1]
        if down < 0 or right < 0 or down + right > MOST_STEPS:
            told = f"{cells} is no range from the upper left to the lower right, at most {MOST_STEPS} cells apart"
            raise DeskRefused("bad_argument", told, cells, "select its first cell and press shift+ctrl+End, say")
        before = self._eyes.at_rest()
        window = self._eyes.active(before)
        entry = self._programs.get(window.program)
        if entry is None or not entry.go_to_cell:
            raise DeskRefused(
                "not_allowed", "the front window is no spreadsheet", cells, "focus_window the sheet first"
            )
        if not self._go_to_cell(entry):
            told = f"no dialog to go to a cell came after {entry.go_to_cell}"
            raise DeskRefused("timeout", told, cells, "close what is in the way")
        self._desk.ask("press", keys="ctrl+a")
        self._desk.ask("type", text=first)
        self._eyes.rest()
        self._desk.ask("press", keys="Return")
        if not self._back_in(window):  # a dialog that stays for the next one
            self._desk.ask("press", keys="Escape")
        back = self._back_in(window)
        self._eyes.rest()
        for keys in ["shift+Right"] * right + ["shift+Down"] * down:  # not every program takes a range to go to
            self._desk.ask("press", keys=keys)
        return self._eyes.effect(before, done=back)

    def choose_file(self, path: str) -> Effect:
        """In an open file dialog: enter a path of the home and confirm until the dialog is gone.

        The format is the one that the ending names, also where a dialog keeps it in a list of its own.
        If the program then asks something (replace the file? keep the format?), `asked` in what is returned holds the
        title of the question: answer it with `click`.
        """
        before = self._eyes.at_rest()
        dialog = self._eyes.active(before)
        full = f"{HOME}/{home.relative(path)}"
        focused = before.focused()
        if focused is not None and focused.role in FIELDS:
            self._choose_format(dialog, focused, full)
            self._desk.ask("press", keys="ctrl+a")
        self._desk.ask("type", text=full)
        self._eyes.rest()
        return self._confirm(before, dialog, "Return")

    def confirm(self, keys: str = "Return") -> Effect:
        """Press a key until the dialog in front is gone (up to six times, which some dialogs need)."""
        before = self._eyes.at_rest()
        return self._confirm(before, self._eyes.active(before), keys)

    # -- waiting

    def wait_for(
        self, window: str = "", element: str = "", gone: bool = False, seconds: float = 10.0
    ) -> dict[str, Any]:
        """Wait until a window with these words in its title, or an element with this label, is there (or gone)."""
        if not window and not element:
            raise DeskRefused("bad_argument", "wait_for needs the name of a window or of an element")
        before = self._eyes.look()

        def holds() -> bool:
            if not element:
                there = any(window.casefold() in each.title.casefold() for each in self._eyes.windows())
            else:
                there = any(each.showing for each in self._eyes.look().matching(element, "", window))
            return there != gone

        if not self._eyes.until(holds, min(seconds, MOST_SECONDS)):
            what = f"element {element!r}" if element else f"window {window!r}"
            raise DeskRefused(
                "timeout",
                f"the {what} was {'still' if gone else 'not'} there after {seconds:g} s",
                element or window,
                f"open windows: {called(each.title for each in self._eyes.windows()) or 'none'}",
            )
        return self._eyes.effect(before)

    def wait_until_settled(self, seconds: float = 10.0) -> bool:
        """Wait until no program is busy; whether that was so within the time."""
        return self._eyes.rest(0.4, min(seconds, MOST_SECONDS))

    # -- shared by several

    def _go_to_cell(self, entry: ProgramEntry) -> bool:
        """Whether a cell can be typed now: its keys are pressed again if the dialog that takes it does not come."""
        dialog = entry.go_to_dialog
        for _ in range(2):
            self._desk.ask("press", keys=entry.go_to_cell)
            self._eyes.rest()
            if not dialog or self._eyes.until(lambda: self._eyes.is_titled(dialog), APPEAR_SECONDS):
                return True
        return False

    def _back_in(self, window: Window) -> bool:
        """Whether a window has the keyboard again within a moment."""
        return self._eyes.until(lambda: self._eyes.is_active(window.number), TRY_SECONDS)

    def _choose_format(self, dialog: Window, field: Element, path: str) -> None:
        """Go through the list of formats of a dialog, which changes the ending in its field, to that of the path."""
        entry = self._programs.get(dialog.program)
        ending = path.rpartition(".")[2]
        if entry is None or not entry.format_list or not field.text or field.text.endswith(f".{ending}"):
            return
        self._desk.ask("press", keys=entry.format_list)
        self._eyes.rest(0.1)
        self._desk.ask("press", keys="Home")
        for _ in range(MOST_FORMATS):
            self._eyes.rest(0.1)
            if str(self._desk.ask("text", ref=field.ref)).endswith(f".{ending}"):
                break
            self._desk.ask("press", keys="Down")
        self._desk.ask("focus", ref=field.ref)
        self._eyes.rest(0.1)

    def _confirm(self, before: Screen, dialog: Window, keys: str) -> Effect:
        """Press a key until a dialog is gone. Raises DeskRefused if it stays."""
        for _ in range(TRIES):
            if self._eyes.is_active(dialog.number):
                self._desk.ask("press", keys=keys)
            gone = self._eyes.until(lambda: not self._eyes.is_open(dialog.number), TRY_SECONDS)
            self._eyes.rest()
            known = {window.number for window in before.windows}
            fresh = [each for each in self._eyes.windows() if each.number not in known and each.active and each.dialog]
            if fresh:  # it asks or complains: that is for the program to answer
                return {**self._eyes.effect(before), "effect": "unverified", "asked": fresh[0].title or "a question"}
            if gone:
                return self._eyes.effect(before, done=True)
        told = f"the dialog {dialog.title!r} is still there after {TRIES} times {keys}"
        raise DeskRefused("not_confirmed", told, dialog.title, "look at screen_text() for what it complains about")


def _cell(name: str) -> tuple[int, int]:
    """Row and column from 0 of a cell such as "B2". Raises DeskRefused."""
    match = re.fullmatch(r"([A-Za-z]{1,3})([1-9]\d{0,6})", name.strip())
    if match is None:
        raise DeskRefused("bad_argument", f"{name!r} is no cell", name, 'cells are named like "B2"')
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


def _count(times: int) -> int:
    if not 1 <= times <= 100:
        raise DeskRefused("bad_argument", f"times is {times}, not between 1 and 100", times)
    return times
