"""Budgets in tokens, dollars and hours, kept by looking ahead: a call that might overrun is not made.

The prompt counts with its bytes (no tokenizer makes more), the answer with its limit, which shrinks to the room that is
left. So the sum of what calls cost can never pass the limit, whatever the server does with a call. What a call under
way may cost counts as spent until its row is kept, so that two desks may ask at the same time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock

from agent.config import Budget
from agent.errors import BudgetSpent
from agent.models.settings import MILLION, Prices, Settings


@dataclass
class Held:
    """The most that the call under way at each desk may cost, in tokens and dollars."""

    lock: Lock = field(default_factory=Lock)
    calls: dict[object, tuple[int, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Purse:
    """What may still be spent. `spent` gives the tokens and dollars so far, `seconds` the real time of this session.

    Desks that share a purse each have a copy of it with a `spent` over their own connection, and `held` in common.
    """

    budget: Budget
    prices: Prices
    settings: Settings
    spent: Callable[[], tuple[int, float]]
    seconds: Callable[[], float]
    held: Held = field(default_factory=Held)

    def hold(self, desk: object, model: str, prompt: int) -> int:
        """How many tokens an answer to a prompt of so many bytes may have; held for the desk until it is let go.

        Raises BudgetSpent if too few.
        """
        with self.held.lock:
            self.held.calls.pop(desk, None)
            most = self._room(model, prompt)
            price = self.prices.of(model)
            self.held.calls[desk] = (prompt + most, price.dollars(prompt, most) if price else 0.0)
        return most

    def let_go(self, desk: object) -> None:
        """The desk's call is over and its row kept."""
        with self.held.lock:
            self.held.calls.pop(desk, None)

    def _room(self, model: str, prompt: int) -> int:
        tokens, dollars = self._used()
        most = self.settings.most_answer_tokens
        least = min(self.settings.least_answer_tokens, most)
        if self.budget.tokens is not None:
            most = min(most, self.budget.tokens - tokens - prompt)
            if most < least:
                left = max(0, self.budget.tokens - tokens)
                raise BudgetSpent(f"{left} of {self.budget.tokens} tokens are left, too few for the next call")
        if self.budget.dollars is not None:
            price = self.prices.of(model)
            if price is None:
                raise BudgetSpent(f"no price of {model} is known, so no call can be held to ${self.budget.dollars:g}")
            left_dollars = self.budget.dollars - dollars - price.dollars(prompt, 0)
            if price.output > 0:
                most = min(most, math.floor(left_dollars * MILLION / price.output - 1e-6))
            if left_dollars < 0 or most < least:
                left_dollars = max(0.0, self.budget.dollars - dollars)
                raise BudgetSpent(f"${left_dollars:.4f} of ${self.budget.dollars:g} is left, too little for a call")
        return most

    def halved(self) -> Purse:
        """The same purse with half of what is left in it; a budget without a limit gets none."""
        with self.held.lock:
            tokens, dollars = self._used()
        budget = self.budget
        if budget.tokens is not None:
            budget = replace(budget, tokens=tokens + max(0, budget.tokens - tokens) // 2)
        if budget.dollars is not None:
            budget = replace(budget, dollars=dollars + max(0.0, budget.dollars - dollars) / 2)
        return replace(self, budget=budget)

    def time(self, wanted: float) -> float:
        """How many seconds of `wanted` are left. Raises BudgetSpent when none are."""
        if self.budget.hours is None:
            return wanted
        left = self.budget.hours * 3600 - self.seconds()
        if left <= 0:
            raise BudgetSpent(f"{self.budget.hours:g} hours are used up")
        return min(wanted, left)

    def _used(self) -> tuple[int, float]:
        """Tokens and dollars that are spent or held."""
        tokens, dollars = self.spent()
        return (
            tokens + sum(each for each, _ in self.held.calls.values()),
            dollars + sum(each for _, each in self.held.calls.values()),
        )
