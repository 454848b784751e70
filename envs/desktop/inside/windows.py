"""Windows as the window manager knows them: which there are, which is in front; and how to ask it for another."""

from __future__ import annotations

from typing import Any

from Xlib import X
from Xlib import display as xlib
from Xlib.error import XError
from Xlib.protocol import event


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
            window = self._display.create_resource_object("window", number)
            try:
                geometry, corner = window.get_geometry(), window.translate_coords(self._root, 0, 0)
                states = self._values(window, "_NET_WM_STATE")
                found.append(
                    {
                        "id": number,
                        "title": self._title(window),
                        "class": " ".join(window.get_wm_class() or ()),
                        "pid": self._first(window, "_NET_WM_PID"),
                        "box": [-corner.x, -corner.y, geometry.width, geometry.height],
                        "active": number == active,
                        "modal": self._display.intern_atom("_NET_WM_STATE_MODAL") in states,
                        "dialog": self._dialog(window),
                    }
                )
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
        atoms = [self._display.intern_atom(f"_NET_WM_STATE_MAXIMIZED_{way}") for way in ("VERT", "HORZ")]
        self._tell(number, "_NET_WM_STATE", [1, *atoms, 2, 0])

    def _tell(self, number: int, message: str, data: list[int]) -> None:
        window = self._display.create_resource_object("window", number)
        told = event.ClientMessage(window=window, client_type=self._display.intern_atom(message), data=(32, data))
        self._root.send_event(told, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
        self._display.sync()

    def _title(self, window: Any) -> str:
        found = window.get_full_property(self._display.intern_atom("_NET_WM_NAME"), 0)
        if found:
            return str(found.value.decode(errors="replace"))
        return str(window.get_wm_name() or "")

    def _dialog(self, window: Any) -> bool:
        kinds = self._values(window, "_NET_WM_WINDOW_TYPE")
        return self._display.intern_atom("_NET_WM_WINDOW_TYPE_DIALOG") in kinds or bool(window.get_wm_transient_for())

    def _values(self, window: Any, name: str) -> list[int]:
        found = window.get_full_property(self._display.intern_atom(name), 0)
        return [int(each) for each in found.value] if found else []

    def _first(self, window: Any, name: str) -> int:
        return next(iter(self._values(window, name)), 0)
