"""The clipboard: read what a program put there, and put text there.

On X whoever copied is asked for the text by whoever pastes, again and again; so a thread with a connection of its own
answers for as long as our text is the one on the clipboard. A long text travels in pieces.
"""

from __future__ import annotations

import os
import queue
import select
import threading
import time
from collections.abc import Callable
from typing import Any

from Xlib import X, Xatom
from Xlib import display as xlib
from Xlib.error import ConnectionClosedError
from Xlib.protocol import event

ANSWER_SECONDS = 1.0
"""Seconds in which who copied has to say something."""
WHOLE_SECONDS = 10.0
"""Seconds in which all of it has to be said."""
MOST = 1_000_000
"""Letters that are read."""
PIECE = 128_000
"""Bytes that one request to the display may carry."""
PLACES = 8
"""Properties in which answers come, in turn: one that comes too late is not taken for the next."""


class Clipboard:
    """The CLIPBOARD selection of the display."""

    def __init__(self) -> None:
        self._display = xlib.Display()
        root = self._display.screen().root
        self._window = root.create_window(0, 0, 1, 1, 0, X.CopyFromParent, event_mask=X.PropertyChangeMask)
        names = ("CLIPBOARD", "UTF8_STRING", "TARGETS", "INCR")
        self._atoms = {name: self._display.intern_atom(name) for name in names}
        self._places = [self._display.intern_atom(f"JOURNEYMAN_{number}") for number in range(PLACES)]
        self._text = ""
        self._wake_end, self._waker = os.pipe()
        self._asked: queue.SimpleQueue[tuple[Callable[[], object], threading.Event]] = queue.SimpleQueue()
        threading.Thread(target=self._serve, name="clipboard", daemon=True).start()

    def set(self, text: str) -> None:
        """Put text on the clipboard."""

        def own() -> None:
            self._text = text
            self._window.set_selection_owner(self._atoms["CLIPBOARD"], X.CurrentTime)
            self._display.sync()

        self._do(own)

    def get(self) -> str:
        """The text on the clipboard; empty if there is none, or if who copied it does not answer."""
        found: list[str] = []
        self._do(lambda: found.append(self._fetch()))
        return "".join(found)

    def _do(self, deed: Callable[[], object]) -> None:
        done = threading.Event()
        self._asked.put((deed, done))
        os.write(self._waker, b"!")
        done.wait(WHOLE_SECONDS + ANSWER_SECONDS)

    def _serve(self) -> None:
        while True:
            try:
                while self._display.pending_events():
                    self._answer(self._display.next_event())
                readable, _, _ = select.select([self._display, self._wake_end], [], [])
                if self._wake_end in readable:
                    os.read(self._wake_end, 1)
                    deed, done = self._asked.get()
                    deed()
                    done.set()
            except ConnectionClosedError:
                return  # there is no display any more, and so no desk

    # -- reading

    def _fetch(self) -> str:
        owner = self._display.get_selection_owner(self._atoms["CLIPBOARD"])
        if owner == X.NONE:
            return ""
        if owner == self._window:
            return self._text
        place = self._places[0]
        self._places = [*self._places[1:], place]
        self._window.delete_property(place)
        self._window.convert_selection(self._atoms["CLIPBOARD"], self._atoms["UTF8_STRING"], place, X.CurrentTime)
        self._display.flush()
        end = time.monotonic() + WHOLE_SECONDS
        told = self._next(lambda each: each.type == X.SelectionNotify and each.property in (place, X.NONE), end)
        if told is None or told.property == X.NONE:
            return ""
        kind, data = self._taken(place)
        if kind == self._atoms["INCR"]:
            data = self._pieces(place, end)
        return data.decode(errors="replace")[:MOST]

    def _pieces(self, place: int, end: float) -> bytes:
        """What comes piece by piece: each taken away asks for the next, an empty one is the last."""

        def written(each: Any) -> bool:
            new = each.type == X.PropertyNotify and each.state == X.PropertyNewValue
            return new and (each.window, each.atom) == (self._window, place)

        data = b""
        while len(data) < MOST * 4 and self._next(written, end) is not None:
            _, piece = self._taken(place)
            if not piece:
                break
            data += piece
        return data

    def _taken(self, place: int) -> tuple[int, bytes]:
        """The kind and the bytes of a property of our window, which is then empty; no bytes if they are none."""
        found = self._window.get_property(place, X.AnyPropertyType, 0, MOST)
        self._window.delete_property(place)
        self._display.flush()
        if found is None:
            return X.NONE, b""
        return found.property_type, bytes(found.value) if found.format == 8 else b""

    def _next(self, wanted: Callable[[Any], bool], end: float) -> Any:
        """The next event that is wanted, others answered meanwhile; None if it does not come in time."""
        until = min(end, time.monotonic() + ANSWER_SECONDS)
        while time.monotonic() < until:
            if not self._display.pending_events():
                select.select([self._display], [], [], 0.05)
                continue
            told = self._display.next_event()
            if wanted(told):
                return told
            self._answer(told)
        return None

    # -- answering

    def _answer(self, asked: Any) -> None:
        if asked.type != X.SelectionRequest:
            return
        place = asked.property or asked.target
        if asked.target == self._atoms["TARGETS"]:
            kinds = [self._atoms["TARGETS"], self._atoms["UTF8_STRING"], Xatom.STRING]
            asked.requestor.change_property(place, Xatom.ATOM, 32, kinds)
        elif asked.target in (self._atoms["UTF8_STRING"], Xatom.STRING):
            data = self._text.encode("latin-1" if asked.target == Xatom.STRING else "utf-8", "replace")
            asked.requestor.change_property(place, asked.target, 8, data[:PIECE])
            for start in range(PIECE, len(data), PIECE):
                piece = data[start : start + PIECE]
                asked.requestor.change_property(place, asked.target, 8, piece, mode=X.PropModeAppend)
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
