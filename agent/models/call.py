"""The data of one call: what is asked, what came back, and what can go wrong on the way. Plain and frozen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from memory.working import Cut

Role = Literal["propose", "write", "judge", "reflect", "describe", "consolidate", "improve", "rank"]
ROLES: tuple[Role, ...] = ("propose", "write", "judge", "reflect", "describe", "consolidate", "improve", "rank")

TroubleKind = Literal["rate_limited", "server_error", "timeout", "broken_stream", "unreachable", "refused", "too_long"]
PASSING: frozenset[TroubleKind] = frozenset(["rate_limited", "server_error", "timeout", "broken_stream", "unreachable"])
"""Troubles after which the same call may work a little later."""

Message = Mapping[str, str]
"""{"role": "system" | "user" | "assistant", "content": text}"""


class PackedMessage(dict[str, str]):
    """A message that was packed into a budget: it knows what did not fit, which no server is told."""

    cut: tuple[Cut, ...] = ()


@dataclass(frozen=True)
class Ask:
    """What a role wants to know. `place` names the step of the journey: asking again there gives the kept answer."""

    role: Role
    prompt: str
    """Name and version of the prompt."""
    messages: tuple[Message, ...]
    place: str
    schema: Mapping[str, Any] | None = None
    """A JSON schema for the answer, for servers that can hold a model to one."""
    temperature: float | None = None

    @property
    def cut(self) -> tuple[Cut, ...]:
        """The lines that did not fit into the prompt."""
        return tuple(cut for message in self.messages if isinstance(message, PackedMessage) for cut in message.cut)

    @property
    def digest(self) -> str:
        """The fingerprint of what is said to the model."""
        return digest_of(self.messages)

    @property
    def bytes(self) -> int:
        """An upper bound of the prompt's tokens: no tokenizer makes more tokens than there are bytes."""
        framing = 16 * len(self.messages) + 16
        schema = len(json.dumps(self.schema)) if self.schema else 0
        return framing + schema + sum(len(message["content"].encode()) for message in self.messages)


@dataclass(frozen=True)
class Request:
    """An ask as it goes to one server: with the model and with the room that the budget leaves for the answer."""

    ask: Ask
    model: str
    most_tokens: int
    seconds: float


@dataclass(frozen=True)
class Completion:
    """What a server answered. The counts are its own claim, None where it made none."""

    text: str
    finish: str = "stop"
    tokens_in: int | None = None
    tokens_out: int | None = None
    cached: int | None = None


@dataclass(frozen=True)
class Reply:
    """A recorded answer: its number among the journey's calls, and what it cost."""

    number: int
    text: str
    finish: str
    model: str
    tokens: int
    dollars: float
    again: bool = False
    """It was kept from before an interruption; nothing was asked or paid."""


class Trouble(Exception):
    """One try that gave no answer. `heard` counts the characters that came before it broke."""

    def __init__(
        self,
        kind: TroubleKind,
        message: str,
        *,
        retry_after: float | None = None,
        heard: int = 0,
        billed: bool = False,
        of_form: bool = False,
    ) -> None:
        super().__init__(message)
        self.kind, self.retry_after, self.heard = kind, retry_after, heard
        self.billed = billed
        """Whether the server may have counted the call though no answer arrived."""
        self.of_form = of_form
        """Whether it is the way of asking that was refused, not the question."""


class Transport(Protocol):
    """A way to get an answer: a server, a recording, a person."""

    def complete(self, request: Request) -> Completion:
        """One try. Raises Trouble."""
        ...


def digest_of(messages: Sequence[Message]) -> str:
    """The fingerprint of messages."""
    content = json.dumps([dict(message) for message in messages], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:32]
