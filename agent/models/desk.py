"""The gateway to models: every call of every role goes through here and is paid, recorded and routed here.

A role may have several models. The one that did best for its tokens is asked first once enough is known; a model that
does not answer gives way to the next. When none answers the journey sleeps where it is and wakes when a server does:
no iteration is spent. A call that might overrun the budget is not made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from agent.errors import ServerRefused
from agent.models import usage
from agent.models.call import Ask, Reply, Request, Role, Transport, Trouble
from agent.models.calls import Calls, Standing
from agent.models.line import Line, Outage
from agent.models.purse import Purse
from agent.models.settings import Settings

ENOUGH_JUDGED = 5
"""Outcomes that each model of a role needs before routing by success per token begins."""

Notice = Callable[[str], None]
Routed = Callable[[str, str, str, str], None]
"""Told when a role's first model changes: role, model, the one before, why."""


@dataclass(frozen=True)
class Chair:
    """A model that may be asked: its full name ('openai:gpt-5'), the name the server knows, and the way to it."""

    name: str
    model: str
    transport: Transport


class Desk:
    """Asks models on behalf of one journey."""

    def __init__(
        self,
        journey: str,
        roles: Mapping[Role, Sequence[Chair]],
        calls: Calls,
        purse: Purse,
        settings: Settings,
        *,
        notice: Notice,
        routed: Routed = lambda role, model, before, why: None,
        paid: Callable[[], None] = lambda: None,
        stop: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.calls, self.purse, self.settings = calls, purse, settings
        self.journey, self._roles = journey, roles
        self._notice, self._routed, self._paid, self._stop = notice, routed, paid, stop
        self._clock, self._sleep = clock, sleep
        self._lines: dict[int, Line] = {}
        self._first: dict[Role, str] = {}

    def has(self, role: Role) -> bool:
        """Whether any model is there for a role."""
        return bool(self._roles.get(role))

    def ask(self, ask: Ask, *, patient: bool = True) -> Reply:
        """The answer of the first model of the role that gives one.

        Raises BudgetSpent, StopAsked, and ServerRefused when no model of the role takes the call, or (not `patient`)
        when none answers now.
        """
        kept = self.calls.kept(self.journey, ask)
        if kept:
            return kept
        asleep = False
        while True:
            refusals, outage = [], None
            for chair in self.order(ask.role):
                try:
                    reply = self._through(chair, ask)
                except Outage as error:
                    outage = error
                except Trouble as trouble:
                    refusals.append(f"{chair.name}: {trouble}")
                else:
                    if asleep:
                        self._notice(f"{chair.name} answers again; the journey goes on")
                    return reply
            if outage is not None and not patient:
                raise ServerRefused(f"no model of the role {ask.role} answers: {outage}")
            if outage is None:
                raise ServerRefused(f"no model takes the call of the role {ask.role}: {'; '.join(refusals)}")
            if not asleep:
                self._notice(f"no model answers ({outage}); the journey sleeps until one does")
                asleep = True
            self._rest(max(outage.pause, self.settings.first_pause))

    def order(self, role: Role) -> list[Chair]:
        """The models of a role, the one that succeeded most for its tokens first; as given while too little is known.

        A role without models of its own is served by those of the writer.
        """
        given = list(self._roles.get(role) or self._roles.get("write") or ())
        if len(given) < 2:
            return given
        standings = self.calls.standings(role)
        if any(standings.get(chair.name, Standing()).judged < ENOUGH_JUDGED for chair in given):
            return given
        best = sorted(given, key=lambda chair: -_worth(standings[chair.name]))
        before = self._first.get(role, given[0].name)
        if before != best[0].name:
            why = ", ".join(
                f"{chair.name} {standings[chair.name].succeeded} of {standings[chair.name].judged} "
                f"for {standings[chair.name].tokens} tokens"
                for chair in best
            )
            self._routed(role, best[0].name, before, why)
        self._first[role] = best[0].name
        return best

    # -- one model

    def _through(self, chair: Chair, ask: Ask) -> Reply:
        request = Request(ask, chair.model, self.settings.most_answer_tokens, self.settings.call_seconds)
        answer, request, attempt, seconds = self._line(chair).ask(
            request,
            lambda request: self._prepared(request, chair),
            lambda request, trouble, attempt, seconds: self._failed(chair, request, trouble, attempt, seconds),
        )
        spent = usage.of_answer(answer, ask, request.most_tokens)
        dollars = self._dollars(chair, spent)
        number = self.calls.keep(
            self.journey, ask, chair.name, spent, dollars, answer=answer.text, finish=answer.finish,
            seconds=seconds, attempt=attempt, at=time.time(),
        )  # fmt: skip
        self.purse.let_go(self)
        self._paid()
        return Reply(number, answer.text, answer.finish, chair.name, spent.tokens, dollars)

    def _prepared(self, request: Request, chair: Chair) -> Request:
        self._stop()
        most = self.purse.hold(self, chair.model, request.ask.bytes)
        return replace(request, most_tokens=most, seconds=self.purse.time(self.settings.call_seconds))

    def _failed(self, chair: Chair, request: Request, trouble: Trouble, attempt: int, seconds: float) -> None:
        spent = usage.of_trouble(trouble, request.ask, request.most_tokens)
        self.calls.keep(
            self.journey, request.ask, chair.name, spent, self._dollars(chair, spent), answer=None,
            finish=trouble.kind, problem=str(trouble), seconds=seconds, attempt=attempt, at=time.time(),
        )  # fmt: skip
        self.purse.let_go(self)
        self._paid()

    def _dollars(self, chair: Chair, spent: usage.Spent) -> float:
        price = self.purse.prices.of(chair.model)
        return price.dollars(spent.tokens_in, spent.tokens_out, spent.cached) if price else 0.0

    def _line(self, chair: Chair) -> Line:
        """The line to a chair's transport; chairs that share a transport share its patience."""
        key = id(chair.transport)
        if key not in self._lines:
            self._lines[key] = Line(chair.transport, self.settings, self._clock, self._rest)
        return self._lines[key]

    def _rest(self, seconds: float) -> None:
        """Sleep in short stretches, so that a wish to stop and the end of the budget's hours are noticed."""
        until = self._clock() + seconds
        while (left := until - self._clock()) > 0:
            self._stop()
            self._sleep(min(1.0, self.purse.time(left)))


def _worth(standing: Standing) -> float:
    """Successes per thousand tokens, careful with small numbers."""
    return 1000 * (standing.succeeded + 1) / (standing.judged + 2) * standing.calls / max(1, standing.tokens)
