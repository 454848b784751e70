"""Checks made of checks: all of them, any of them, not this one. They know nothing of any world."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SerializeAsAny

from curriculum.checks.base import Check, Facts, Verdict, parse
from curriculum.gamedata import GameData

Part = Annotated[SerializeAsAny[Check], BeforeValidator(parse)]
"""A check inside another one, of whatever kind."""


class All(Check):
    """Every part holds."""

    kind: Literal["all"] = "all"
    checks: tuple[Part, ...] = Field(min_length=1)

    def verdict(self, facts: Facts) -> Verdict:
        """Passes when no part fails; the evidence names the parts that do."""
        parts = tuple(part.verdict(facts) for part in self.checks)
        failed = [part.evidence for part in parts if not part.passed]
        evidence = f"not yet: {'; '.join(failed)}" if failed else "; ".join(part.evidence for part in parts)
        return Verdict(not failed, evidence, parts)

    def sentence(self) -> str:
        """The parts joined by "and"."""
        return " and ".join(part.sentence() for part in self.checks)

    def refusal(self, data: GameData) -> str | None:
        """The first reason among the parts: each of them must be possible."""
        return next((reason for part in self.checks if (reason := part.refusal(data))), None)


class AnyOf(Check):
    """At least one part holds."""

    kind: Literal["any"] = "any"
    checks: tuple[Part, ...] = Field(min_length=1)

    def verdict(self, facts: Facts) -> Verdict:
        """Passes when a part does; the evidence is that part's, or all the failures."""
        parts = tuple(part.verdict(facts) for part in self.checks)
        passed = [part.evidence for part in parts if part.passed]
        return Verdict(bool(passed), passed[0] if passed else "; ".join(part.evidence for part in parts), parts)

    def sentence(self) -> str:
        """The parts joined by "or"."""
        return " or ".join(part.sentence() for part in self.checks)

    def refusal(self, data: GameData) -> str | None:
        """The reasons of all parts, if not one of them is possible."""
        reasons = [part.refusal(data) for part in self.checks]
        return None if None in reasons else "; ".join(reason for reason in reasons if reason)


class Not(Check):
    """The part does not hold."""

    kind: Literal["not"] = "not"
    check: Part

    def verdict(self, facts: Facts) -> Verdict:
        """Passes when the part fails."""
        part = self.check.verdict(facts)
        return Verdict(not part.passed, f"{'unwanted' if part.passed else 'rightly not so'}: {part.evidence}", (part,))

    def sentence(self) -> str:
        """The part, negated."""
        return f"do not {self.check.sentence()}"
