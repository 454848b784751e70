"""A chat-completions server on loopback that does what a script says: answers, and every kind of misbehaviour."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Act:
    """What the server does with one request. `usage` None claims what is true by its own count; {} claims nothing."""

    text: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    usage: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    stop_after: int | None = None
    """Hang up after so many characters of a stream."""
    delay: float = 0.0
    raw: bytes | None = None
    """Sent as the body as it is."""
    tool: Mapping[str, Any] | None = None
    """Arguments of a tool call in place of text."""


Script = Callable[[dict[str, Any], int], Act]
"""A request and its number, from 1, to what is done with it."""


class Scripted:
    """Runs a script; keeps what it was sent. Use it as a context manager."""

    def __init__(self, script: Script) -> None:
        self.seen: list[dict[str, Any]] = []
        self.script = script
        self.billed = 0
        """Tokens that an honest server would have counted, those of broken answers too."""
        outer, lock = self, threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """Quiet."""

            def do_GET(self) -> None:
                self._send(200, {"object": "list", "data": [{"id": "scripted", "object": "model"}]})

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with lock:
                    outer.seen.append(request)
                    act = outer.script(request, len(outer.seen))
                with suppress(BrokenPipeError, ConnectionResetError):
                    self._act(request, act)

            def _act(self, request: dict[str, Any], act: Act) -> None:
                time.sleep(act.delay)
                if act.raw is not None:
                    self._bytes(act.status, act.raw, act.headers)
                elif act.status != 200:
                    self._send(act.status, act.error if act.error is not None else {}, act.headers)
                else:
                    usage = counted(request, act.text)
                    outer.billed += usage["total_tokens"]
                    told = dict(act.usage) if act.usage is not None else usage
                    (self._stream if request.get("stream") else self._whole)(request, act, told)

            def _whole(self, request: dict[str, Any], act: Act, usage: dict[str, Any]) -> None:
                message: dict[str, Any] = {"role": "assistant", "content": act.text}
                if act.tool is not None:
                    message = {"role": "assistant", "content": None, "tool_calls": [_tool(act.tool)]}
                body = {"id": "s", "object": "chat.completion", "created": 0, "model": request["model"]}
                choices = [{"index": 0, "finish_reason": "stop", "message": message}]
                self._send(200, body | {"choices": choices} | ({"usage": usage} if usage else {}))

            def _stream(self, request: dict[str, Any], act: Act, usage: dict[str, Any]) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                self.close_connection = True
                chunk = {"id": "s", "object": "chat.completion.chunk", "created": 0, "model": request["model"]}
                text = act.text if act.stop_after is None else act.text[: act.stop_after]
                for start in range(0, len(text), 4000):
                    self._chunk(chunk | {"choices": [_delta({"content": text[start : start + 4000]})]})
                if act.tool is not None:
                    self._chunk(chunk | {"choices": [_delta({"tool_calls": [_tool(act.tool) | {"index": 0}]})]})
                if act.stop_after is not None:
                    return
                self._chunk(chunk | {"choices": [_delta({}) | {"finish_reason": "stop"}]})
                if usage and request.get("stream_options", {}).get("include_usage"):
                    self._chunk(chunk | {"choices": [], "usage": usage})
                self.wfile.write(b"data: [DONE]\n\n")

            def _chunk(self, data: Mapping[str, Any]) -> None:
                self.wfile.write(b"data: " + json.dumps(data).encode() + b"\n\n")

            def _send(self, status: int, data: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
                self._bytes(status, json.dumps(data).encode(), headers or {})

            def _bytes(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """Its address, as OPENAI_BASE_URL wants it."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Scripted:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def counted(request: Mapping[str, Any], answer: str) -> dict[str, int]:
    """Tokens as a server with a rather fine tokenizer would count them: one for each three bytes."""
    asked = sum(-(-len(str(message["content"]).encode()) // 3) + 4 for message in request["messages"])
    limit = request.get("max_completion_tokens") or request.get("max_tokens") or 10**9
    said = min(-(-len(answer.encode(errors="replace")) // 3), limit)
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def _delta(delta: Mapping[str, Any]) -> dict[str, Any]:
    return {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": None}


def _tool(arguments: Mapping[str, Any]) -> dict[str, Any]:
    call = {"name": "answer", "arguments": json.dumps(arguments)}
    return {"id": "call_1", "type": "function", "function": call}
