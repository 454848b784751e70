"""Plays recorded exchanges: the same question gets the same answer, with its cost, and nothing is asked of anyone.

A recording is JSON lines, as `journeyman record` writes them: first what the journey was, then one exchange each: role,
messages, answer, counts.
A question that was not recorded word for word (a prompt was edited since) is answered by the next unplayed exchange of
its role, and counted in `drifted`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from agent.errors import UsageError
from agent.models.call import Completion, Request, Trouble, digest_of

KEPT = ("role", "prompt", "place", "model", "messages", "answer", "finish", "tokens_in", "tokens_out", "cached")


HEAD = "recorded"
"""The key of a recording's first line."""


def recording(calls: Iterable[Mapping[str, Any]], head: Mapping[str, Any]) -> str:
    """The answered calls of a journey as the text of a recording; `head` says how to play it again."""
    rows = [{HEAD: head}, *({key: call[key] for key in KEPT} for call in calls if call["answer"] is not None)]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def head_of(path: Path) -> dict[str, Any]:
    """What a recording says of its journey: `config`, `iterations`, `settings`. Raises UsageError without it."""
    with path.open(encoding="utf-8") as file:
        found = json.loads(file.readline() or "{}")
    if not isinstance(found, dict) or HEAD not in found:
        raise UsageError(f"{path} does not say of what journey it is a recording; record it anew")
    return dict(found[HEAD])


class Replay:
    """Transport that plays a recording."""

    def __init__(self, path: Path) -> None:
        self.path, self.drifted = path, 0
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
            rows = [json.loads(line) for line in lines if line.strip()]
            self._rows: list[dict[str, Any] | None] = [row for row in rows if HEAD not in row]
            self._digests = [digest_of(row["messages"]) for row in self._rows if row]
        except OSError as error:
            raise UsageError(f"--brain replay:{path}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"--brain replay:{path}: not a recording of `journeyman record` ({error})") from error

    def complete(self, request: Request) -> Completion:
        """The recorded answer."""
        digest, role = request.ask.digest, request.ask.role
        open_ones = [place for place, row in enumerate(self._rows) if row and row["role"] == role]
        same = [place for place in open_ones if self._digests[place] == digest]
        if not open_ones:
            raise Trouble("refused", f"{self.path} holds no further answer of the role {role}")
        place = (same or open_ones)[0]
        self.drifted += not same
        row = self._rows[place]
        assert row is not None
        self._rows[place] = None
        return Completion(
            row["answer"], row.get("finish", "stop"), row.get("tokens_in"), row.get("tokens_out"), row.get("cached")
        )
