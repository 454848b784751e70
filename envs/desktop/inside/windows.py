"""Windows as the window manager knows them: which there are, which is in front; and how to ask it for another."""

from __future__ import annotations

from typing import Any

from Xlib import X, Xatom
from Xlib import display as xlib
from Xlib.error import XError
from Xlib.protocol import event

MOST_READ = 1000
"""Of what a window says of itself, so many times four bytes are read."""


class Windows:
    """The windows of the display."""

    def __init__(self, display: xlib.Display) -> None:
        self._display = display
        self._root = display.screen().root

    def all(self) -> list[dict[str, Any]]:
        """Every window of a program, the front one last: id, title, class, pid, box, active, modal."""
        active = self._first(self._root, "_NET_ACTIVE_WINDOW")
        found = []
        for number in self._values(self._root, "_NET_CLIENT_LIST_STACKING"):
            try:
                found.append(self._told(number, active))
            except XError:
                continue  # closed while we looked
        return found

    def activate(self, number: int) -> None:
        """Bring a window to the front and give it the keyboard."""
        self._tell(number, "_NET_ACTIVE_WINDOW", [2, X.CurrentTime, 0, 0, 0])

    def close(self, number: int) -> None:
        """Ask a window to close, as its cross does; the program may ask back."""
        self._tell(number, "_NET_CLOSE_WINDOW", [X.CurrentTime, 2, 0, 0, 0])

    def maximise(self, number: int) -> None:
        """Let a window fill the screen."""
        atoms = [self._display.get_atom(f"_NET_WM_STATE_MAXIMIZED_{way}") for way in ("VERT", "HORZ")]
        self._tell(number, "_NET_WM_STATE", [1, *atoms, 2, 0])

    def _told(self, number: int, active: int) -> dict[str, Any]:
        window = self._display.create_resource_object("window", number)
        geometry, corner = window.get_geometry(), window.translate_coords(self._root, 0, 0)
        kinds, states = self._values(window, "_NET_WM_WINDOW_TYPE"), self._values(window, "_NET_WM_STATE")
        atom = self._display.get_atom
        return {
            "id": number,
            "title": self._text(window, "_NET_WM_NAME") or self._text(window, "WM_NAME"),
            "class": self._text(window, "WM_CLASS").replace("\0", " ").strip(),
            "pid": self._first(window, "_NET_WM_PID"),
            "box": [-corner.x, -corner.y, geometry.width, geometry.height],
            "active": number == active,
            "modal": atom("_NET_WM_STATE_MODAL") in states,
            "dialog": atom("_NET_WM_WINDOW_TYPE_DIALOG") in kinds or self._first(window, "WM_TRANSIENT_FOR") != 0,
        }

    def _tell(self, number: int, message: str, data: list[int]) -> None:
        window = self._display.create_resource_object("window", number)
        told = event.ClientMessage(window=window, client_type=self._display.get_atom(message), data=(32, data))
        self._root.send_event(told, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
        self._display.sync()

    # A program may say of its window what it likes: of the wrong kind, without end, changed while it is read.

    def _text(self, window: Any, name: str) -> str:
        found = self._property(window, name)
        if found is None or found.format != 8:
            return ""
        latin = found.property_type == Xatom.STRING
        return str(bytes(found.value).decode("latin-1" if latin else "utf-8", "replace"))

    def _values(self, window: Any, name: str) -> list[int]:
        found = self._property(window, name)
        return [int(each) for each in found.value] if found is not None and found.format == 32 else []

    def _first(self, window: Any, name: str) -> int:
        return next(iter(self._values(window, name)), 0)

    def _property(self, window: Any, name: str) -> Any:
        return window.get_property(self._display.get_atom(name), X.AnyPropertyType, 0, MOST_READ)
