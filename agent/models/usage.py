"""Counts and estimates of tokens: what a server claims is believed as far as it can be true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agent.models.call import Ask, Completion, Trouble

FINE, COARSEST = 2, 16
"""Bytes of a token: what estimates count with (few texts have shorter ones), and the most that is believed."""

Source = Literal["server", "estimate", "capped"]


@dataclass(frozen=True)
class Spent:
    """The tokens of one try and where the numbers are from."""

    tokens_in: int
    tokens_out: int
    cached: int = 0
    source: Source = "server"

    @property
    def tokens(self) -> int:
        """In and out together."""
        return self.tokens_in + self.tokens_out


def of_answer(completion: Completion, ask: Ask, most: int) -> Spent:
    """The server's count if it can be true; a careful estimate if there is none, or one that is far too low.

    The prompt cannot have more tokens than bytes, and the answer was limited to `most`: a higher claim counts as that.
    """
    said_in, said_out = completion.tokens_in, completion.tokens_out
    written = len(completion.text.encode())
    if said_in is None or said_out is None or said_in * COARSEST < ask.bytes or said_out * COARSEST < written:
        return Spent(-(-ask.bytes // FINE), min(-(-written // FINE), most), 0, "estimate")
    if said_in > ask.bytes or said_out > most:
        return Spent(min(said_in, ask.bytes), min(said_out, most), 0, "capped")
    return Spent(said_in, said_out, max(0, min(completion.cached or 0, said_in)))


def of_trouble(trouble: Trouble, ask: Ask, most: int) -> Spent:
    """What a try without an answer may have cost at most: nothing, or the prompt and an answer that we never saw.

    Of a broken stream no more was written than was heard; after a timeout the whole answer may have been.
    """
    if not trouble.billed:
        return Spent(0, 0, 0, "estimate")
    unseen = min(trouble.heard, most) if trouble.kind == "broken_stream" else most
    return Spent(-(-ask.bytes // FINE), unseen, 0, "estimate")
