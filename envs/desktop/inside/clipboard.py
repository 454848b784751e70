"""The clipboard: read what a program put there, and put text there.

On X whoever copied is asked for the text by whoever pastes, again and again; so a thread with a connection of its own
answers for as long as our text is the one on the clipboard.
"""

from __future__ import annotations

import os
import select
import threading
import time

from Xlib import X, Xatom
from Xlib import display as xlib
from Xlib.protocol import event

ANSWER_SECONDS = 1.0
MOST = 256_000


class Clipboard:
    """The CLIPBOARD selection of the display."""

    def __init__(self) -> None:
        self._display = xlib.Display()
        self._window = self._display.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self._atoms = {
            name: self._display.intern_atom(name) for name in ("CLIPBOARD", "UTF8_STRING", "TARGETS", "JOURNEYMAN")
        }
        self._text = ""
        self._wake_end, self._waker = os.pipe()
        self._requests: list[tuple[str, threading.Event]] = []
        self._read = ""
        threading.Thread(target=self._serve, name="clipboard", daemon=True).start()

    def set(self, text: str) -> None:
        """Put text on the clipboard."""
        self._text = text
        self._request("own")

    def get(self) -> str:
        """The text on the clipboard; empty if there is none."""
        self._request("read")
        return self._read

    def _request(self, what: str) -> None:
        done = threading.Event()
        self._requests.append((what, done))
        os.write(self._waker, b"!")
        done.wait(ANSWER_SECONDS * 2)

    def _serve(self) -> None:
        while True:
            while self._display.pending_events():
                self._answer(self._display.next_event())
            readable, _, _ = select.select([self._display, self._wake_end], [], [])
            if self._wake_end not in readable:
                continue
            os.read(self._wake_end, 1)
            what, done = self._requests.pop(0)
            if what == "own":
                self._window.set_selection_owner(self._atoms["CLIPBOARD"], X.CurrentTime)
                self._display.sync()
            else:
                self._read = self._fetch()
            done.set()

    def _fetch(self) -> str:
        owner = self._display.get_selection_owner(self._atoms["CLIPBOARD"])
        if owner == X.NONE:
            return ""
        if owner == self._window:
            return self._text
        place = self._atoms["JOURNEYMAN"]
        self._window.convert_selection(self._atoms["CLIPBOARD"], self._atoms["UTF8_STRING"], place, X.CurrentTime)
        self._display.flush()
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            if not self._display.pending_events():
                select.select([self._display], [], [], 0.05)
                continue
            told = self._display.next_event()
            if told.type != X.SelectionNotify:
                self._answer(told)
            elif told.property == X.NONE:
                return ""
            else:
                found = self._window.get_full_property(place, X.AnyPropertyType, sizehint=MOST)
                self._window.delete_property(place)
                return found.value.decode(errors="replace")[:MOST] if found and isinstance(found.value, bytes) else ""
        return ""

    def _answer(self, asked: event.SelectionRequest) -> None:
        if asked.type != X.SelectionRequest:
            return
        place = asked.property or asked.target
        if asked.target == self._atoms["TARGETS"]:
            kinds = [self._atoms["TARGETS"], self._atoms["UTF8_STRING"], Xatom.STRING]
            asked.requestor.change_property(place, Xatom.ATOM, 32, kinds)
        elif asked.target in (self._atoms["UTF8_STRING"], Xatom.STRING):
            asked.requestor.change_property(place, asked.target, 8, self._text.encode())
        else:
            place = X.NONE
        asked.requestor.send_event(
            event.SelectionNotify(
                time=asked.time,
                requestor=asked.requestor,
                selection=asked.selection,
                target=asked.target,
                property=place,
            )
        )
        self._display.flush()
