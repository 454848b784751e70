"""Opens a program of the catalogue and waits until it shows in front what it was given."""

from __future__ import annotations

from collections.abc import Iterable

from envs.desktop.desk import HOME, Desk
from envs.desktop.errors import DeskRefused
from envs.desktop.eyes import Eyes
from envs.desktop.programs import ProgramEntry
from envs.desktop.screen import Window

HANDED_OVER = 4.0
"""Seconds in which a running program shows what it is given."""


def open_program(desk: Desk, eyes: Eyes, entry: ProgramEntry, path: str, before: Iterable[Window]) -> None:
    """Start a program, with a file or folder of the home if `path` is not empty; `before` are the windows so far.

    Comes back when its window is in front, not yet at rest. Raises DeskRefused if it shows none.
    """
    command = [*entry.run, f"{HOME}/{path}"] if path else [*entry.run]
    known = {window.number: window.title for window in before}
    running = any(window.program == entry.name for window in before)
    desk.ask("start", program=entry.name, command=command, environment=dict(entry.environment))

    def there() -> bool:
        mine = [each for each in eyes.windows() if each.program == entry.name and each.active]
        return any(known.get(each.number) != each.title for each in mine)

    # A program that runs already may show what it is given in a window that it has.
    if not eyes.until(there, HANDED_OVER if running else entry.ready):
        window = next((each for each in eyes.windows() if each.program == entry.name), None)
        if window is None:
            raise DeskRefused(
                "timeout",
                f"{entry.name!r} showed no window in {entry.ready:g} s",
                entry.name,
                "look at screen_text(); a file that it cannot open may be the cause",
            )
        desk.ask("activate", window=window.number)
    if entry.refresh:
        eyes.rest()
        desk.ask("press", keys=entry.refresh)
