"""Desks that stand ready before they are asked for: starting one takes a third of a second, taking one nothing.

A desk is taken once, by whoever comes first; the next is started as it goes, if this is not the first to be asked for:
who needed two will need a third. A desk that stands ready has an empty home and no program, and is at rest.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from envs.desktop.desk import Desk
from envs.errors import EnvUnavailable


class Standby:
    """Desks of one kind, started by `start`; may be asked from several threads."""

    def __init__(self, start: Callable[[], Desk]) -> None:
        self._start = start
        self._ready: Desk | None = None
        self._asked = False
        self._lock = threading.Lock()

    def take(self) -> Desk:
        """A desk that nobody had before; `furnish` waits until it stands. Raises EnvUnavailable."""
        with self._lock:
            taken, self._ready = self._ready, None
            if taken is not None and not taken.box.alive:
                taken.close()
                taken = None
            if taken is None:
                taken = self._start()
            if self._asked:
                with contextlib.suppress(EnvUnavailable):  # whoever takes that one is told
                    self._ready = self._start()
            self._asked = True
            return taken

    def close(self) -> None:
        """End the desk that stands ready. Those that were taken belong to who took them."""
        with self._lock:
            ready, self._ready, self._asked = self._ready, None, False
        if ready is not None:
            ready.close()
