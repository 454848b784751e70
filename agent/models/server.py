"""One try at a server that speaks the OpenAI protocol, through the openai package (imported with the first call).

Servers differ in what they understand. A call starts with what the protocol offers; what a server refuses by name is
left out from then on (`dialect`). An answer is streamed and read no further than a limit, and a try ends at its
deadline even if the server keeps the line busy. It never tries twice by itself, counts no money and records nothing.
"""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from agent.config import NO_SERVER, ModelServer
from agent.errors import ServerRefused
from agent.models.call import Completion, Request, Trouble
from bridge.wire import whole

LOOK_EVERY = 1.0
"""Seconds between looks whether the journey is to stop while a server thinks."""
MOST_ADAPTATIONS = 7
"""How often one call may be put in simpler terms."""


@dataclass(frozen=True)
class Dialect:
    """What is asked of a server, narrowed by what it refuses."""

    limit: str | None = "max_completion_tokens"
    """Name of the parameter that limits an answer."""
    structure: str | None = "json_schema"
    """How a model is held to a shape: json_schema, json_object, or not at all."""
    stream: bool = True
    stream_usage: bool = True
    temperature: bool = True
    system: bool = True
    """Whether there may be a system message of its own."""

    def simpler(self, complaint: str, request: Request) -> Dialect | None:
        """The dialect without what a complaint names; without what is most often missing if it names nothing."""
        said = complaint.lower()
        if self.structure and request.ask.schema and re.search(r"response_format|json_schema|json_object|schema", said):
            return replace(self, structure="json_object" if self.structure == "json_schema" else None)
        if self.stream and self.stream_usage and "stream_options" in said:
            return replace(self, stream_usage=False)
        if self.stream and "stream" in said:
            return replace(self, stream=False)
        if self.limit and "max_" in said and "token" in said:
            return replace(self, limit=_other_limit(self.limit, said))
        if self.temperature and "temperature" in said:
            return replace(self, temperature=False)
        if self.system and re.search(r"system (role|message|prompt)|role.{0,20}system|alternate", said):
            return replace(self, system=False)
        if self.structure and request.ask.schema:
            return replace(self, structure="json_object" if self.structure == "json_schema" else None)
        if self.stream and self.stream_usage:
            return replace(self, stream_usage=False)
        if self.stream:
            return replace(self, stream=False)
        if self.limit == "max_completion_tokens":
            return replace(self, limit="max_tokens")
        return None


def _other_limit(limit: str, said: str) -> str | None:
    other = "max_tokens" if limit == "max_completion_tokens" else "max_completion_tokens"
    both = "max_tokens" in said and "max_completion_tokens" in said
    return other if both or limit in said else None


class OpenAIServer:
    """Transport to one server."""

    def __init__(self, server: ModelServer, most_characters: int, waiting: Callable[[], None] = lambda: None) -> None:
        self._server, self._most_characters, self._waiting = server, most_characters, waiting
        own = server.base_url is not None and "api.openai.com" not in server.base_url
        self.dialect = Dialect(limit="max_tokens" if own else "max_completion_tokens")
        self._client: Any = None

    def complete(self, request: Request) -> Completion:
        """One try, put in simpler terms as long as the server only refuses the way of asking."""
        begun = time.monotonic()
        for _ in range(MOST_ADAPTATIONS):
            left = request.seconds - (time.monotonic() - begun)
            if left <= 0:
                raise Trouble("timeout", f"no answer in {request.seconds:.0f} s", billed=True)
            try:
                return self._within(replace(request, seconds=left))
            except Trouble as trouble:
                simpler = self.dialect.simpler(str(trouble), request) if trouble.of_form else None
                if simpler is None:
                    raise
                self.dialect = simpler
        raise Trouble("refused", "the server refuses every way of asking that we know")

    def models(self) -> list[str]:
        """The models that the server lists. Raises Trouble."""
        return [model.id for model in self._guarded(lambda: self._opened(20.0).models.list().data)]

    # -- one way of asking

    def _within(self, request: Request) -> Completion:
        """The call in a thread of its own, left behind at the deadline whatever the server does."""
        results: queue.Queue[Completion | BaseException] = queue.Queue()
        progress = _Progress()

        def call() -> None:
            try:
                results.put(self._guarded(lambda: self._call(request, progress)))
            except BaseException as error:
                results.put(error)

        threading.Thread(target=call, daemon=True, name="model call").start()
        until = time.monotonic() + request.seconds
        result: Completion | BaseException | None = None
        while result is None and (left := until - time.monotonic()) > 0:
            with suppress(queue.Empty):
                result = results.get(timeout=min(left, LOOK_EVERY))
            if result is None:
                self._waiting()
        if result is None:
            progress.close()
            words = f"no whole answer in {request.seconds:.0f} s"
            raise Trouble("timeout", words, heard=progress.heard, billed=True)
        if isinstance(result, Trouble) and result.kind in ("broken_stream", "timeout"):
            result.heard = progress.heard
        if isinstance(result, BaseException):
            raise result
        return result

    def _opened(self, seconds: float) -> Any:
        import openai

        if self._client is None:
            if not self._server.is_known:
                raise ServerRefused(NO_SERVER)
            self._client = openai.OpenAI(
                api_key=self._server.key or "none", base_url=self._server.base_url, max_retries=0
            )
        return self._client.with_options(timeout=seconds)

    def _call(self, request: Request, progress: _Progress) -> Completion:
        client = self._opened(request.seconds)
        answer = client.chat.completions.create(**self._form(request))
        if self.dialect.stream:
            return self._streamed(answer, progress)
        return self._whole(answer)

    def _form(self, request: Request) -> dict[str, Any]:
        ask, dialect = request.ask, self.dialect
        messages = [dict(message) for message in ask.messages]
        if not dialect.system and messages[0]["role"] == "system":
            first = messages.pop(0)
            messages[0]["content"] = f"{first['content']}\n\n{messages[0]['content']}"
        form: dict[str, Any] = {"model": request.model, "messages": messages}
        if dialect.limit:
            form[dialect.limit] = request.most_tokens
        if dialect.stream:
            form["stream"] = True
            if dialect.stream_usage:
                form["stream_options"] = {"include_usage": True}
        if ask.temperature is not None and dialect.temperature:
            form["temperature"] = ask.temperature
        if ask.schema and dialect.structure == "json_schema":
            schema = {"name": ask.role, "schema": dict(ask.schema)}
            form["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif ask.schema and dialect.structure == "json_object":
            form["response_format"] = {"type": "json_object"}
        return form

    def _streamed(self, stream: Any, progress: _Progress) -> Completion:
        parts: list[str] = []
        calls: dict[int, str] = {}
        finish, usage = "", None
        progress.stream = stream
        for chunk in stream:
            usage = getattr(chunk, "usage", None) or usage
            for choice in (getattr(chunk, "choices", None) or [])[:1]:
                delta = choice.delta
                parts.append((delta.content if delta else None) or "")
                for call in (delta.tool_calls if delta else None) or []:
                    said = call.function.arguments if call.function else ""
                    calls[call.index or 0] = calls.get(call.index or 0, "") + (said or "")
                finish = choice.finish_reason or finish
            progress.heard = sum(map(len, parts)) + sum(map(len, calls.values()))
            if progress.heard > self._most_characters:
                stream.close()
                finish = "cut"
                break
        if not finish:
            raise Trouble("broken_stream", "the stream ended in the middle of the answer", billed=True)
        text = "".join(parts) or "\n".join(calls.values())
        return Completion(whole(text[: self._most_characters]), finish, *_usage(usage))

    def _whole(self, answer: Any) -> Completion:
        if not getattr(answer, "choices", None):
            return Completion("", "empty", *_usage(getattr(answer, "usage", None)))
        choice = answer.choices[0]
        text = (choice.message.content if choice.message else None) or ""
        if not text and choice.message and choice.message.tool_calls:
            text = "\n".join(call.function.arguments for call in choice.message.tool_calls)
        finish = choice.finish_reason or "stop"
        if len(text) > self._most_characters:
            text, finish = text[: self._most_characters], "cut"
        return Completion(whole(text), finish, *_usage(answer.usage))

    def _guarded(self, call: Any) -> Any:
        """Turns what the package and the transport raise into troubles."""
        import openai

        try:
            return call()
        except openai.APITimeoutError as error:
            raise Trouble("timeout", "the server did not answer in time", billed=True) from error
        except openai.APIConnectionError as error:
            cause = error.__cause__ or error
            raise Trouble("unreachable", f"cannot reach the server: {cause}") from error
        except openai.APIStatusError as error:
            raise _status(error) from error
        except (openai.APIError, ValueError, AttributeError, TypeError) as error:
            # Not JSON, an error in the middle of a stream, or an answer without the protocol's fields.
            raise Trouble("server_error", f"the answer cannot be read: {_short(error)}", billed=True) from error
        except (Trouble, ServerRefused):
            raise
        except Exception as error:
            if type(error).__module__.partition(".")[0] in ("httpx", "httpx2", "httpcore", "httpcore2", "h11"):
                raise Trouble("broken_stream", f"the line broke: {_short(error)}", billed=True) from error
            raise


class _Progress:
    """What was heard of an answer so far, and the stream to hang up."""

    def __init__(self) -> None:
        self.heard = 0
        self.stream: Any = None

    def close(self) -> None:
        """Hang up; the thread that listens ends by itself."""
        if self.stream is not None:
            threading.Thread(target=self.stream.close, daemon=True).start()


def _status(error: Any) -> Trouble:
    """The trouble behind an error status."""
    status, said = error.status_code, _short(error)
    if status == 429:
        code = getattr(error, "code", None)
        after = _seconds(error.response.headers.get("retry-after"))
        return Trouble("rate_limited", f"{code or 'rate limit'}: {said}", retry_after=after)
    if status in (408, 409, 425) or status >= 500:
        return Trouble("server_error", f"status {status}: {said}")
    if re.search(r"context.{0,20}(length|window)|too (long|large)|maximum context|exceeds", said.lower()):
        return Trouble("too_long", said)
    return Trouble("refused", f"status {status}: {said}", of_form=status in (400, 415, 422))


def _seconds(text: str | None) -> float | None:
    """Retry-After in seconds, as a number or as a date."""
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


def _usage(usage: Any) -> tuple[int | None, int | None, int | None]:
    """The server's counts, None for what is not a number."""
    details = getattr(usage, "prompt_tokens_details", None)
    found = (
        getattr(usage, "prompt_tokens", None),
        getattr(usage, "completion_tokens", None),
        getattr(details, "cached_tokens", None),
    )
    first, second, third = (each if isinstance(each, int) and not isinstance(each, bool) else None for each in found)
    return first, second, third


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
