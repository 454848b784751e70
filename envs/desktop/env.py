"""The desktop as a world: programs of skills run against it, and before, after and events are read from outside.

Between calls nothing moves: every process in the box is stopped. `save` is leaving the desk: all programs are ended,
the home is kept, and the next look finds a fresh desktop with that home; so what `recover` brings back is what was
there. A run that loses its box raises EnvLost and has not happened.
"""

from __future__ import annotations

import base64
import contextlib
import io
import socket
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from envs import sandbox
from envs.base import Event, Limits, Observation, Program, Run, Trials
from envs.desktop import home, skill_box, stage
from envs.desktop.broker import Broker, documentation
from envs.desktop.desk import Desk, DeskSettings
from envs.desktop.documents import Documents
from envs.desktop.errors import DeskLost, DeskRefused
from envs.desktop.eyes import Eyes
from envs.desktop.generations import Generations
from envs.desktop.language import facts_in_a_box
from envs.desktop.opening import open_program
from envs.desktop.primitives import Primitives
from envs.desktop.programs import ProgramEntry, catalogue, find, installed, missing_packages
from envs.desktop.screen import Screen, Window, render
from envs.desktop.situation import Situation, opened
from envs.desktop.spans import Spans
from envs.desktop.standby import Standby
from envs.desktop.trials import DesktopTrials
from envs.errors import EnvLost, EnvUnavailable

TICKS = 20
"""Ticks a second, as in every world of ours."""
MOST_ELEMENTS = 300
MOST_MENUS = 200


@dataclass(frozen=True)
class DesktopSettings:
    """What makes one desktop.

    `directory` is where its homes are kept, `programs` are those it has (None: all that are installed and make no class
    of their own). `seed` names the journey's chance; a desktop has none of its own.
    """

    directory: Path
    seed: int = 0
    programs: tuple[str, ...] | None = None
    desk: DeskSettings = field(default_factory=DeskSettings)


class DesktopEnv:
    """Env over one desktop. `settings.directory` keeps its homes from one session to the next."""

    name = "desktop"

    def __init__(self, settings: DesktopSettings, standby: Standby | None = None) -> None:
        """`standby` is where desks are taken from (None: one of its own); see `trials`."""
        known = catalogue()
        names = settings.programs
        if names is None:
            names = tuple(name for name in installed() if not known[name].marked)
        unknown = [name for name in names if name not in known]
        if unknown:
            raise ValueError(f"no program is called {unknown[0]!r}; there are: {', '.join(known)}")
        self._programs: dict[str, ProgramEntry] = {name: known[name] for name in names}
        self._settings = settings
        self._generations = Generations(settings.directory / "generations")
        self._documents = Documents()
        self._standby = standby or Standby(lambda: Desk(settings.desk, self._programs))
        self._shares = standby is not None
        self._desk: Desk | None = None
        self._left: bytes | None = None
        """The home of a desk that was left: the next look begins a fresh desktop with it."""
        self._generation: int | None = None
        self._tick = 0
        self._seen: Observation | None = None
        self._used = False

    @property
    def assistance(self) -> tuple[str, ...]:
        """Programs that make tasks a class of their own, by name: a terminal needs no windows."""
        return tuple(f"program {name}" for name, entry in self._programs.items() if entry.marked)

    @property
    def programs(self) -> Mapping[str, ProgramEntry]:
        """The programs of this desktop."""
        return self._programs

    @property
    def pids(self) -> dict[str, int]:
        """The process that holds the desktop's box, for tests of what happens when it dies."""
        return {"desk": self._desk.box.pid} if self._desk is not None else {}

    # -- the contract

    def start(self, generation: int | None = None) -> Observation:
        """A desktop with the home as it was saved, or a new one; see Env.start."""
        self._end()
        saved = self._generations.load(generation)
        content, state = saved if saved is not None else (self._new_home({}), {"tick": 0})
        self._generation, self._tick = generation, int(state["tick"])
        self._open(content)
        return self.observe()

    def observe(self) -> Observation:
        """Windows, elements, menus, focus, clipboard, and the documents of the home with what they say."""
        if self._seen is None:  # a desktop on which nothing was opened yet: there is nothing to wait for
            with self._moving() as desk:
                self._seen = self._observation(desk, Eyes(desk, self._programs).look())
        return self._seen

    def run(self, program: Program, limits: Limits) -> Run:
        """Execute a program in its own box against the desktop."""
        before = self.observe()
        begun, since = time.monotonic(), self._tick
        self._used = True

        def tick() -> int:
            return since + int((time.monotonic() - begun) * TICKS)

        with self._moving() as desk:
            kills = desk.box.memory_kills
            until = begun + min(limits.seconds, limits.ticks / TICKS)
            broker = Broker(Primitives(desk, self._programs, lambda: until - time.monotonic()), tick)
            modules = (each.id for each in program.modules)
            spans = Spans(modules, lambda: home.tree(desk.home), tick, lambda: len(broker.events))
            ending = skill_box.run(program, limits, list(documentation()), broker.answer, spans)
            traced = spans.all(ending.outcome)
            screen = self._at_rest(desk)
            ended = desk.ask("ended")
            self._tick = max(since + 1, tick())
            after = self._observation(desk, screen)
            kills = desk.box.memory_kills - kills
        self._seen = after
        return Run(
            before=before,
            after=after,
            events=(*broker.events, *self._aftermath(before, after, ended, kills)),
            outcome=ending.outcome,
            error=ending.error,
            value=ending.value,
            calls=tuple(broker.calls),
            log=tuple(ending.said),
            ticks=self._tick - since,
            seconds=time.monotonic() - begun,
            spans=traced,
        )

    def save(self, generation: int) -> None:
        """End all programs and keep the home durably under `generation`."""
        content = self._leave()
        self._generations.save(generation, content, {"tick": self._tick, "programs": list(self._programs)})
        self._generation = generation
        if self._used:
            self._end()
            self._left = content

    def recover(self) -> Observation:
        """A fresh desktop with the last saved home."""
        return self.start(self._generation)

    def primitives(self) -> Mapping[str, str]:
        """Name to signature and documentation."""
        return documentation()

    def parse(self, source: str) -> dict[str, Any]:
        """Facts from the syntax tree of a Python source; parsed in a box, because a parser reads hostile text too."""
        return facts_in_a_box(source)

    def close(self) -> None:
        """End the desktop, and the one that stands ready after it."""
        self._end()
        if not self._shares:
            self._standby.close()

    # -- for trials

    @property
    def seed(self) -> int:
        """The chance of the journey; a desktop has none of its own."""
        return self._settings.seed

    def capture(self) -> bytes:
        """Home, settings, what is open and the time, as bytes; read from outside while everything stands still."""
        seen = self.observe()
        if self._desk is None:
            raise EnvLost("the desktop is not started")
        content = home.archive(self._desk.home, self._leftovers())
        return Situation(content, self._tick, opened(seen["windows"], seen["files"])).to_bytes()

    def restore(self, situation: bytes) -> Observation:
        """A fresh desktop that stands as a captured one stood: its home, its time, its programs opened again."""
        stood = Situation.from_bytes(situation)
        self._open(stood.home)
        self._tick = stood.tick
        with self._moving() as desk:
            eyes = Eyes(desk, self._programs)
            before: tuple[Window, ...] = ()
            for program, file in stood.opened:
                if before:
                    eyes.rest()
                with contextlib.suppress(DeskRefused):
                    open_program(desk, eyes, find(program, tuple(self._programs)), file, before)
                before = eyes.windows()
            self._seen = self._observation(desk, self._at_rest(desk))
        self._used = True
        return self._seen

    def trials(self) -> Trials:
        """Desktops with the same programs, beside this one; those that stand ready are for both."""
        settings, standby = self._settings, self._standby
        return DesktopTrials(lambda folder: DesktopEnv(replace(settings, directory=folder), standby), standby.close)

    @property
    def alive(self) -> bool:
        """Whether its box is there, or will be at the next look."""
        return self._left is not None or (self._desk is not None and self._desk.box.alive)

    def abandon(self) -> None:
        """End the box at once, from any thread: who is at the desk gets EnvLost. `close` is still to be called."""
        desk = self._desk
        if desk is not None:
            desk.box.kill()

    # -- beyond the contract

    def prepare(self, files: Mapping[str, bytes], folders: tuple[str, ...] = ()) -> Observation:
        """A fresh desktop whose home holds exactly these documents: the set-up of a task, before its run.

        Settings of programs are as in a new home. Paths are checked as programs' are.
        """
        self._open(self._new_home(files, folders))
        self._used = True
        return self.observe()

    def view(self) -> socket.socket | None:
        """A connection to the display for someone who watches, where `desk.server` is Xvnc; see `envs.desktop.view`."""
        return self._desk.view() if self._desk is not None else None

    @contextmanager
    def by_hand(self, programs: tuple[str, ...] = ()) -> Iterator[None]:
        """Open these programs and let time run for a person, as long as the caller stays."""
        with self._moving() as desk:
            primitives = Primitives(desk, self._programs)
            for name in programs:
                primitives.open_program(name)
            yield
            self._seen, self._used = self._observation(desk, self._at_rest(desk)), True

    def screenshot(self) -> bytes:
        """The screen as a PNG picture."""
        with self._moving() as desk:
            return base64.b64decode(desk.ask("screenshot"))

    def memory_mb(self) -> float:
        """Proportional memory of the whole box."""
        with self._moving() as desk:
            return float(desk.ask("memory")["pss_kb"]) / 1024

    # -- inside

    def _open(self, content: bytes) -> None:
        """A fresh desktop with this home. Raises EnvUnavailable where something is not installed."""
        self._end()
        missing = missing_packages()
        if missing:
            raise EnvUnavailable(
                f"the desktop lacks {', '.join(missing)}: run sudo apt-get install {' '.join(missing)}"
            )
        for name, entry in self._programs.items():
            if not entry.installed:
                raise EnvUnavailable(f"the program {name!r} is not installed: run journeyman desktop install {name}")
        self._desk, self._used = self._standby.take(), False
        try:
            self._desk.furnish(content)
        except DeskLost as error:
            raise EnvLost(str(error)) from error

    def _end(self) -> None:
        if self._desk is not None:
            self._desk.close()
            self._desk = None
        self._left = self._seen = None

    def _leave(self) -> bytes:
        """End all programs; the home as it is then."""
        with self._moving() as desk:
            if self._used:
                desk.ask("end_programs")
            return home.archive(desk.home, self._leftovers())

    def _leftovers(self) -> list[str]:
        """Files by which programs know that they run; they are not part of a home that is kept."""
        return [pattern for entry in self._programs.values() for pattern in entry.leftovers]

    @contextmanager
    def _moving(self) -> Iterator[Desk]:
        """The desk, with time running as long as the caller is at it. DeskLost becomes EnvLost."""
        if self._left is not None:
            self._open(self._left)
        if self._desk is None:
            raise EnvLost("the desktop is not started")
        try:
            self._desk.ask("start_time")
            yield self._desk
            self._desk.ask("stop_time")
        except DeskLost as error:
            raise EnvLost(str(error)) from error
        except DeskRefused as refusal:
            if refusal.code != "desk_fault":
                raise
            # Whoever is at the desk from here only looks: its display or its bus is gone.
            raise EnvLost(f"nothing can be seen of the desktop: {refusal}") from refusal

    def _at_rest(self, desk: Desk) -> Screen:
        eyes = Eyes(desk, self._programs)
        eyes.rest(0.4, 5.0)
        return eyes.look()

    def _observation(self, desk: Desk, screen: Screen) -> Observation:
        focused = screen.focused()
        told = screen.told()
        return {
            "tick": self._tick,
            "game_seconds": self._tick / TICKS,
            "alive": True,
            "programs": list(self._programs),
            "windows": [window.to_json() for window in screen.windows],
            "focus": focused.to_json() if focused else None,
            "elements": [element.to_json() for element in told[:MOST_ELEMENTS]],
            "menus": screen.menus()[:MOST_MENUS],
            "screen": render(screen),
            "clipboard": str(desk.ask("clipboard"))[:20_000],
            "files": self._documents.tell(desk.home, home.tree(desk.home)),
        }

    def _aftermath(
        self, before: Observation, after: Observation, ended: list[dict[str, Any]], kills: int
    ) -> list[Event]:
        """What the run left behind, as events: programs that ended, files, windows."""
        events: list[Event] = []
        for each in ended:
            status = int(each["status"])
            how = "closed" if status == 0 else "killed" if status == -9 else "crashed" if status < 0 else "failed"
            events.append({"kind": "program_ended", "program": each["program"], "how": how, "status": status})
        if kills:
            events.append(
                {
                    "kind": "out_of_memory",
                    "processes": kills,
                    "limit_mb": self._desk.box.spec.caps.memory_mb if self._desk else 0,
                }
            )
        old, new = before["files"], after["files"]
        for path in sorted({*old, *new}):
            if path not in old:
                events.append({"kind": "file_made", "path": path, "what": new[path]["kind"]})
            elif path not in new:
                events.append({"kind": "file_gone", "path": path, "what": old[path]["kind"]})
            elif old[path].get("sha256") != new[path].get("sha256") or old[path]["kind"] != new[path]["kind"]:
                events.append({"kind": "file_changed", "path": path, "what": new[path]["kind"]})
        return [{**event, "tick": self._tick} for event in events]

    def _new_home(self, files: Mapping[str, bytes], folders: tuple[str, ...] = ()) -> bytes:
        """A home with the programs' settings and these documents, as an archive."""
        settings = {
            path: text.lstrip().encode() for entry in self._programs.values() for path, text in entry.settings.items()
        }
        try:
            documents = {home.relative(path): data for path, data in files.items()}
            wanted = [home.relative(folder) for folder in folders]
        except DeskRefused as refusal:
            raise ValueError(str(refusal)) from refusal
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for folder in wanted:
                member = tarfile.TarInfo(folder)
                member.type, member.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(member)
            for path, data in {**settings, **documents}.items():
                member = tarfile.TarInfo(path)
                member.size, member.mode = len(data), 0o644
                archive.addfile(member, io.BytesIO(data))
        return content.getvalue()


def available() -> str | None:
    """None if a desktop can be started here, else the sentence that says what mends it."""
    for look in _LOOKS:
        if complaint := look():
            return complaint
    return None


def _packages() -> str | None:
    missing = missing_packages()
    return f"run sudo apt-get install {' '.join(missing)}" if missing else None


def _python_packages() -> str | None:
    missing = stage.missing()
    return f'{", ".join(missing)} missing: run pip install "journeyman[desktop]"' if missing else None


_LOOKS: tuple[Callable[[], str | None], ...] = (sandbox.check, _packages, _python_packages)
