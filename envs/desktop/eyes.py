"""What can be seen of one desk, and when: looks at it, waits until it is at rest, finds the element that is meant.

An action begins at rest, ends at rest, and is told by what it changed on the screen. Presses nothing; the only thing it
moves is a window to the front, to use what is in it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from envs.desktop import screen
from envs.desktop.changes import differences
from envs.desktop.desk import Desk
from envs.desktop.errors import DeskRefused
from envs.desktop.menus import entry_of
from envs.desktop.programs import ProgramEntry
from envs.desktop.screen import Element, Screen, Window

QUIET = 0.2
"""Seconds without work that count as rest."""
PATIENCE = 15.0
"""Seconds that an action may take to come to rest; a page that moves for ever does not stop a program."""
APPEAR_SECONDS = 1.5
"""Seconds in which what was asked for may still appear: programs fill their windows after they show them."""
MENU_SECONDS = 5.0
"""Seconds in which a menu that was clicked may still open: office programs build theirs at the first click."""
FRESH = 0.1
"""Seconds for which a look after an action also serves as the look before the next one."""
MOST_SECONDS = 60.0
"""Seconds that a wait may last where nothing else limits it."""

Effect = dict[str, Any]
"""What an action did: {"effect": "confirmed" if the screen shows it, else "unverified", "changes": [sentences]}."""


class Eyes:
    """Eyes over one desk. `left` says how many seconds no wait may be longer than."""

    def __init__(
        self, desk: Desk, programs: Mapping[str, ProgramEntry], left: Callable[[], float] = lambda: MOST_SECONDS
    ) -> None:
        self._desk, self._programs, self._left = desk, programs, left
        self._last = (Screen(), -math.inf)

    @property
    def left(self) -> float:
        """Seconds that no wait may be longer than."""
        return self._left()

    def look(self) -> Screen:
        """The screen as it is now."""
        return screen.read(self._desk.ask("look"), self._programs)

    def windows(self) -> tuple[Window, ...]:
        """The windows alone, which is quicker than a look."""
        told = [{"program": "", **window} for window in self._desk.ask("windows")]
        return screen.read({"windows": told, "nodes": [], "deaf": []}, self._programs).windows

    def rest(self, quiet: float = QUIET, at_most: float = PATIENCE) -> bool:
        """Wait until no program has worked for `quiet` seconds, at most so long; whether that was so."""
        limit = max(quiet, min(at_most, self._left()))
        return bool(self._desk.ask("settle", quiet=quiet, at_most=limit, within=limit + 30))

    def at_rest(self) -> Screen:
        """The screen before an action; the one after the last action if nothing but a moment lies between."""
        screen_then, at = self._last
        if time.monotonic() - at < FRESH:
            return screen_then
        self.rest(0.1)
        return self.look()

    def found(self, target: str, role: str = "", window: str = "", use: bool = True) -> tuple[Element, Screen]:
        """The element that is meant, ready for use, and the screen it is on; it is given a moment to appear."""
        end = time.monotonic() + min(APPEAR_SECONDS, max(0.0, self._left()))
        look = self.at_rest()
        while True:
            try:
                element = look.find(target, role, window)
                return self._usable(element, look) if use else element, look
            except DeskRefused as refusal:
                if refusal.code not in ("not_found", "not_showing", "disabled") or time.monotonic() > end:
                    raise
            self.rest()
            look = self.look()

    def menu_entry(
        self, look: Screen, part: str, above: Element | None, program: str
    ) -> tuple[Element, tuple[int, int] | None]:
        """An entry and where to click it, if it can be seen: a busy program shows its menu a moment after the click."""
        end = time.monotonic() + min(MENU_SECONDS, max(0.0, self._left()))
        while True:
            entry = entry_of(look, part, above, program)
            place = self._place_in_menu(entry) if entry.enabled else None
            if place is not None or not entry.enabled or time.monotonic() > end:
                return entry, place
            self.rest(0.1)
            look = self.look()

    def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds; whether it did within the time."""
        end = time.monotonic() + min(seconds, max(0.0, self._left()))
        while not holds():
            if time.monotonic() > end:
                return False
            time.sleep(0.03)
        return True

    def active(self, look: Screen) -> Window:
        """The window that has the keyboard. Raises DeskRefused if none has."""
        if look.active is None:
            raise DeskRefused("not_found", "no window has the keyboard", None, "open_program or focus_window first")
        return look.active

    def is_open(self, number: int) -> bool:
        """Whether the window of this number is there."""
        return any(window.number == number for window in self.windows())

    def is_active(self, number: int) -> bool:
        """Whether the window of this number has the keyboard."""
        return any(window.number == number and window.active for window in self.windows())

    def is_titled(self, title: str) -> bool:
        """Whether a window with these words in its title has the keyboard."""
        return any(window.active and title in window.title for window in self.windows())

    def front(self, window: Window) -> None:
        """Bring a window to the front."""
        self._desk.ask("activate", window=window.number)
        self.until(lambda: self.is_active(window.number), 2.0)
        self.rest(0.1)

    def effect(self, before: Screen, done: bool | Callable[[Screen], bool] | None = None) -> Effect:
        """What an action did, once the desk is at rest; confirmed by `done`, or by any change if nothing is given."""
        settled = self.rest()
        after = self.look()
        self._last = (after, time.monotonic())
        changes = differences(before, after)
        confirmed = bool(changes) if done is None else done(after) if callable(done) else done
        effect: Effect = {"effect": "confirmed" if confirmed else "unverified", "changes": changes}
        return effect if settled else {**effect, "busy": True}

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
                self.front(window)
        return element

    def _place_in_menu(self, entry: Element) -> tuple[int, int] | None:
        """Where an entry of an open menu is; older programs do not say that it is showing, and yet say where."""
        if entry.middle is not None:
            return entry.middle
        x, y, width, height = self._desk.ask("box", ref=entry.ref) or (0, 0, 0, 0)
        return (x + width // 2, y + height // 2) if min(x, y) >= 0 and min(width, height) > 0 else None
