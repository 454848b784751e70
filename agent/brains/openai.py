"""A writer behind any OpenAI-compatible server, through the openai package (imported when the first call is made).

It renders one prompt (agent/prompts/writer.md: a stable part first, so that prompt caches hit), asks once, and
reads the answer tolerantly. It never runs, keeps or judges anything; a bad answer becomes a refusal for the loop to
answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib import resources
from string import Template
from typing import Any

from agent.brain import Attempt, Draft, KnownSkill, Usage, WriteRequest
from agent.config import ModelServer
from agent.errors import BrainError

CALL_SECONDS = 180.0
"""How long one answer may take."""
RETRIES = 4
"""How often the client tries again after transport errors and rate limits, with growing pauses."""


class OpenAIWriter:
    """Brain that asks one model."""

    def __init__(self, model: str, server: ModelServer) -> None:
        self.name = f"openai:{model}"
        self._model, self._server = model, server
        self._client: Any = None

    def write(self, request: WriteRequest) -> Draft:
        """Ask the model for the next program. Raises BrainError when the server does not answer."""
        import openai

        if self._client is None:
            if self._server.key is None and self._server.base_url is None:
                raise BrainError(f"{self.name} needs OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own")
            self._client = openai.OpenAI(
                api_key=self._server.key or "none",
                base_url=self._server.base_url,
                timeout=CALL_SECONDS,
                max_retries=RETRIES,
            )
        system, user = render(request)
        try:
            answer = self._client.chat.completions.create(
                model=self._model, messages=[{"role": "system", "content": system}, {"role": "user", "content": user}]
            )
        except openai.OpenAIError as error:
            raise BrainError(f"{self.name} did not answer: {error}") from error
        text = (answer.choices[0].message.content if answer.choices else None) or ""
        usage = Usage(tokens=answer.usage.total_tokens if answer.usage else 0)
        return read_answer(text, request, usage)


def render(request: WriteRequest) -> tuple[str, str]:
    """The stable and the changing half of the prompt. A variable that we do not fill is an error."""
    template = resources.files("agent").joinpath("prompts/writer.md").read_text(encoding="utf-8")
    stable, changing = template.split("\n===\n")
    return Template(stable).substitute(
        primitives="\n".join(
            f"- {name}: {text.strip().splitlines()[0]}" for name, text in sorted(request.primitives.items())
        ),
        skills="\n".join(_skill(skill) for skill in request.skills) or "none yet",
    ), Template(changing).substitute(
        task=request.task.goal,
        check=request.check,
        state=json.dumps(request.observation, sort_keys=True),
        lessons="\n".join(f"- {lesson['text']}" for lesson in request.lessons) or "none yet",
        attempts="\n\n".join(_attempt(attempt) for attempt in request.attempts) or "none",
        objection=f"Your last answer was refused before it ran: {request.objection}" if request.objection else "",
    )


def _skill(skill: KnownSkill) -> str:
    parameters = ", ".join(f"{name} = {default}" for name, default in skill.parameters.items())
    gives = ", ".join(skill.gives) or "nothing yet"
    return f"- {skill.name}(bot, {{ {parameters} }}): {skill.purpose} Gives {gives}; {skill.status}."


def _attempt(attempt: Attempt) -> str:
    where = (attempt.error or {}).get("where") or {}
    source = attempt.source.splitlines()
    if where.get("line") and 0 < where["line"] <= len(source):
        source[where["line"] - 1] += "   // <-- failed here"
    error = (
        f"{attempt.error['code']}: {attempt.error['message']} {attempt.error.get('remedy', '')}"
        if attempt.error
        else "none"
    )
    return "\n".join(
        [f"Round {attempt.round}: {attempt.outcome}. Error: {error}. {attempt.evidence}", "```js", *source, "```"]
    )


def read_answer(text: str, request: WriteRequest, usage: Usage) -> Draft:
    """The draft in a model's answer: a JSON object (alone, fenced or inside prose), or bare fenced JavaScript.

    Raises BrainError with the precise objection when neither is there.
    """
    for candidate in (*re.findall(r"```(?:json)?\s*(\{.*?\})\s*```", text, re.DOTALL), *_objects(text)):
        try:
            data = json.loads(candidate, strict=False)
        except ValueError:
            continue
        if isinstance(data, dict) and isinstance(data.get("name"), str):
            return _draft(data, usage)
    code = re.search(r"```(?:js|javascript)?\s*(.*?async function (\w+).*?)```", text, re.DOTALL)
    if code:
        return Draft(code[2], code[1].strip() + "\n", {"count": request.task.count}, "", usage)
    raise BrainError("the answer held neither a JSON object with name, source and args nor a fenced async function")


def _draft(data: Mapping[str, Any], usage: Usage) -> Draft:
    source, args = data.get("source"), data.get("args")
    return Draft(
        data["name"],
        source if isinstance(source, str) and source.strip() else None,
        args if isinstance(args, dict) else {},
        str(data.get("note", ""))[:300],
        usage,
    )


def _objects(text: str) -> list[str]:
    """The outermost {...} of a text, if there is one."""
    start, end = text.find("{"), text.rfind("}")
    return [text[start : end + 1]] if 0 <= start < end else []
