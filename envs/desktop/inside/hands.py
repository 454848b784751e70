"""Keyboard and pointer through the X server's own test extension: to programs, the same as a person's.

Letters that the keyboard layout lacks are put on spare keys for a moment, eight of them in turn, so that a program that
is slow to read the new layout still finds the letter that was meant.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from Xlib import XK, X
from Xlib import display as xlib
from Xlib.ext import xtest

from .wire import Refused

GAP = 0.012
"""Seconds between what a pointer does; programs lose clicks that come faster."""
LETTER_GAP = 0.004
LAYOUT_GAP = 0.03
"""Seconds that programs need to take notice of a changed layout."""
SPARE_KEYS = 8
_NAMES = {
    "ctrl": "Control_L",
    "control": "Control_L",
    "shift": "Shift_L",
    "alt": "Alt_L",
    "super": "Super_L",
    "enter": "Return",
    "return": "Return",
    "esc": "Escape",
    "escape": "Escape",
    "del": "Delete",
    "delete": "Delete",
    "ins": "Insert",
    "insert": "Insert",
    "backspace": "BackSpace",
    "tab": "Tab",
    "space": "space",
    "home": "Home",
    "end": "End",
    "pageup": "Prior",
    "pagedown": "Next",
    "left": "Left",
    "right": "Right",
    "up": "Up",
    "down": "Down",
    "menu": "Menu",
    "plus": "plus",
    "minus": "minus",
}
_CONTROLS = {"\n": "Return", "\t": "Tab"}


class Hands:
    """What can be pressed, typed, moved and clicked."""

    def __init__(self, display: xlib.Display) -> None:
        self._display = display
        lowest, highest = display.display.info.min_keycode, display.display.info.max_keycode
        mapping = display.get_keyboard_mapping(lowest, highest - lowest + 1)
        self._spare = [lowest + place for place, symbols in enumerate(mapping) if not any(symbols)][-SPARE_KEYS:]
        self._on_spare: dict[int, int] = {}
        self._shift = display.keysym_to_keycode(XK.XK_Shift_L)

    def press(self, combination: str) -> None:
        """Press keys together, such as "ctrl+shift+s" or "F2"."""
        parts = ["+"] if combination == "+" else combination.replace("++", "+plus").split("+")
        keys: list[int] = []
        for part in parts:
            code, shifted = self._key(self._symbol_named(part, combination))
            keys += [self._shift, code] if shifted and self._shift not in keys else [code]
        for code in keys:
            self._fake(X.KeyPress, code, LETTER_GAP)
        for code in reversed(keys):
            self._fake(X.KeyRelease, code, LETTER_GAP)

    def type(self, text: str, after: Callable[[], object] = lambda: time.sleep(LETTER_GAP)) -> None:
        """Type text; line ends press Return, tabs press Tab. `after` waits after each letter."""
        for letter in text:
            code, shifted = self._key(self._symbol_of(letter))
            if shifted:
                self._fake(X.KeyPress, self._shift)
            self._fake(X.KeyPress, code)
            self._fake(X.KeyRelease, code)
            if shifted:
                self._fake(X.KeyRelease, self._shift)
            after()

    def click(self, x: int, y: int, button: int = 1, times: int = 1) -> None:
        """Move there and click."""
        self._move(x, y)
        for _ in range(times):
            self._fake(X.ButtonPress, button, GAP)
            self._fake(X.ButtonRelease, button, GAP)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press at one point, go to the other in steps, as programs need to see it, and let go."""
        self._move(*start)
        self._fake(X.ButtonPress, 1, GAP)
        for step in range(1, 11):
            self._move(*(round(a + (b - a) * step / 10) for a, b in zip(start, end, strict=True)))
        self._fake(X.ButtonRelease, 1, GAP)

    def _move(self, x: int, y: int) -> None:
        screen = self._display.screen()  # beyond its edges the pointer would stop at them, and press what is there
        if not (0 <= x < screen.width_in_pixels and 0 <= y < screen.height_in_pixels):
            size = f"{screen.width_in_pixels} by {screen.height_in_pixels}"
            told = f"the point ({x}, {y}) is not on the screen, which is {size}"
            raise Refused("not_showing", told, "maximise_window() or scroll until it can be seen")
        xtest.fake_input(self._display, X.MotionNotify, x=x, y=y)
        self._display.sync()
        time.sleep(GAP)

    def _fake(self, kind: int, detail: int, wait: float = 0.0) -> None:
        xtest.fake_input(self._display, kind, detail)
        self._display.sync()
        if wait:
            time.sleep(wait)

    def _symbol_named(self, name: str, combination: str) -> int:
        symbol = XK.string_to_keysym(_NAMES.get(name.lower(), name))
        if symbol == 0 and len(name) == 1:
            symbol = self._symbol_of(name)
        if symbol == 0:
            remedy = 'keys are called like "Return", "F2", "Page_Down", "a", "ctrl+s", "shift+Tab"'
            raise Refused("bad_argument", f"there is no key {name[:60]!r} in {combination[:60]!r}", remedy)
        return int(symbol)

    def _symbol_of(self, letter: str) -> int:
        if letter in _CONTROLS:
            return int(XK.string_to_keysym(_CONTROLS[letter]))
        point = ord(letter)
        return point if 32 <= point < 127 or 160 <= point < 256 else 0x01000000 | point

    def _key(self, symbol: int) -> tuple[int, bool]:
        """The key for a symbol and whether shift is needed."""
        for code, column in self._display.keysym_to_keycodes(symbol):
            if column in (0, 1) and code not in self._on_spare:
                return code, column == 1
        for code, there in self._on_spare.items():
            if there == symbol:
                return code, False
        code = self._spare.pop(0)
        self._spare.append(code)
        self._on_spare[code] = symbol
        self._display.change_keyboard_mapping(code, [[symbol, symbol]])
        self._display.sync()
        time.sleep(LAYOUT_GAP)
        return code, False
