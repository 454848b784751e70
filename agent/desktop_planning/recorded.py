"""Past runs as the planner reads them, from the rows and the log of journeys. Reads only."""

from __future__ import annotations

from collections.abc import Sequence

from agent.desktop_planning.runs import PastRun
from agent.store import Iteration, Store
from memory.log import EventLog

WORLD = "desktop"


class Recorded:
    """The desktop runs of a journey, after those that earlier journeys had made when it was opened.

    Called with the number of a run, it gives the later ones; see `agent.desktop_planning.runs.Past`.
    """

    def __init__(self, store: Store, log: EventLog, journey: str, earlier: Sequence[str] = ()) -> None:
        self._store, self._log, self._journey = store, log, journey
        rows = (row for name in earlier for row in store.iterations(name) if row.task.get("world") == WORLD)
        self._before = [self._run(number, row) for number, row in enumerate(rows, 1)]

    def __call__(self, after: int) -> Sequence[PastRun]:
        """The runs with a greater number, oldest first."""
        start = len(self._before)
        own = [
            self._run(start + row.iteration, row)
            for row in self._store.iterations(self._journey)
            if start + row.iteration > after and row.task.get("world") == WORLD
        ]
        return [*self._before[after:], *own]

    def _run(self, number: int, row: Iteration) -> PastRun:
        told = self._log.read(row.journey, iteration=row.iteration, node="run", source="world")
        return PastRun(
            number=number,
            task=row.task,
            name=row.name,
            source=row.source,
            args=row.args,
            outcome=row.outcome,
            passed=bool(row.passed),
            before=row.before,
            after=row.after,
            events=[{"kind": event.kind, "tick": event.tick, **event.data} for event in told],
            value=row.value,
            error=row.error,
        )
