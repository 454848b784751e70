"""The env contract: what every world offers the agent, and the plain data that crosses the border.

A world runs programs and tells the truth about them. It never judges a task (that is `curriculum.checks`), never
chooses what to do, and never lets a program touch what the truth is read from.

Everything here is frozen data or plain JSON, so that a run can be logged, replayed and compared byte by byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

Observation = dict[str, Any]
"""Plain JSON about the world at one moment. Every world gives `tick` (int), `game_seconds` (float) and `alive` (bool);
the rest belongs to the world (Minecraft: inventory, position, health …; see `envs.minecraft`)."""

Event = dict[str, Any]
"""One typed thing that happened: `kind`, `tick` and its own values. Written by the world, never by a program."""

Outcome = Literal["returned", "threw", "timeout", "endless_loop", "out_of_memory", "died", "refused"]
"""How a program ended. Only `returned` means that it came to its own end; none of them means that the task is done."""

OUTCOMES: tuple[Outcome, ...] = ("returned", "threw", "timeout", "endless_loop", "out_of_memory", "died", "refused")


@dataclass(frozen=True)
class Module:
    """One function of a program: a pinned skill version or what was just written.

    `uses` binds each name that the source calls to the id of another module of the same program.
    """

    id: str
    name: str
    source: str
    uses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Program:
    """What a world executes: modules in dependency order, the id of the main one, and its arguments."""

    modules: tuple[Module, ...]
    main: str
    args: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The program as plain JSON, the form in which it is logged and sent."""
        return {"modules": [asdict(module) for module in self.modules], "main": self.main, "args": dict(self.args)}


@dataclass(frozen=True)
class Limits:
    """What one run may use. Enforced from outside the program; crossing one ends the run with a typed outcome."""

    ticks: int = 24_000
    """Game ticks (20 a game second): one Minecraft day."""
    seconds: float = 240.0
    """Real seconds, a watchdog for what does not tick."""
    cpu_seconds: float = 5.0
    """Real seconds that program code may compute without asking the world for anything."""
    memory_mb: int = 64
    """Heap of the program's isolate."""


@dataclass(frozen=True)
class Where:
    """The failing line of a program, in the writer's own numbering (line and column from 1)."""

    module: str
    line: int
    column: int
    text: str


@dataclass(frozen=True)
class RunError:
    """Why a run did not return, in words a writer can act on; `code` is from a closed list per world."""

    code: str
    message: str
    value: Any = None
    remedy: str = ""
    where: Where | None = None


@dataclass(frozen=True)
class Run:
    """What executing a program gave: the world before and after, what happened between, and how the program ended."""

    before: Observation
    after: Observation
    events: tuple[Event, ...]
    outcome: Outcome
    error: RunError | None
    value: Any
    calls: tuple[dict[str, Any], ...]
    """Primitives and actions in order: name, args, ok, error_code, ticks, module, line."""
    log: tuple[str, ...]
    """What the program printed (shortened)."""
    ticks: int
    seconds: float
    """Real seconds."""
    spans: tuple[dict[str, Any], ...] = ()
    """Calls of modules in the order in which they began, the main one first: module, caller, args, before, after (what
    was in the pockets, or documents by kind), ok, error_code, from, to (ticks; an event belongs to it if
    from < tick <= to). Where ticks are coarse, `calls` says which of the run's events are its own: [first, beyond]."""

    @property
    def game_seconds(self) -> float:
        """Game time the run took (20 ticks a second)."""
        return self.ticks / 20


@dataclass(frozen=True)
class Beginning:
    """From what a trial starts; stated and recorded with its result.

    A fresh world of a seed, or a captured situation. `dice` are the chances from then on: the same beginning goes the
    same way. `kit` is given to the player at the start, and `condition` is what it is made to be like where that is no
    thing (Minecraft: `food` from 0 to 20, `time` of the day from 0 to 23,999 ticks). `files` and `folders` are what a
    generated situation holds, in worlds that have documents.
    """

    seed: int
    dice: int = 0
    kit: Mapping[str, int] = field(default_factory=dict)
    condition: Mapping[str, int] = field(default_factory=dict)
    situation: bytes | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    folders: tuple[str, ...] = ()


@runtime_checkable
class Trials(Protocol):
    """Worlds to try things in, one after the other, that keep nothing and touch no other world."""

    def enter(self, beginning: Beginning, ahead: Beginning | None = None) -> Observation:
        """Leave the world of the last trial and begin another; `ahead` is the one after it, to be made ready meanwhile.

        Raises EnvLost if a process died; entering again starts a new one.
        """
        ...

    def run(self, program: Program, limits: Limits) -> Run:
        """Execute a program in the world that was entered."""
        ...

    def capture(self) -> bytes:
        """The situation in the world that was entered, as it stands now; see `TrialEnv.capture`."""
        ...

    def close(self) -> None:
        """Stop every process. Safe to call twice."""
        ...


@runtime_checkable
class TrialEnv(Protocol):
    """What an env offers beside `Env` if skills can be proven in it."""

    @property
    def seed(self) -> int:
        """The seed of its own world: a captured situation begins in a world of the same."""
        ...

    def capture(self) -> bytes:
        """The situation around the player now, as bytes that `Beginning.situation` takes. Changes nothing."""
        ...

    def trials(self) -> Trials:
        """Trial worlds with the same rules as this one, beside it."""
        ...


@runtime_checkable
class Env(Protocol):
    """A world. Made by a factory with its settings, entered by `start`, left by `close`.

    Between calls the world stands still. A run either comes back whole or raises `EnvLost`, after which `recover()`
    returns the world to the last `save`; so whoever drives it can repeat the run, and nothing half-done is ever seen.
    """

    name: str

    @property
    def assistance(self) -> tuple[str, ...]:
        """Names of the rules that help the agent; empty means no assistance."""
        ...

    def start(self, generation: int | None = None) -> Observation:
        """Enter the world as it was saved under `generation` (None: as last saved, or new) and look around."""
        ...

    def observe(self) -> Observation:
        """The world as it is now. Changes nothing and takes no game time."""
        ...

    def run(self, program: Program, limits: Limits) -> Run:
        """Execute a program. Raises EnvLost if a process of the world died."""
        ...

    def save(self, generation: int) -> None:
        """Keep the present state durably under a number; the newest two numbers stay loadable."""
        ...

    def recover(self) -> Observation:
        """After EnvLost: the world again as it was last saved."""
        ...

    def primitives(self) -> Mapping[str, str]:
        """What programs may call beside skills: name to documentation."""
        ...

    def parse(self, source: str) -> dict[str, Any]:
        """Facts about a source in this world's language, from its syntax tree: functions, calls, refusals."""
        ...

    def close(self) -> None:
        """Stop every process of the world. Safe to call twice."""
        ...
