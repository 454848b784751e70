"""Budgets in tokens, dollars and hours, kept by looking ahead: a call that might overrun is not made.

The prompt counts with its bytes (no tokenizer makes more), the answer with its limit, which shrinks to the room that is
left. So the sum of what calls cost can never pass the limit, whatever the server does with a call.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from agent.config import Budget
from agent.errors import BudgetSpent
from agent.models.settings import MILLION, Prices, Settings


@dataclass(frozen=True)
class Purse:
    """What may still be spent. `spent` gives the tokens and dollars so far, `seconds` the real time of this session."""

    budget: Budget
    prices: Prices
    settings: Settings
    spent: Callable[[], tuple[int, float]]
    seconds: Callable[[], float]

    def room(self, model: str, prompt: int) -> int:
        """How many tokens an answer to a prompt of so many bytes may have. Raises BudgetSpent if too few."""
        tokens, dollars = self.spent()
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
        tokens, dollars = self.spent()
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
