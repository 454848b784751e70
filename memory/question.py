"""What is asked of memory and what comes back: plain values, shared by the routes and by recall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from memory.documents import HAPPENED
from memory.episodic import Place
from memory.items import FAMILY

EPISODIC = HAPPENED
SEMANTIC = ("fact", "lesson", "place", "procedure", "sign", "summary")
TIERS = (*EPISODIC, *SEMANTIC)
ABOUT = {**dict.fromkeys(EPISODIC, "happened"), **dict.fromkeys(("fact", "place"), "is so")}
"""What a memory of a tier tells: what happened, what is so in the world, or else (`ADVICE`) what is to be done."""
ADVICE = "is advised"
ALL_ENTRIES = 2**63 - 1
"""No journal is as long."""

VERSION = "(SELECT after FROM journal WHERE item = documents.ref AND at <= ? AND id <= ? ORDER BY id DESC LIMIT 1)"
"""A document's item as it was at a time, by the journal up to an entry."""

_HELD = f"""
    SELECT 1 FROM {VERSION}
    WHERE coalesce(json_extract(after, '$.state'), iif(json_extract(after, '$.archived'), 'archived', 'active'))
        IN ('generated', 'active')
    AND coalesce(json_extract(after, '$.valid_to') > ?, TRUE)"""
"""Whether an item was kept, in mind and so at a time: its row says only what it is now, the journal each version."""


@dataclass(frozen=True)
class Question:
    """What is asked for: words, and whatever is known of items, errors, goal and place.

    `scope` is the journey: its own memories, those of the given task `families` and those that hold everywhere are
    seen, never those of another. `failures` are (code, message) of errors that are to be mended. `as_of` asks for what
    memory held at a time, in the words of then; `history` also for what is wrong now or out of mind. What is private
    (now) is only seen if asked for. `known` is the last entry that the journal had when this was first asked: jobs date
    what they learn by its evidence, which may be older; None takes the times as they are.
    `world` is the kind of world that is asked about: of another kind, only what is about the very same error is seen.
    """

    text: str
    scope: str = ""
    items: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    place: Place | None = None
    tiers: tuple[str, ...] = TIERS
    history: bool = False
    families: tuple[str, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()
    goal: str = ""
    as_of: float | None = None
    private: bool = False
    world: str = ""
    known: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The question as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Question:
        """The question from its plain JSON."""
        place = Place(**data["place"]) if data["place"] else None
        lists = {name: tuple(data[name]) for name in ("items", "errors", "tiers", "families")}
        failures = tuple((code, message) for code, message in data["failures"])
        return cls(**{**data, **lists, "place": place, "failures": failures})

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that may be seen, each once."""
        families = (each if each.startswith(FAMILY) else FAMILY + each for each in self.families)
        return tuple(dict.fromkeys(["", self.scope, *families]))

    def is_about(self, world: str) -> bool:
        """Whether what is known of a kind of world is asked for."""
        return not self.world or world in ("", self.world)

    def in_any_world(self) -> Question:
        """The same question, whatever kind of world a memory is about."""
        return replace(self, world="")

    @property
    def entries(self) -> int:
        """The last entry of the journal that counts."""
        return ALL_ENTRIES if self.known is None else self.known

    def visible(self) -> tuple[str, list[Any]]:
        """The condition on `documents` that every route asks under, and its values: scopes are enforced here."""
        scopes = self.scopes
        where = f"documents.scope IN ({_marks(scopes)}) AND documents.tier IN ({_marks(self.tiers)})"
        values: list[Any] = [*scopes, *self.tiers]
        if self.world:
            where += " AND documents.world IN ('', ?)"
            values.append(self.world)
        if self.as_of is not None:
            world = " AND coalesce(json_extract(after, '$.world'), '') IN ('', ?)" if self.world else ""
            where += f" AND documents.at <= ? AND (documents.tier IN {EPISODIC} OR EXISTS ({_HELD}{world}))"
            values += [self.as_of, self.as_of, self.entries, self.as_of, *([self.world] if self.world else [])]
        elif not self.history:
            where += " AND documents.state = 'current'"
        if not self.private:
            where += " AND documents.sensitivity <> 'private'"
        return where, values


@dataclass(frozen=True)
class Part:
    """What one route said of a hit: its rank there, its own score, and what that added to the sum."""

    rank: int
    score: float
    added: float


@dataclass(frozen=True)
class Hit:
    """A memory that was recalled: `ref` is its id in its tier, `parts` and `why` explain the score.

    `shown` is what stands in the prompt: the text, or its beginning where the budget was short. `since` says what is
    not so any more, if that was asked for: wrong now, merged since, out of mind now, says otherwise now; '' if it is.
    """

    document: int
    tier: str
    ref: int
    text: str
    score: float
    parts: Mapping[str, Part]
    why: str
    sensitivity: str = "plain"
    shown: str = ""
    since: str = ""


@dataclass(frozen=True)
class Recalled:
    """Hits, best first, within the budget; `cut` are the ones that did not fit, `routes` the ones that took part.

    `relevance` is how well the best of them covers the question, 1 and more being enough; `abstained` means that
    nothing was relevant enough to be shown, which is an answer too.
    """

    hits: tuple[Hit, ...]
    cut: tuple[Hit, ...]
    routes: tuple[str, ...]
    relevance: float = 0.0
    abstained: bool = False


@dataclass(frozen=True)
class Weights:
    """How much each route counts. Each route's scores lie between 0 and 1; `memory fit` fits these on the user's log.

    `neighbours` is what a memory gets of the score of the one before and after it, halved with each step; `strength` is
    bounded, so that fading tips the balance and never more. For anything to be relevant at all, the best memory must
    hold `enough_words` of a question where there are words alone: the share of the question's rarity that its words
    have, times the root of their number. Where there is meaning too, the share of the best possible bm25 and the best
    cosine must come to `enough_both` together, or the words alone to four times as much as without.

    At these two, memory is silent on 2 to 3 of 100 LoCoMo questions that it could answer, and on no more than that of
    two other corpora (benchmarks/memory_locomo.py, memory_evidence.py).
    """

    words: float = 0.6
    meaning: float = 0.4
    marks: float = 0.6
    neighbours: float = 0.3
    strength: float = 0.1
    enough_words: float = 0.27
    enough_both: float = 0.62

    def to_json(self) -> dict[str, float]:
        """The weights as plain JSON."""
        return asdict(self)


def _marks(values: Any) -> str:
    return ", ".join("?" * len(values))
