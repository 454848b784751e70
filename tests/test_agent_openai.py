"""The model writer against a scripted OpenAI-compatible server on loopback: what it sends, and how it reads answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from agent.brain import Attempt, KnownSkill, WriteRequest
from agent.brains.openai import OpenAIWriter, render
from agent.config import ModelServer
from agent.errors import BrainError
from curriculum.checks import Gained, describe
from curriculum.task import Task

SOURCE = "async function craftStick(bot, { count = 1 } = {}) {\n  return { gained: count }\n}\n"


class Server:
    """Answers each request with the next of its scripted answers and keeps what it was sent."""

    def __init__(self, *answers: str | int) -> None:
        self.seen: list[dict[str, Any]] = []
        script = list(answers)
        seen = self.seen

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                answer = script.pop(0)
                content = json.dumps(
                    {
                        "id": "1", "object": "chat.completion", "created": 0, "model": "scripted",
                        "choices": [
                            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": answer}}
                        ],
                        "usage": {"prompt_tokens": 90, "completion_tokens": 10, "total_tokens": 100},
                    }
                ).encode()  # fmt: skip
                self.send_response(answer if isinstance(answer, int) else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> ModelServer:
        """Where it listens."""
        return ModelServer(f"http://127.0.0.1:{self._server.server_port}/v1", None)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def serve() -> Iterator[Any]:
    servers: list[Server] = []

    def start(*answers: str | int) -> Server:
        servers.append(Server(*answers))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def request(*attempts: Attempt, objection: str = "") -> WriteRequest:
    check = Gained(item="stick", count=4)
    known = KnownSkill("craftPlanks", "v1:0", {"count": "1"}, "Craft planks.", ("oak_planks",), "candidate", 0.67)
    return WriteRequest(
        Task("Gain 4 stick.", check, item="stick", count=4), describe(check), {"inventory": {"oak_log": 2}}, attempts,
        (known,), ({"text": "sticks are made of planks"},), {"craftItem": "craftItem(bot, name, count = 1)"}, objection,
    )  # fmt: skip


JSON_ANSWER = json.dumps({"name": "craftStick", "source": SOURCE, "args": {"count": 4}, "note": "planks to sticks"})


@pytest.mark.parametrize(
    "answer",
    [JSON_ANSWER, f"Sure!\n```json\n{JSON_ANSWER}\n```\nGood luck.", f"<think>planks first</think>{JSON_ANSWER}"],
    ids=["alone", "fenced", "after thinking"],
)
def test_a_draft_is_read_from_json_wherever_it_stands(serve: Any, answer: str) -> None:
    server = serve(answer)
    draft = OpenAIWriter("scripted", server.address).write(request())
    assert (draft.name, draft.source, draft.args, draft.note) == (
        "craftStick", SOURCE, {"count": 4}, "planks to sticks",
    )  # fmt: skip
    assert draft.usage.tokens == 100


def test_bare_fenced_code_is_a_draft_with_the_tasks_count(serve: Any) -> None:
    draft = OpenAIWriter("scripted", serve(f"Here:\n```js\n{SOURCE}```").address).write(request())
    assert (draft.name, draft.args) == ("craftStick", {"count": 4})


def test_a_draft_without_source_calls_the_skill_as_it_is(serve: Any) -> None:
    answer = json.dumps({"name": "craftPlanks", "args": {"count": 8}})
    assert OpenAIWriter("scripted", serve(answer).address).write(request()).source is None


@pytest.mark.parametrize("answer", ["", "I cannot do that.", "{broken", "[]", "```js\nlet x = 1\n```"])
def test_an_unusable_answer_is_an_error_with_the_objection(serve: Any, answer: str) -> None:
    with pytest.raises(BrainError, match="neither a JSON object"):
        OpenAIWriter("scripted", serve(answer).address).write(request())


def test_a_server_that_refuses_is_an_error_of_the_brain(serve: Any) -> None:
    with pytest.raises(BrainError, match="did not answer"):
        OpenAIWriter("scripted", serve(400).address).write(request())


def test_without_key_and_server_it_says_what_to_set() -> None:
    with pytest.raises(BrainError, match="OPENAI_API_KEY"):
        OpenAIWriter("any", ModelServer(None, None)).write(request())


def test_the_prompt_marks_the_failing_line_and_carries_the_objection(serve: Any) -> None:
    error = {"code": "missing_items", "message": "2 planks are missing", "remedy": "craft planks", "where": {"line": 2}}
    server = serve(JSON_ANSWER)
    attempt = Attempt(1, "craftStick", SOURCE, {"count": 4}, "threw", error, "stick 0 of 4")
    OpenAIWriter("scripted", server.address).write(request(attempt, objection="the name says a quantity"))
    system, user = (message["content"] for message in server.seen[0]["messages"])
    assert "return { gained: count }   // <-- failed here" in user
    assert "missing_items: 2 planks are missing craft planks" in user
    assert "refused before it ran: the name says a quantity" in user
    assert "craftPlanks(bot, { count = 1 })" in system
    assert "craftItem(bot, name, count = 1)" in system


def test_the_first_half_of_the_prompt_is_the_same_for_every_task() -> None:
    """So that a server's prompt cache hits."""
    other = WriteRequest(**{**vars(request()), "observation": {"inventory": {}}, "objection": "no"})
    assert render(request())[0] == render(other)[0]
