"""The desk: every operation that the outside may ask for, by name.

One operation does one thing; nothing here retries, judges or chooses, that is the outside's.
"""

from __future__ import annotations

import base64
import os
import resource
import tarfile
from pathlib import Path
from typing import Any

from .clipboard import Clipboard
from .hands import Hands
from .picture import screenshot
from .processes import Processes
from .services import Services
from .windows import Windows
from .wire import Refused

LETTER_PATIENCE = 1.0
"""Seconds that a letter waits for a program that does not come to rest."""


class Desk:
    """Eyes and hands over the running services."""

    def __init__(self, services: Services, archive: int) -> None:
        """`archive` is the descriptor behind which the home to be will stand as a tar file."""
        self._archive = archive
        self._accessibility = services.accessibility
        self._display = services.display
        self._clipboard = Clipboard()
        self._hands = Hands(services.display)
        self._processes = Processes(services.own)
        self._windows = Windows(services.display)

    def answer(self, operation: str, arguments: dict[str, Any]) -> Any:
        """Do an operation. Raises Refused for one that there is not."""
        method = getattr(self, f"do_{operation}", None)
        if method is None:
            raise Refused("bad_argument", f"the desk has no operation {operation!r}")
        return method(**arguments)

    # -- eyes

    def do_look(self) -> dict[str, Any]:
        """Windows and accessibility tree at one moment; each window and node with the program it belongs to."""
        windows, tree = self._windows.all(), self._accessibility.tree()
        owners: dict[int, str] = {}
        for each in [*windows, *tree["nodes"]]:
            if each["pid"] not in owners:
                owners[each["pid"]] = next(iter(self._processes.ancestry(each["pid"])), "")
            each["program"] = owners[each["pid"]]
        return {"windows": windows, **tree}

    def do_windows(self) -> list[dict[str, Any]]:
        """Windows only, which is fast."""
        return self._windows.all()

    def do_text(self, ref: list[str]) -> str | None:
        """The whole text of a node."""
        return self._accessibility.text((ref[0], ref[1]))

    def do_box(self, ref: list[str]) -> list[int] | None:
        """Where a node is on the screen."""
        return self._accessibility.box((ref[0], ref[1]))

    def do_cells(self, ref: list[str], first: list[int], last: list[int]) -> list[list[str | None]]:
        """What a range of table cells shows."""
        return self._accessibility.cells((ref[0], ref[1]), (first[0], first[1]), (last[0], last[1]))

    def do_screenshot(self) -> str:
        """The screen as PNG, in base64."""
        return base64.b64encode(screenshot(self._display)).decode()

    def do_clipboard(self) -> str:
        """The text on the clipboard."""
        return self._clipboard.get()

    def do_settle(self, quiet: float, at_most: float) -> bool:
        """Wait for rest."""
        return self._processes.settle(quiet, at_most)

    def do_ended(self) -> list[dict[str, object]]:
        """Programs that ended since the last time."""
        return self._processes.ended()

    def do_memory(self) -> dict[str, int]:
        """Proportional memory of the box in kB, and its processes."""
        total = count = 0
        for entry in Path("/proc").iterdir():
            name = entry.name
            if name.isdigit():
                count += 1
                try:
                    lines = Path(f"/proc/{name}/smaps_rollup").read_text().splitlines()
                except OSError:  # our own memory is closed to everybody, ourselves included
                    total += resource.getrusage(resource.RUSAGE_SELF).ru_maxrss if int(name) == os.getpid() else 0
                    continue
                total += next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
        return {"pss_kb": total, "processes": count}

    # -- hands

    def do_start(self, program: str, command: list[str], environment: dict[str, str]) -> int:
        """Start a program of the catalogue."""
        return self._processes.start(program, command, environment)

    def do_act(self, ref: list[str], name: str | None = None) -> bool:
        """Do an action of a node."""
        return self._accessibility.act((ref[0], ref[1]), name)

    def do_set_text(self, ref: list[str], text: str) -> bool:
        """Replace the text of a node."""
        return self._accessibility.set_text((ref[0], ref[1]), text)

    def do_focus(self, ref: list[str]) -> bool:
        """Give a node the keyboard."""
        return self._accessibility.focus((ref[0], ref[1]))

    def do_select(self, ref: list[str], index: int) -> bool:
        """Select a child of a list."""
        return self._accessibility.select((ref[0], ref[1]), index)

    def do_press(self, keys: str) -> None:
        """Press keys together."""
        self._hands.press(keys)

    def do_type(self, text: str, gap: float = 0.0) -> None:
        """Type text; where a program needs a gap, each letter waits until all was at rest for so many seconds."""
        if gap:
            self._hands.type(text, lambda: self._processes.settle(gap, gap + LETTER_PATIENCE))
        else:
            self._hands.type(text)

    def do_click(self, x: int, y: int, button: int = 1, times: int = 1) -> None:
        """Click at a point."""
        self._hands.click(x, y, button, times)

    def do_drag(self, start: list[int], end: list[int]) -> None:
        """Drag from a point to another."""
        self._hands.drag((start[0], start[1]), (end[0], end[1]))

    def do_set_clipboard(self, text: str) -> None:
        """Put text on the clipboard."""
        self._clipboard.set(text)

    def do_activate(self, window: int) -> None:
        """Bring a window to the front."""
        self._windows.activate(window)

    def do_close_window(self, window: int) -> None:
        """Ask a window to close."""
        self._windows.close(window)

    def do_maximise(self, window: int) -> None:
        """Let a window fill the screen."""
        self._windows.maximise(window)

    # -- the world itself: never reached by skills

    def do_furnish(self) -> None:
        """Unpack the home; once, before any program was started."""
        with os.fdopen(self._archive, "rb") as file:
            file.seek(0)
            with tarfile.open(fileobj=file) as archive:
                # Our own archive; and nothing but the box is at stake.
                archive.extraction_filter = lambda member, path: member
                archive.extractall(os.environ["HOME"], numeric_owner=False)

    def do_stop_time(self) -> None:
        """Let everything stand still."""
        self._processes.stop_time()

    def do_start_time(self) -> None:
        """Let everything go on."""
        self._processes.start_time()

    def do_end_programs(self) -> None:
        """End all programs."""
        self._processes.end_programs()
