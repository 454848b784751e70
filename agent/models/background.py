"""Asks models beside the loop, which never waits for the answer: it finds it among the kept calls, now or later.

One thread, one question at a time, with a desk and a database connection of its own; the purse it pays from is the
loop's, of which one question may take half of what is left. What it has to tell is told in the loop's own thread.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from functools import partial
from queue import Empty, SimpleQueue

from agent.errors import BudgetSpent, ServerRefused, StopAsked
from agent.models.call import Ask
from agent.models.desk import Desk
from agent.models.purse import Purse

LAST_SECONDS = 5.0
"""How long a session that ends waits for an answer that is under way and will be paid anyway."""

Later = Callable[[Callable[[], None]], None]
"""Takes what is to be told, for the loop's thread to tell it."""


class Background:
    """One thread that asks, and what it has to tell.

    `open_desk` is called in that thread, with what takes its notices and what raises once it is to end; it gives the
    desk and what closes its connection.

    `purse` gives the loop's purse as it is now; `refused` is told why no model answers.
    """

    def __init__(
        self,
        open_desk: Callable[[Later, Callable[[], None]], tuple[Desk, Callable[[], None]]],
        purse: Callable[[], Purse],
        refused: Callable[[str], None],
    ) -> None:
        self._open_desk, self._purse, self._refused = open_desk, purse, refused
        self._told: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._ending = threading.Event()
        self._desk: tuple[Desk, Callable[[], None]] | None = None
        self._asked: Future[None] | None = None
        self._thread = ThreadPoolExecutor(1, "model beside the loop")

    def begin(self, ask: Ask) -> None:
        """Ask, where the budget has room for it; does nothing while a question is under way."""
        if self._asked is None:
            self._asked = self._thread.submit(self._ask, ask, self._purse().halved())

    def tell(self) -> None:
        """Tell what there is to tell. Raises what was a bug in the thread."""
        with suppress(Empty):
            while True:
                self._told.get_nowait()()
        if self._asked is not None and self._asked.done():
            over, self._asked = self._asked, None
            over.result()

    def wait(self, seconds: float | None = None) -> None:
        """Until the question under way is answered, at most so long."""
        if self._asked is not None:
            wait([self._asked], seconds)

    def close(self) -> None:
        """Wait a little for an answer that is under way, then hang up. Closing again does nothing."""
        if not self._ending.is_set():
            self.wait(LAST_SECONDS)
            self._ending.set()
            self._thread.submit(self._close)
            self._thread.shutdown()

    # -- in the thread

    def _ask(self, ask: Ask, purse: Purse) -> None:
        try:
            self._desk = self._desk or self._open_desk(self._told.put, self._look)
            desk = self._desk[0]
            desk.purse = replace(purse, spent=desk.purse.spent)
            desk.ask(ask, patient=False)
        except ServerRefused as error:
            self._told.put(partial(self._refused, str(error)))
        except (BudgetSpent, StopAsked, sqlite3.OperationalError):
            pass  # no room, the end, or a locked file: it is asked again if there is another time

    def _look(self) -> None:
        if self._ending.is_set():
            raise StopAsked("the session ends")

    def _close(self) -> None:
        if self._desk is not None:
            self._desk[1]()
