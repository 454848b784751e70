"""What a person sees of a running journey: a live panel on a terminal, plain lines elsewhere. It decides nothing."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text


class Reporter(Protocol):
    """Told what happens, in order: started, proposed, writing, running, ran, kept, milestone and the like.

    Between `asking` and `answered` a person reads and types in the terminal.
    """

    def __call__(self, kind: str, **data: Any) -> None:
        """Take note of one thing."""
        ...


def silent(kind: str, **data: Any) -> None:
    """A reporter that shows nothing."""


def game_time(seconds: float) -> str:
    """Seconds of game time as 1:02:03 or 2:03."""
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


class PlainLines:
    """One line for each thing worth knowing, for pipes, logs and terminals that cannot redraw."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, kind: str, **data: Any) -> None:
        """Print what is worth a line."""
        for line in lines(kind, data):
            self._console.print(line, highlight=False, soft_wrap=True)

    def __enter__(self) -> PlainLines:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to restore."""


def lines(kind: str, data: Mapping[str, Any]) -> list[Text]:
    """What a thing looks like as lines."""
    if kind == "started":
        worlds = " + ".join(data["worlds"])
        if data["server"]:
            where = f"{worlds} at {data['server']}, brain {data['brain']}; checks rest on the bot's own report"
        else:
            assistance = ", ".join(data["assistance"]) or "no assistance"
            where = f"{worlds}, seed {data['seed']}, brain {data['brain']}, {assistance}"
        again = f", going on after iteration {data['iteration']}" if data["iteration"] else ""
        return [Text.assemble((f"Journey {data['journey']}", "bold"), f": {where}{again}")]
    if kind == "ran":
        return [_ran(data)]
    if kind == "kept":
        return [Text(f"         skill {data['name']} ({data['change']}): {data['purpose']}", style="dim")]
    if kind == "milestone":
        return [
            Text(
                f"     ★   {data['name'].replace('_', ' ')}: iteration {data['iteration']}, "
                f"{game_time(data['game_seconds'])} of game time, {data['seconds']:.0f} s",
                style="bold green",
            )
        ]
    if kind == "proven":
        trial, moved = data["trial"], data["before"] != data["after"]
        verdict = f"{data['before']} → {data['after']}" if moved else data["after"]
        mark = "worked" if trial.passed else "failed"
        return [Text(f"     ·   trial: {data['name']} {mark} in a world of seed {trial.seed} ({verdict})", style="dim")]
    if kind == "doubted":
        return [Text(f"     ·   {data['name']} no longer does what it did: {data['reason']}", style="dim")]
    if kind == "challenged":
        verdict = "takes over" if data["passed"] else "is held back"
        return [Text(f"     ·   the new {data['name']} {verdict}: {data['reason']}", style="dim")]
    if kind == "refactored":
        verdict = "carried out" if data["passed"] else "not carried out"
        return [Text(f"     ·   refactoring towards {data['name']} {verdict}: {data['reason']}", style="dim")]
    if kind == "notice":
        return [Text(f"     !   {data['text']}", style="yellow")]
    if kind == "stopped":
        return [Text(""), Text(data["text"], style="bold")]
    return []


def _ran(data: Mapping[str, Any]) -> Text:
    mark, style = ("✓", "green") if data["passed"] else ("✗", "red")
    more = ", ".join(f"{name} {count:+d}" for name, count in data["gained"].items() if count > 0)
    gained = more or (data["why"] if data["passed"] else "nothing gained")
    line = Text.assemble(
        (f"{data['iteration']:4d} ", "bold"),
        (f"{mark}  ", style),
        data["goal"],
        (f"  {data['name']}", "cyan"),
        (f"  {gained}", ""),
        (f"  {game_time(data['game_seconds'])} game, {data['seconds']:.1f} s", "dim"),
    )
    if not data["passed"]:
        line.append(f"\n         {data['why']}", style="red")
    return line


class LivePanel:
    """A panel that stays at the bottom of the terminal, with the finished iterations scrolling above it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._facts: dict[str, Any] = {
            "task": "looking around",
            "iteration": 0,
            "milestones": [],
            "items": 0,
            "skills": 0,
            "game_seconds": 0.0,
            "seconds": 0.0,
            "tokens": 0,
            "dollars": 0.0,
        }
        self._title = "journeyman"
        self._notes: deque[str] = deque(maxlen=1)
        self._since = time.monotonic()
        self._doing = "starting"
        self._live = Live(self, console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> LivePanel:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def __call__(self, kind: str, **data: Any) -> None:
        """Take a thing into the panel, and print what is worth a line above it."""
        if kind == "started":
            where = data["server"] or f"seed {data['seed']}"
            self._title = f"{data['journey']} · {' + '.join(data['worlds'])} · {where} · {data['brain']}"
        elif kind == "proposed":
            self._facts["task"] = data["goal"]
            self._begin("thinking")
        elif kind == "writing":
            self._begin("writing a program")
        elif kind == "running":
            self._facts["iteration"] = data["iteration"]
            self._begin(f"running {data['name']}")
        elif kind == "milestone":
            self._facts["milestones"].append(data["name"].replace("_", " "))
        elif kind in ("facts", "paid"):
            self._facts.update(data)
        for line in lines(kind, data):
            self._console.print(line, highlight=False)
        if kind == "asking":  # the panel would be drawn over the question and over what is typed
            self._live.stop()
        elif kind == "answered":
            self._live.start(refresh=True)

    def _begin(self, doing: str) -> None:
        self._doing, self._since = doing, time.monotonic()

    def __rich__(self) -> RenderableType:
        facts = self._facts
        speed = facts["game_seconds"] / facts["seconds"] if facts["seconds"] else 0.0
        table = Table.grid(padding=(0, 2), expand=False)
        table.add_row("[dim]task[/]", str(facts["task"]))
        table.add_row(
            "[dim]iteration[/]",
            f"{facts['iteration']}   [dim]items[/] {facts['items']}   [dim]skills[/] {facts['skills']}"
            + (f"   [dim]tokens[/] {facts['tokens']}" if facts["tokens"] else "")
            + (f"   [dim]dollars[/] {facts['dollars']:.4f}" if facts["dollars"] else ""),
        )
        table.add_row("[dim]game time[/]", f"{game_time(facts['game_seconds'])}   [dim]at[/] {speed:.0f}× real time")
        table.add_row("[dim]milestones[/]", ", ".join(facts["milestones"][-5:]) or "none yet")
        doing = Spinner("dots", text=f" {self._doing}, {time.monotonic() - self._since:.0f} s   (Ctrl-C ends cleanly)")
        return Panel(Group(table, doing), title=self._title, border_style="cyan", expand=False)


def terminal() -> Console:
    """Standard output as it is: rich alone would take any FORCE_COLOR in the environment for a terminal."""
    return Console(force_terminal=sys.stdout.isatty())


def display(console: Console, *, quiet: bool) -> AbstractContextManager[Reporter]:
    """The right display for where the output goes; `quiet` shows nothing (for `--json`)."""
    if quiet:
        return _Quiet()
    return LivePanel(console) if console.is_terminal else PlainLines(console)


class _Quiet:
    def __enter__(self) -> Reporter:
        return silent

    def __exit__(self, *_: object) -> None:
        """Nothing to restore."""
