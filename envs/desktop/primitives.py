"""What programs can do at the desk.

Every public method of `Primitives` is a primitive: its signature and its text are its documentation, and its
annotations are what the broker checks arguments against.

Rest is built in: an action begins when the desktop is at rest, ends when it is at rest again, and tells what changed on
the screen; what a dialog swallows is tried again. No primitive starts anything by a command, names a path outside the
home, or can see how a task is judged.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

from envs.desktop import home, screen
from envs.desktop.desk import HOME, Desk
from envs.desktop.errors import DeskRefused
from envs.desktop.programs import ProgramEntry, find
from envs.desktop.screen import Element, Screen, Window

QUIET = 0.2
"""Seconds without work that count as rest."""
PATIENCE = 15.0
"""Seconds that an action may take to come to rest; a page that moves for ever does not stop a program."""
TRIES = 6
"""How often a confirmation is pressed until its dialog is gone: file dialogs swallow the first one or two."""
TRY_SECONDS = 0.8
APPEAR_SECONDS = 1.5
"""Seconds in which what was asked for may still appear: programs fill their windows after they show them."""
MENU_SECONDS = 5.0
"""Seconds in which a menu that was clicked may still open: office programs build theirs at the first click."""
HANDED_OVER = 4.0
"""Seconds in which a running program shows what it is given."""
FRESH = 0.1
"""Seconds for which a look after an action also serves as the look before the next one."""
MOST_TYPED = 20_000
MOST_SECONDS = 60.0
MOST_ELEMENTS = 400
MOST_CELLS = 2_000
MOST_STEPS = 400
"""Keys that the selection of a range may take."""
MOST_FORMATS = 15
"""Entries of a list of formats that are gone through."""
FIELDS = ("text", "entry")
"""Roles of what has one line to type in."""
BUTTONS: Mapping[str, int] = {"left": 1, "middle": 2, "right": 3}

Effect = dict[str, Any]
"""What an action did: {"effect": "confirmed" if the screen shows it, else "unverified", "changes": [sentences]}."""


class Primitives:
    """Hands and eyes of programs over one desk."""

    def __init__(self, desk: Desk, programs: Mapping[str, ProgramEntry]) -> None:
        self._desk = desk
        self._programs = programs
        self._deadline: Callable[[], float] = lambda: MOST_SECONDS
        self._last = (Screen(), -math.inf)

    # -- looking

    def screen_text(self) -> str:
        """The windows and everything in them that can be seen, in words: one line for each element, its id first."""
        return screen.render(self.look())

    def windows(self) -> list[dict[str, Any]]:
        """All open windows, the front one last: title, program, active, dialog, box (x, y, width, height)."""
        return [window.to_json() for window in self.look().windows]

    def elements(self, name: str = "", role: str = "", window: str = "") -> list[dict[str, Any]]:
        """What can be seen with these words in its label, this role ("push button", "text", …), in this window.

        Each is told with id, role, name, window, states, and text, value and keys where it has them.
        """
        look = self.look()
        found = [each for each in look.matching(name, role, window) if each.showing]
        told = {each.id for each in look.told()}
        return [each.to_json() for each in found if name or role or each.id in told][:MOST_ELEMENTS]

    def menus(self) -> list[str]:
        """Every menu entry of the front program as `menu` takes it, such as "File > Save As...", with its shortcut."""
        return self.look().menus()

    def read_text(self, target: str, role: str = "", window: str = "") -> str:
        """The whole text of an element (its id or label), such as a text field, a document or a terminal."""
        element, _ = self._found(target, role, window, use=False)
        text = self._desk.ask("text", ref=element.ref) if "Text" in element.interfaces else None
        return str(text) if text is not None else element.name

    def read_cells(self, first: str, last: str = "") -> list[list[str | None]]:
        """What the cells of the front spreadsheet show, row by row, from "A1" to "C5", say; not every program tells."""
        start, end = _cell(first), _cell(last or first)
        rows, columns = end[0] - start[0] + 1, end[1] - start[1] + 1
        if rows < 1 or columns < 1 or rows * columns > MOST_CELLS:
            raise DeskRefused("too_much", f"{first}:{last} is no range of at most {MOST_CELLS} cells", [first, last])
        tables = [each for each in self.look().elements if each.showing and "Table" in each.interfaces]
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
        command = [*entry.run]
        if file:
            path = home.relative(file)
            command.append(f"{HOME}/{path}")
        before = self.look()
        self._desk.ask("start", program=program, command=command, environment=dict(entry.environment))
        known = {window.number: window.title for window in before.windows}
        running = any(window.program == program for window in before.windows)

        def there() -> bool:
            mine = [each for each in self._windows() if each.program == program and each.active]
            return any(known.get(each.number) != each.title for each in mine)

        # A program that runs already may show what it is given in a window that it has.
        if not self._until(there, HANDED_OVER if running else entry.ready):
            window = next((each for each in self._windows() if each.program == program), None)
            if window is None:
                raise DeskRefused(
                    "timeout",
                    f"{program!r} showed no window in {entry.ready:g} s",
                    program,
                    "look at screen_text(); a file that it cannot open may be the cause",
                )
            self._desk.ask("activate", window=window.number)
        if entry.refresh:
            self._rest()
            self._desk.ask("press", keys=entry.refresh)
        return self._effect(before)

    def focus_window(self, title: str) -> Effect:
        """Bring the window with these words in its title (or the window of this program) to the front."""
        before = self.look()
        window = before.window(title)
        self._front(window)
        return self._effect(before, done=self._active_is(window.number))

    def close_window(self, title: str = "") -> Effect:
        """Ask a window (default: the front one) to close, as its cross does; the program may ask whether to save."""
        before = self.look()
        window = before.window(title) if title else self._active(before)
        self._desk.ask("close_window", window=window.number)
        gone = self._until(lambda: not self._is_open(window.number), 3.0)
        return self._effect(before, done=gone)

    def maximise_window(self, title: str = "") -> Effect:
        """Let a window (default: the front one) fill the screen, so that more of it can be seen."""
        before = self.look()
        window = before.window(title) if title else self._active(before)
        self._desk.ask("maximise", window=window.number)
        return self._effect(before)

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
        element, before = self._found(target, role, window)
        point = element.middle
        if point is None:
            if not self._desk.ask("act", ref=element.ref):
                raise DeskRefused("not_showing", f"{target!r} has no place on the screen and no action", target)
        else:
            self._desk.ask("click", x=point[0], y=point[1], button=BUTTONS[button], times=_count(times))
        return self._effect(before)

    def click_at(self, x: int, y: int, times: int = 1, button: Literal["left", "middle", "right"] = "left") -> Effect:
        """Click a point of the screen. Elements are safer: points depend on where windows stand."""
        before = self._at_rest()
        self._desk.ask("click", x=x, y=y, button=BUTTONS[button], times=_count(times))
        return self._effect(before)

    def drag(self, source: str, target: str) -> Effect:
        """Drag one element onto another, both by id or label."""
        first, _ = self._found(source)
        second, before = self._found(target)
        points = [first.middle, second.middle]
        if None in points:
            raise DeskRefused("not_showing", "one of the two has no place on the screen", [source, target])
        self._desk.ask("drag", start=points[0], end=points[1])
        return self._effect(before)

    def menu(self, path: str) -> Effect:
        """Choose an entry of the front program's menus, such as "File > Save As..."; `menus` lists them."""
        before = self._at_rest()
        parts = [part.strip() for part in path.split(">")]
        program = self._active(before).program
        above: Element | None = None
        for part in parts:
            entry, place = self._menu_entry(before if above is None else self.look(), part, above, program)
            if not entry.enabled:
                raise DeskRefused("disabled", f"the menu entry {part!r} is greyed out", path)
            if place is None:
                raise DeskRefused("not_showing", f"the menu entry {part!r} of {path!r} cannot be seen", path)
            self._desk.ask("click", x=place[0], y=place[1])
            self._rest(0.1)
            above = entry
        return self._effect(before)

    # -- keyboard

    def type_text(self, text: str) -> Effect:
        """Type text where the cursor is, any letters of any script; a line end presses Return, a tab Tab."""
        if len(text) > MOST_TYPED:
            raise DeskRefused(
                "too_much", f"{len(text)} letters are more than {MOST_TYPED}", len(text), "type it in parts"
            )
        before = self._at_rest()
        entry = self._programs.get(self._active(before).program)
        gap = entry.letter_gap if entry is not None else 0.0
        self._desk.ask("type", text=text, gap=gap, within=30 + len(text) * (1.1 if gap else 0.1))
        return self._effect(before, done=lambda after: _contains(after, text))

    def press(self, keys: str, times: int = 1) -> Effect:
        """Press keys together: "Return", "ctrl+s", "alt+F4", "shift+Tab"; times presses them again."""
        before = self._at_rest()
        for _ in range(_count(times)):
            self._desk.ask("press", keys=keys)
            self._rest(0.1 if times > 1 else QUIET)
        return self._effect(before)

    def set_text(self, target: str, text: str, role: str = "", window: str = "") -> Effect:
        """Replace the text of a field (by id or label) as an assistive device would, whatever has the keyboard."""
        element, before = self._found(target, role, window)
        if "EditableText" not in element.interfaces:
            raise DeskRefused(
                "not_allowed",
                f"{target!r} is a {element.role} whose text cannot be set",
                target,
                "click it and use type_text",
            )
        self._desk.ask("set_text", ref=element.ref, text=text)
        self._rest()
        return self._effect(before, done=lambda _: self._desk.ask("text", ref=element.ref) == text)

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
        before = self._at_rest()
        window = self._active(before)
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
        self._rest()
        self._desk.ask("press", keys="Return")
        if not self._until(lambda: self._active_is(window.number), TRY_SECONDS):  # a dialog that stays for the next one
            self._desk.ask("press", keys="Escape")
        back = self._until(lambda: self._active_is(window.number), TRY_SECONDS)
        self._rest()
        for keys in ["shift+Right"] * right + ["shift+Down"] * down:  # not every program takes a range to go to
            self._desk.ask("press", keys=keys)
        return self._effect(before, done=back)

    def choose_file(self, path: str) -> Effect:
        """In an open file dialog: enter a path of the home and confirm until the dialog is gone.

        The format is the one that the ending names, also where a dialog keeps it in a list of its own.
        If the program then asks something (replace the file? keep the format?), `asked` in what is returned holds the
        title of the question: answer it with `click`.
        """
        before = self._at_rest()
        dialog = self._active(before)
        full = f"{HOME}/{home.relative(path)}"
        focused = before.focused()
        if focused is not None and focused.role in FIELDS:
            self._choose_format(dialog, focused, full)
            self._desk.ask("press", keys="ctrl+a")
        self._desk.ask("type", text=full)
        self._rest()
        return self._confirm(before, dialog, "Return")

    def confirm(self, keys: str = "Return") -> Effect:
        """Press a key until the dialog in front is gone (up to six times, which some dialogs need)."""
        before = self._at_rest()
        return self._confirm(before, self._active(before), keys)

    # -- waiting

    def wait_for(
        self, window: str = "", element: str = "", gone: bool = False, seconds: float = 10.0
    ) -> dict[str, Any]:
        """Wait until a window with these words in its title, or an element with this label, is there (or gone)."""
        if not window and not element:
            raise DeskRefused("bad_argument", "wait_for needs the name of a window or of an element")
        before = self.look()

        def holds() -> bool:
            if not element:
                there = any(window.casefold() in each.title.casefold() for each in self._windows())
            else:
                there = any(each.showing for each in self.look().matching(element, "", window))
            return there != gone

        if not self._until(holds, min(seconds, MOST_SECONDS)):
            what = f"element {element!r}" if element else f"window {window!r}"
            raise DeskRefused(
                "timeout",
                f"the {what} was {'still' if gone else 'not'} there after {seconds:g} s",
                element or window,
                f"open windows: {[each.title for each in self._windows()]}",
            )
        return self._effect(before)

    def wait_until_settled(self, seconds: float = 10.0) -> bool:
        """Wait until no program is busy; whether that was so within the time."""
        return self._rest(0.4, min(seconds, MOST_SECONDS))

    # -- shared: none of this can be called by programs

    def look(self) -> Screen:
        """The screen as it is now."""
        return screen.read(self._desk.ask("look"), self._programs)

    def until(self, deadline: Callable[[], float]) -> None:
        """Let no wait be longer than what `deadline` says is left."""
        self._deadline = deadline

    def _windows(self) -> tuple[Window, ...]:
        return screen.read(
            {"windows": self._named(self._desk.ask("windows")), "nodes": [], "deaf": []}, self._programs
        ).windows

    def _named(self, windows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{"program": "", **window} for window in windows]

    def _rest(self, quiet: float = QUIET, at_most: float = PATIENCE) -> bool:
        limit = max(quiet, min(at_most, self._deadline()))
        return bool(self._desk.ask("settle", quiet=quiet, at_most=limit, within=limit + 30))

    def _at_rest(self) -> Screen:
        """The screen before an action; the one after the last action if nothing but a moment lies between."""
        screen_then, at = self._last
        if time.monotonic() - at < FRESH:
            return screen_then
        self._rest(0.1)
        return self.look()

    def _found(self, target: str, role: str = "", window: str = "", use: bool = True) -> tuple[Element, Screen]:
        """The element that is meant, ready for use, and the screen it is on; it is given a moment to appear."""
        end = time.monotonic() + min(APPEAR_SECONDS, max(0.0, self._deadline()))
        look = self._at_rest()
        while True:
            try:
                element = look.find(target, role, window)
                return self._usable(element, look) if use else element, look
            except DeskRefused as refusal:
                if refusal.code not in ("not_found", "not_showing", "disabled") or time.monotonic() > end:
                    raise
            self._rest()
            look = self.look()

    def _until(self, holds: Callable[[], bool], seconds: float) -> bool:
        end = time.monotonic() + min(seconds, max(0.0, self._deadline()))
        while not holds():
            if time.monotonic() > end:
                return False
            time.sleep(0.03)
        return True

    def _active(self, look: Screen) -> Window:
        if look.active is None:
            raise DeskRefused("not_found", "no window has the keyboard", None, "open_program or focus_window first")
        return look.active

    def _is_open(self, number: int) -> bool:
        return any(window.number == number for window in self._windows())

    def _active_is(self, number: int) -> bool:
        return any(window.number == number and window.active for window in self._windows())

    def _front(self, window: Window) -> None:
        self._desk.ask("activate", window=window.number)
        self._until(lambda: self._active_is(window.number), 2.0)
        self._rest(0.1)

    def _usable(self, element: Element, look: Screen) -> Element:
        """The element, with its window in front. Raises DeskRefused if it is greyed out or cannot be seen."""
        if not element.enabled:
            raise DeskRefused("disabled", f"{element.role} {element.name!r} is greyed out", element.id)
        if not element.showing and element.middle is None:
            remedy = (
                "open its menu with menu(...)" if element.role.endswith("menu item") else "scroll or open what holds it"
            )
            raise DeskRefused("not_showing", f"{element.role} {element.name!r} cannot be seen now", element.id, remedy)
        if look.active and element.window != look.active.title:
            window = next((each for each in reversed(look.windows) if each.title == element.window), None)
            if window is not None:
                self._front(window)
        return element

    def _menu_entry(
        self, look: Screen, part: str, above: Element | None, program: str
    ) -> tuple[Element, tuple[int, int] | None]:
        """An entry and where to click it, if it can be seen: a busy program shows its menu a moment after the click."""
        end = time.monotonic() + min(MENU_SECONDS, max(0.0, self._deadline()))
        while True:
            entry = _entry(look, part, above, program)
            place = self._place_in_menu(entry) if entry.enabled else None
            if place is not None or not entry.enabled or time.monotonic() > end:
                return entry, place
            self._rest(0.1)
            look = self.look()

    def _place_in_menu(self, entry: Element) -> tuple[int, int] | None:
        """Where an entry of an open menu is; older programs do not say that it is showing, and yet say where."""
        if entry.middle is not None:
            return entry.middle
        x, y, width, height = self._desk.ask("box", ref=entry.ref) or (0, 0, 0, 0)
        return (x + width // 2, y + height // 2) if min(x, y) >= 0 and min(width, height) > 0 else None

    def _go_to_cell(self, entry: ProgramEntry) -> bool:
        """Whether a cell can be typed now: its keys are pressed again if the dialog that takes it does not come."""
        for _ in range(2):
            self._desk.ask("press", keys=entry.go_to_cell)
            self._rest()
            if not entry.go_to_dialog or self._until(lambda: self._is_titled(entry.go_to_dialog), APPEAR_SECONDS):
                return True
        return False

    def _is_titled(self, title: str) -> bool:
        return any(window.active and title in window.title for window in self._windows())

    def _choose_format(self, dialog: Window, field: Element, path: str) -> None:
        """Go through the list of formats of a dialog, which changes the ending in its field, to that of the path."""
        entry = self._programs.get(dialog.program)
        ending = path.rpartition(".")[2]
        if entry is None or not entry.format_list or not field.text or field.text.endswith(f".{ending}"):
            return
        self._desk.ask("press", keys=entry.format_list)
        self._rest(0.1)
        self._desk.ask("press", keys="Home")
        for _ in range(MOST_FORMATS):
            self._rest(0.1)
            if str(self._desk.ask("text", ref=field.ref)).endswith(f".{ending}"):
                break
            self._desk.ask("press", keys="Down")
        self._desk.ask("focus", ref=field.ref)
        self._rest(0.1)

    def _confirm(self, before: Screen, dialog: Window, keys: str) -> Effect:
        for _ in range(TRIES):
            if self._active_is(dialog.number):
                self._desk.ask("press", keys=keys)
            gone = self._until(lambda: not self._is_open(dialog.number), TRY_SECONDS)
            self._rest()
            known = {window.number for window in before.windows}
            fresh = [each for each in self._windows() if each.number not in known and each.active and each.dialog]
            if fresh:  # it asks or complains: that is for the program to answer
                return {**self._effect(before), "effect": "unverified", "asked": fresh[0].title or "a question"}
            if gone:
                return self._effect(before, done=True)
        told = f"the dialog {dialog.title!r} is still there after {TRIES} times {keys}"
        raise DeskRefused("not_confirmed", told, dialog.title, "look at screen_text() for what it complains about")

    def _effect(self, before: Screen, done: bool | Callable[[Screen], bool] | None = None) -> Effect:
        settled = self._rest()
        after = self.look()
        self._last = (after, time.monotonic())
        changes = differences(before, after)
        confirmed = bool(changes) if done is None else done(after) if callable(done) else done
        effect: Effect = {"effect": "confirmed" if confirmed else "unverified", "changes": changes}
        return effect if settled else {**effect, "busy": True}


def differences(before: Screen, after: Screen) -> list[str]:
    """What changed on the screen, in a few sentences: windows first, then focus, texts and states."""
    changes = []
    old, new = ({window.number: window for window in look.windows} for look in (before, after))
    changes += [f"window opened: {window.title!r}" for number, window in new.items() if number not in old]
    changes += [f"window closed: {window.title!r}" for number, window in old.items() if number not in new]
    changes += [
        f"window {old[number].title!r} is now {window.title!r}"
        for number, window in new.items()
        if number in old and old[number].title != window.title
    ]
    if after.active and (before.active is None or before.active.number != after.active.number):
        changes.append(f"in front: {after.active.title!r}")
    focused = after.focused()
    if focused is not None and (was := before.focused()) is not None and was.id != focused.id:
        changes.append(f"focus on {focused.role} {focused.name!r}")
    watched = frozenset({"checked", "selected", "pressed", "expanded"})
    for element in after.told():
        earlier = before.by_id.get(element.id)
        if earlier is None or not earlier.showing:
            continue
        if element.text != earlier.text or element.value != earlier.value:
            content = element.text if element.text is not None else "" if element.value is None else element.value
            changes.append(f"{element.role} {element.name!r} is now {str(content)[:80]!r}")
        elif element.states & watched != earlier.states & watched:
            changes.append(
                f"{element.role} {element.name!r} is now {', '.join(sorted(element.states & watched)) or 'off'}"
            )
    shown = {element.id for element in before.told()}
    fresh = [element for element in after.told() if element.id not in shown and element.name]
    if fresh and len(changes) < 8:
        changes.append(f"now showing: {', '.join(f'{each.role} {each.name!r}' for each in fresh[:6])}")
    return changes[:12]


def _contains(look: Screen, text: str) -> bool:
    focused = look.focused()
    wanted = " ".join(text.split())
    return focused is not None and focused.text is not None and wanted in " ".join(focused.text.split())


def _entry(look: Screen, label: str, above: Element | None, program: str) -> Element:
    """The menu entry of this label: in the menu bar, or below `above`."""
    wanted = label.casefold().rstrip(".…")
    roles = ("menu", "menu item", "check menu item", "radio menu item")
    found = [
        each
        for each in look.elements
        if each.role in roles and each.program == program and each.name.casefold().rstrip(".…") == wanted
    ]
    if above is None:
        found = [each for each in found if each.showing] or found
    else:
        # Office programs have two menu bars in one place, and only one of them opens.
        twins = [each for each in look.elements if _kin(each) == _kin(above)]
        below = [each for each in found if any(_below(look, each, twin) for twin in twins)]
        first = sorted(below, key=lambda each: (not each.showing, not _below(look, each, above)))
        found = first or [each for each in found if each.showing]
    if not found:
        there = [
            each.name
            for each in look.elements
            if each.role in roles
            and each.name
            and each.program == program
            and (each.showing if above is None else _below(look, each, above))
        ]
        raise DeskRefused(
            "not_found", f"there is no menu entry {label!r}", label, f"there are: {', '.join(there[:30])}"
        )
    return found[0]


def _kin(element: Element) -> tuple[str, str, str]:
    return element.role, element.name, element.program


def _below(look: Screen, element: Element, above: Element) -> bool:
    parent = element.parent
    while parent is not None:
        if parent == above.id:
            return True
        parent = look.by_id[parent].parent
    return False


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
