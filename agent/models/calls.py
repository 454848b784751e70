"""The table of model calls: every try with its messages, answer, cost, and what it led to. Its one writer.

Written before anything is done with an answer: a journey that is killed after an answer finds it here and does not ask
or pay again. Rows are never changed but for `led_to` and `success`, which come later.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlite_utils import Database, Migrations

from agent.models.call import Ask, Reply
from agent.models.usage import Spent
from memory.db import atomic
from memory.guard import redact, redact_all

MODELS = Migrations("models")
"""The migration set of the gateway."""


@MODELS()
def m001_calls(db: Database) -> None:
    """One row for every try."""
    db.executescript(
        """
        CREATE TABLE model_calls (
            journey TEXT NOT NULL, number INTEGER NOT NULL, place TEXT NOT NULL, role TEXT NOT NULL,
            model TEXT NOT NULL, prompt TEXT NOT NULL, digest TEXT NOT NULL, messages TEXT NOT NULL, answer TEXT,
            finish TEXT NOT NULL, problem TEXT NOT NULL, tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL,
            cached INTEGER NOT NULL, counted TEXT NOT NULL, dollars REAL NOT NULL, seconds REAL NOT NULL,
            attempt INTEGER NOT NULL, at REAL NOT NULL, led_to TEXT, success INTEGER,
            PRIMARY KEY (journey, number)) WITHOUT ROWID;
        CREATE INDEX model_calls_place ON model_calls (journey, place, role, digest);
        CREATE INDEX model_calls_model ON model_calls (role, model);
        """
    )


@MODELS()
def m002_cut(db: Database) -> None:
    """What did not fit into the prompt of each call."""
    db.execute("ALTER TABLE model_calls ADD COLUMN cut TEXT NOT NULL DEFAULT '[]'")


@dataclass(frozen=True)
class Standing:
    """How a model did in a role: calls with a known outcome, successes among them, tokens of all its calls."""

    judged: int = 0
    succeeded: int = 0
    tokens: int = 0
    calls: int = 0


class Calls:
    """Calls of all journeys in one database (open it with the set MODELS)."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(
        self,
        journey: str,
        ask: Ask,
        model: str,
        spent: Spent,
        dollars: float,
        *,
        answer: str | None,
        finish: str,
        problem: str = "",
        seconds: float,
        attempt: int,
        at: float,
    ) -> int:
        """Write a try down and give its number. Secrets in prompts and answers are struck out."""
        messages = json.dumps([{**each, "content": redact(each["content"])} for each in ask.messages])
        cut = json.dumps(redact_all([asdict(each) for each in ask.cut]))
        with atomic(self._db):
            number = 1 + int(
                self._db.execute(
                    "SELECT coalesce(max(number), 0) FROM model_calls WHERE journey = ?", [journey]
                ).fetchone()[0]
            )
            self._db.execute(
                "INSERT INTO model_calls (journey, number, place, role, model, prompt, digest, messages, answer, "
                "finish, problem, tokens_in, tokens_out, cached, counted, dollars, seconds, attempt, at, cut) "
                f"VALUES ({', '.join('?' * 20)})",
                [
                    journey, number, ask.place, ask.role, model, ask.prompt, ask.digest, messages,
                    None if answer is None else redact(answer), finish, problem, spent.tokens_in, spent.tokens_out,
                    spent.cached, spent.source, dollars, seconds, attempt, at, cut,
                ],
            )  # fmt: skip
        return number

    def kept(self, journey: str, ask: Ask) -> Reply | None:
        """The answer to the same ask at the same place, from before an interruption."""
        row = self._db.execute(
            "SELECT number, answer, finish, model, tokens_in + tokens_out, dollars FROM model_calls "
            "WHERE journey = ? AND place = ? AND role = ? AND digest = ? AND answer IS NOT NULL ORDER BY number",
            [journey, ask.place, ask.role, ask.digest],
        ).fetchone()
        return replace(Reply(*row), again=True) if row else None

    def asked(self, journey: str, number: int | None) -> tuple[str, str]:
        """The model of a call and its prompt with its version; two empty words where no model was asked."""
        row = self._db.execute(
            "SELECT model, prompt FROM model_calls WHERE journey = ? AND number = ?", [journey, number]
        ).fetchone()
        return (str(row[0]), str(row[1])) if row else ("", "")

    def led_to(self, journey: str, number: int | None, what: str, success: bool | None = None) -> None:
        """Note what became of an answer; the first note stands."""
        if number is None:
            return
        with atomic(self._db):
            self._db.execute(
                "UPDATE model_calls SET led_to = ?, success = ? WHERE journey = ? AND number = ? AND led_to IS NULL",
                [what, None if success is None else int(success), journey, number],
            )

    def spent(self, journey: str) -> tuple[int, float]:
        """Tokens and dollars of a journey so far."""
        row = self._db.execute(
            "SELECT coalesce(sum(tokens_in + tokens_out), 0), coalesce(sum(dollars), 0) FROM model_calls "
            "WHERE journey = ?",
            [journey],
        ).fetchone()
        return int(row[0]), float(row[1])

    def standings(self, role: str) -> dict[str, Standing]:
        """How each model did in a role, over all journeys."""
        rows = self._db.execute(
            "SELECT model, count(success), coalesce(sum(success), 0), sum(tokens_in + tokens_out), count(answer) "
            "FROM model_calls WHERE role = ? GROUP BY model",
            [role],
        )
        return {model: Standing(*rest) for model, *rest in rows}

    def of(self, journey: str, *, answered: bool = False) -> list[dict[str, Any]]:
        """The calls of a journey in order, as plain JSON."""
        where = " AND answer IS NOT NULL" if answered else ""
        cursor = self._db.execute(f"SELECT * FROM model_calls WHERE journey = ?{where} ORDER BY number", [journey])
        columns = [column[0] for column in cursor.description]
        return [_plain(dict(zip(columns, row, strict=True))) for row in cursor]

    def by_role(self, journey: str) -> dict[str, dict[str, Any]]:
        """Sums for each role: calls, troubles, tokens, dollars, share of the prompt that came from a cache."""
        rows = self._db.execute(
            "SELECT role, count(answer), sum(answer IS NULL), sum(tokens_in), sum(tokens_out), sum(cached), "
            "sum(dollars), sum(seconds) FROM model_calls WHERE journey = ? GROUP BY role ORDER BY role",
            [journey],
        )
        names = ("calls", "troubles", "tokens_in", "tokens_out", "cached", "dollars", "seconds")
        return {role: dict(zip(names, values, strict=True)) for role, *values in rows}

    def refused_since(self, journey: str, iteration: int) -> list[int]:
        """Numbers of the writer's answers after an iteration that were refused before anything ran."""
        rows = self._db.execute(
            "SELECT number, place FROM model_calls WHERE journey = ? AND role = 'write' AND led_to LIKE 'refused%' "
            "ORDER BY number",
            [journey],
        )
        return [int(number) for number, place in rows if place.split("/")[1:2] == [str(iteration)]]

    def agreement(self, journey: str | None = None) -> dict[str, int]:
        """How often the judge agreed with machine checks, where both gave a verdict."""
        where, values = ("AND journey = ?", [journey]) if journey else ("", [])
        row = self._db.execute(
            "SELECT count(*), coalesce(sum(success), 0) FROM model_calls "
            f"WHERE role = 'judge' AND led_to LIKE 'audit%' {where}",
            values,
        ).fetchone()
        return {"audited": int(row[0]), "agreed": int(row[1])}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    row["messages"], row["cut"] = json.loads(row["messages"]), json.loads(row["cut"])
    row["success"] = None if row["success"] is None else bool(row["success"])
    return row
