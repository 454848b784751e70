"""Calls of models against a scripted server on loopback: patience, adaptation, limits, money, recordings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from agent.config import Budget, ModelServer
from agent.errors import BudgetSpent, ServerRefused, StopAsked, UsageError
from agent.models.call import Ask, Request
from agent.models.calls import MODELS, Calls
from agent.models.desk import Chair, Desk
from agent.models.examination import examine
from agent.models.manual import Folder
from agent.models.purse import Purse
from agent.models.replay import Replay, recording
from agent.models.server import OpenAIServer
from agent.models.settings import Price, Prices, Settings
from benchmarks._scripted import Act, Script, Scripted, counted
from memory.db import open_db

FREE = Budget()
GOOD = Act('{"sum": 5}')


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_db(tmp_path / "j.db", MODELS)
    yield opened
    opened.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Script], Scripted]]:
    servers: list[Scripted] = []

    def start(script: Script) -> Scripted:
        servers.append(Scripted(script).__enter__())
        return servers[-1]

    yield start
    for server in servers:
        server.__exit__()


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, []  # type: tuple[float, list[float]]

    def __call__(self) -> float:
        """The time now."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.now += seconds


def settings(**changes: Any) -> Settings:
    values = vars(Settings.load()) | {"call_seconds": 5.0, "attempts": 3, "breaker_failures": 99} | changes
    return Settings(**values)


def desk(
    db: Database, *urls: str, budget: Budget = FREE, clock: Clock | None = None, prices: Prices | None = None,
    said: list[str] | None = None, stop: Callable[[], None] = lambda: None,
    routed: Callable[..., None] = lambda *moved: None, paid: Callable[[], None] = lambda: None, **changes: Any,
) -> Desk:  # fmt: skip
    chosen, time, calls = settings(**changes), clock or Clock(), Calls(db)
    chairs = [
        Chair(f"openai:m{number}", f"m{number}", OpenAIServer(ModelServer(url, None), chosen.most_answer_characters))
        for number, url in enumerate(urls)
    ]
    purse = Purse(budget, prices or Prices({}), chosen, lambda: calls.spent("j"), time)
    notices = said if said is not None else []
    return Desk("j", {"write": chairs}, calls, purse, chosen, notice=notices.append, routed=routed, paid=paid,
                stop=stop, clock=time, sleep=time.sleep)  # fmt: skip


def ask(text: str = "What is 2 + 3?", place: str = "1", **more: Any) -> Ask:
    return Ask(
        "write", "test:1", ({"role": "system", "content": "Add."}, {"role": "user", "content": text}), place, **more
    )


def rows(db: Database) -> list[dict[str, Any]]:
    return Calls(db).of("j")


def test_every_call_is_recorded_with_messages_answer_and_cost(db: Database, serve: Any) -> None:
    server = serve(lambda request, number: GOOD)
    reply = desk(db, server.url, prices=Prices({"m0": Price(1.0, 2.0)})).ask(ask())
    [row] = rows(db)
    assert reply.text == row["answer"] == GOOD.text
    usage = counted(server.seen[0], GOOD.text)
    assert (row["tokens_in"], row["tokens_out"]) == (usage["prompt_tokens"], usage["completion_tokens"])
    assert row["dollars"] == pytest.approx((row["tokens_in"] + 2 * row["tokens_out"]) / 1e6)
    assert row["messages"][1]["content"] == "What is 2 + 3?"
    assert (row["role"], row["prompt"], row["model"], row["led_to"]) == ("write", "test:1", "openai:m0", None)


def test_an_answer_that_is_kept_is_not_asked_or_paid_again(db: Database, serve: Any) -> None:
    server = serve(lambda request, number: GOOD)
    first = desk(db, server.url).ask(ask())
    again = desk(db, server.url).ask(ask())
    assert (again.text, again.number, again.again) == (first.text, first.number, True)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "trouble",
    [Act(status=500), Act(status=429), Act(status=503, error={"error": "busy"}), Act("x" * 900, stop_after=300),
     Act(raw=b"<html>gateway</html>")],
    ids=["500", "429", "503", "half a stream", "not JSON"],
)  # fmt: skip
def test_what_passes_is_tried_again_after_a_pause(db: Database, serve: Any, trouble: Act) -> None:
    server, clock = serve(lambda request, number: trouble if number == 1 else GOOD), Clock()
    assert desk(db, server.url, clock=clock).ask(ask()).text == GOOD.text
    assert sum(clock.slept) == pytest.approx(settings().first_pause)
    assert [row["answer"] for row in rows(db)] == [None, GOOD.text]


def test_the_server_says_how_long_to_wait(db: Database, serve: Any) -> None:
    wait = Act(status=429, headers={"Retry-After": "7"})
    server, clock = serve(lambda request, number: wait if number == 1 else GOOD), Clock()
    desk(db, server.url, clock=clock).ask(ask())
    assert sum(clock.slept) == pytest.approx(7.0)


def test_a_call_ends_at_its_deadline(db: Database, serve: Any) -> None:
    server = serve(lambda request, number: Act("late", delay=2.0 if number == 1 else 0.0))
    assert desk(db, server.url, call_seconds=0.3).ask(ask()).text == "late"
    assert rows(db)[0]["finish"] == "timeout"


def test_an_outage_is_slept_through_and_told_once(db: Database, serve: Any) -> None:
    clock, said = Clock(), []  # type: tuple[Clock, list[str]]
    server = serve(lambda request, number: GOOD if clock.now > 200 else Act(status=503))
    assert desk(db, server.url, clock=clock, said=said, breaker_failures=4).ask(ask()).text == GOOD.text
    assert len(said) == 2
    assert "sleeps" in said[0]
    assert "answers again" in said[1]
    assert len(server.seen) < 20, "a dead server is left alone"


def test_a_sleeping_journey_stops_when_asked(db: Database, serve: Any) -> None:
    server, clock = serve(lambda request, number: Act(status=503)), Clock()

    def stop() -> None:
        if clock.now > 60:
            raise StopAsked("asked to stop")

    with pytest.raises(StopAsked):
        desk(db, server.url, clock=clock, stop=stop).ask(ask())


def test_a_sleeping_journey_ends_with_its_hours(db: Database, serve: Any) -> None:
    server, clock = serve(lambda request, number: Act(status=503)), Clock()
    with pytest.raises(BudgetSpent, match="hours"):
        desk(db, server.url, clock=clock, budget=Budget(hours=0.1)).ask(ask())
    assert clock.now <= 361


def test_a_model_that_does_not_answer_gives_way_to_the_next(db: Database, serve: Any) -> None:
    dead, alive = serve(lambda request, number: Act(status=500)), serve(lambda request, number: GOOD)
    assert desk(db, dead.url, alive.url).ask(ask()).model == "openai:m1"


def test_a_refusal_that_waiting_does_not_mend_is_for_the_person(db: Database, serve: Any) -> None:
    server = serve(lambda request, number: Act(status=401, error={"error": {"message": "bad key"}}))
    with pytest.raises(ServerRefused, match="bad key"):
        desk(db, server.url).ask(ask())


def test_the_better_model_for_its_tokens_is_asked_first(db: Database, serve: Any) -> None:
    first, second = serve(lambda request, number: GOOD), serve(lambda request, number: GOOD)
    moved: list[tuple[str, ...]] = []
    paid: list[int] = []
    asked = desk(
        db, first.url, second.url, routed=lambda *words: moved.append(words),
        paid=lambda: paid.append(Calls(db).spent("j")[0]),
    )  # fmt: skip
    for number in range(6):
        for chair, success in (("openai:m0", False), ("openai:m1", True)):
            reply = Calls(db)
            kept = reply.keep("other", ask(place=f"{chair}{number}"), chair, _spent(), 0.0, answer="a", finish="stop",
                              seconds=0.1, attempt=1, at=0.0)  # fmt: skip
            reply.led_to("other", kept, "tried", success)
    for _ in range(2):
        assert asked.ask(ask()).model == "openai:m1"
    [(role, now, before, why)] = moved
    assert (role, now, before) == ("write", "openai:m1", "openai:m0"), "it is told once, with the way back"
    assert why.startswith("openai:m1 6 of 6 for 660 tokens, openai:m0 0 of 6")
    assert paid == [Calls(db).spent("j")[0]], "the live counter knows of a call as soon as it is paid"


def _spent() -> Any:
    from agent.models.usage import Spent

    return Spent(100, 10)


@pytest.mark.parametrize(
    ("refuses", "leaves_out"),
    [("stream_options", "stream_options"), ("max_tokens", "max_tokens"), ("response_format", "response_format")],
)
def test_what_a_server_does_not_understand_is_left_out(db: Database, serve: Any, refuses: str, leaves_out: str) -> None:
    def script(request: dict[str, Any], number: int) -> Act:
        if refuses in request:
            return Act(status=400, error={"error": {"message": f"Unrecognized request argument: {refuses}"}})
        return GOOD

    server = serve(script)
    asked = desk(db, server.url)
    assert asked.ask(ask(schema={"type": "object"})).text == GOOD.text
    before = len(server.seen)
    asked.ask(ask(place="2", schema={"type": "object"}))
    assert len(server.seen) == before + 1, "it is remembered"
    assert leaves_out not in server.seen[-1]


def test_a_tool_call_is_read_as_text(db: Database, serve: Any) -> None:
    server = serve(lambda request, number: Act(tool={"sum": 5}))
    assert json.loads(desk(db, server.url).ask(ask()).text) == {"sum": 5}


def test_halves_of_characters_are_joined_or_marked(db: Database, serve: Any) -> None:
    server = serve(lambda request, number: Act("a \ud83d\ude00 and half a \ud83d"))
    assert desk(db, server.url).ask(ask()).text == "a 😀 and half a \ufffd"


def test_an_endless_answer_is_read_no_further_than_the_limit(db: Database, serve: Any) -> None:
    server = serve(lambda request, number: Act("x" * 200_000))
    reply = desk(db, server.url, most_answer_characters=10_000).ask(ask())
    assert (len(reply.text), reply.finish) == (10_000, "cut")


@pytest.mark.parametrize(
    ("usage", "counted_by"),
    [({}, "estimate"), ({"prompt_tokens": -5, "completion_tokens": 3, "total_tokens": -2}, "estimate"),
     ({"prompt_tokens": 10**9, "completion_tokens": 3, "total_tokens": 10**9}, "capped")],
)  # fmt: skip
def test_a_wrong_count_is_not_believed(db: Database, serve: Any, usage: dict[str, int], counted_by: str) -> None:
    desk(db, serve(lambda request, number: Act("hello", usage=usage)).url).ask(ask())
    [row] = rows(db)
    assert row["counted"] == counted_by
    assert 0 < row["tokens_in"] + row["tokens_out"] < 2000


def test_a_call_that_might_overrun_is_not_made(db: Database, serve: Any) -> None:
    server = serve(lambda request, number: GOOD)
    with pytest.raises(BudgetSpent, match="tokens"):
        desk(db, server.url, budget=Budget(tokens=300)).ask(ask())
    prices = Prices({"m0": Price(10.0, 100.0)})
    with pytest.raises(BudgetSpent, match="left"):
        desk(db, server.url, budget=Budget(dollars=0.001), prices=prices).ask(ask())
    assert not server.seen


def test_an_answer_gets_no_more_room_than_is_left(db: Database, serve: Any) -> None:
    server = serve(lambda request, number: Act("y" * 100_000))
    question = ask()
    desk(db, server.url, budget=Budget(tokens=question.bytes + 700)).ask(question)
    assert server.seen[0]["max_tokens"] == 700
    assert Calls(db).spent("j")[0] <= question.bytes + 700


def test_a_secret_in_a_prompt_is_not_kept(db: Database, serve: Any) -> None:
    desk(db, serve(lambda request, number: GOOD).url).ask(ask("the key is sk-abcdefghijklmnopqrstuvwx"))
    assert "sk-abc" not in json.dumps(rows(db))


def test_a_recording_plays_the_same_answers_at_the_same_cost(db: Database, serve: Any, tmp_path: Path) -> None:
    asked = desk(db, serve(lambda request, number: Act(f"answer {number}")).url)
    for number in range(3):
        asked.ask(ask(f"question {number}", str(number)))
    file = tmp_path / "r.jsonl"
    file.write_text(recording(rows(db), {}))
    replay = Replay(file)
    calls, chosen = Calls(db), settings()
    purse = Purse(Budget(), Prices({}), chosen, lambda: (0, 0.0), lambda: 0.0)
    played = Desk("again", {"write": [Chair("r", "r", replay)]}, calls, purse, chosen, notice=lambda text: None)
    assert [played.ask(ask(f"question {n}", str(n))).text for n in (2, 0, 1)] == ["answer 3", "answer 1", "answer 2"]
    assert (replay.drifted, calls.spent("again")[0]) == (0, calls.spent("j")[0])
    with pytest.raises(ServerRefused, match="no further answer"):
        played.ask(ask("another", "9"))


def test_a_file_that_is_no_recording_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"no": "recording"}\n')
    with pytest.raises(UsageError, match="not a recording"):
        Replay(tmp_path / "x.jsonl")


def test_a_person_answers_in_a_folder(db: Database, tmp_path: Path) -> None:
    waited: list[int] = []

    def answer() -> None:
        waited.append(1)
        question = (tmp_path / "000001.md").read_text()
        assert "What is 2 + 3?" in question
        (tmp_path / "000001.answer.md").write_text("five")

    chosen = settings()
    purse = Purse(Budget(), Prices({}), chosen, lambda: (0, 0.0), lambda: 0.0)
    chairs = [Chair("manual", "manual", Folder(tmp_path, answer))]
    assert Desk("j", {"write": chairs}, Calls(db), purse, chosen, notice=print).ask(ask()).text == "five"
    assert waited


def test_a_question_that_stands_in_the_folder_is_not_laid_down_again(tmp_path: Path) -> None:
    """Nor is the one before the last: the loop's and one beside it may both stand there when a session ends."""

    def ended() -> None:
        raise StopAsked("the session ends")

    for place in ("one", "two", "one", "two"):
        with pytest.raises(StopAsked):
            Folder(tmp_path, ended).complete(Request(ask(f"{place}?", place), "m", 100, 5.0))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["000001.md", "000002.md"]


def test_questions_asked_at_once_in_one_folder_each_get_their_own_answer(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as both:
        questions = [Request(ask(f"{place}?", place), "m", 100, 5.0) for place in ("one", "two")]
        asked = [both.submit(Folder(tmp_path).complete, question) for question in questions]
        while len(laid := sorted(tmp_path.glob("??????.md"))) < 2:
            wait(asked, 0.01)
        for file in laid:
            file.with_suffix(".answer.md").write_text("to one" if "one?" in file.read_text() else "to two")
        assert [each.result().text for each in asked] == ["to one", "to two"]


def test_the_doctor_says_what_a_server_can_do(serve: Any) -> None:
    def script(request: dict[str, Any], number: int) -> Act:
        if request["model"] != "scripted":
            return Act(status=404, error={"error": {"message": "the model does not exist"}})
        if request.get("response_format", {}).get("type") == "json_schema":
            return Act(status=400, error={"error": {"message": "response_format json_schema is not supported"}})
        return GOOD

    server = serve(script)
    found = {each.name: each for each in examine("scripted", ModelServer(server.url, None))}
    assert {name for name, each in found.items() if not each.ok} == {"json schema", "price"}
    assert "does not exist" in found["error bodies"].detail
