"""What a server can do, tried out with a handful of tiny calls: `journeyman doctor --brain openai:MODEL`.

Each line is one thing tried and what the server did. It costs a few hundred tokens, and is the only place that asks a
model outside a journey.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent import answers
from agent.config import ModelServer
from agent.errors import BrainError, ServerRefused
from agent.models.call import Ask, Completion, Request, Trouble
from agent.models.server import Dialect, OpenAIServer
from agent.models.settings import Prices, Settings

SECONDS = 60.0
MOST = 200
SCHEMA: Mapping[str, Any] = {
    "type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"], "additionalProperties": False,
}  # fmt: skip
QUESTION = 'What is 2 + 3? Answer with one JSON object: {"sum": NUMBER}.'


@dataclass(frozen=True)
class Finding:
    """One thing tried. What is not `needed` is done without."""

    name: str
    ok: bool
    detail: str
    needed: bool = False


def examine(model: str, server: ModelServer) -> list[Finding]:
    """Try a server. A model that cannot be asked at all ends the examination."""
    transport = OpenAIServer(server, Settings.load().most_answer_characters)
    found = [_listed(transport, model)]
    plain, spoken = _try(transport, model, Dialect(limit=transport.dialect.limit, stream=False, stream_usage=False))
    found.append(Finding("answers", plain is not None, spoken, needed=True))
    if plain is None:
        return found
    found.append(_understands(plain))
    found.append(_counts("usage", plain))
    limit = transport.dialect.limit
    found.append(Finding("limit", limit is not None, f"answers are limited by {limit or 'nothing'}"))
    streamed, spoken = _try(transport, model, Dialect(limit=limit))
    found.append(Finding("streaming", streamed is not None and transport.dialect.stream, spoken))
    if streamed is not None and transport.dialect.stream:
        found.append(_counts("streamed usage", streamed))
    for structure in ("json_schema", "json_object"):
        dialect = Dialect(limit=limit, structure=structure, stream=False)
        answer, spoken = _try(transport, model, dialect, schema=True)
        kept = answer is not None and transport.dialect.structure == structure and _sum(answer.text) == 5
        found.append(Finding(structure.replace("_", " "), kept, "held to it" if kept else spoken))
    found.append(_errors(transport))
    price = Prices.load().of(model)
    words = f"${price.input:g} in, ${price.output:g} out a million tokens" if price else "unknown: no --dollars"
    found.append(Finding("price", price is not None, words))
    return found


def _listed(transport: OpenAIServer, model: str) -> Finding:
    try:
        names = transport.models()
    except (Trouble, ServerRefused) as error:
        return Finding("models", False, str(error))
    return Finding(
        "models", model in names, f"{len(names)} listed, {model} {'' if model in names else 'not '}among them"
    )


def _try(
    transport: OpenAIServer, model: str, dialect: Dialect, *, schema: bool = False
) -> tuple[Completion | None, str]:
    """An answer in a dialect (which the server may narrow), and words about it."""
    transport.dialect = dialect
    messages = ({"role": "system", "content": "You answer in JSON."}, {"role": "user", "content": QUESTION})
    ask = Ask("describe", "doctor", messages, "doctor", schema=SCHEMA if schema else None)
    begun = time.monotonic()
    try:
        answer = transport.complete(Request(ask, model, MOST, SECONDS))
    except (Trouble, ServerRefused) as error:
        return None, str(error)
    return answer, f"in {time.monotonic() - begun:.1f} s" + _narrowed(dialect, transport.dialect)


def _narrowed(wanted: Dialect, found: Dialect) -> str:
    changed = [name for name, value in vars(wanted).items() if getattr(found, name) != value]
    return f", without {', '.join(changed)}" if changed else ""


def _understands(answer: Completion) -> Finding:
    right = _sum(answer.text) == 5
    return Finding("follows", right, "answers in the form asked for" if right else f"said {answer.text[:60]!r}")


def _counts(name: str, answer: Completion) -> Finding:
    counted = bool(answer.tokens_in) and answer.tokens_out is not None
    words = f"{answer.tokens_in} in, {answer.tokens_out} out" if counted else "none: tokens are estimated"
    return Finding(name, counted, words)


def _errors(transport: OpenAIServer) -> Finding:
    """Whether a refusal says what was wrong: asked for with a model that cannot exist."""
    ask = Ask("describe", "doctor", ({"role": "user", "content": "Hello."},), "doctor")
    try:
        transport.complete(Request(ask, "no-such-model-of-journeyman", MOST, SECONDS))
    except (Trouble, ServerRefused) as error:
        return Finding("error bodies", len(str(error)) > len("status 404: "), str(error)[:100])
    return Finding("error bodies", False, "takes any name for a model: a wrong one would not be noticed")


def _sum(text: str) -> object:
    try:
        return answers.with_keys(text, "sum")["sum"]
    except BrainError:
        return None
