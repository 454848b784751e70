"""A person answers: in a folder of files, or in the terminal. Free of charge, and without a deadline.

In a folder each question is NNNNNN.md, written whole; its answer is NNNNNN.answer.md beside it. In the terminal the
question is shown and the answer ends with a line that holds only a full stop.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TextIO

from agent.models.call import Completion, Request, Trouble

_LAYING = Lock()
"""The loop and what is asked beside it may use one folder: each question gets a number of its own."""
END = "."
LOOK_EVERY = 0.2


def page(request: Request) -> str:
    """The question as a person reads it."""
    ask = request.ask
    head = f"role {ask.role}, prompt {ask.prompt}, place {ask.place}, at most {request.most_tokens} tokens"
    parts = [f"<!-- {head} -->"]
    for message in ask.messages:
        parts += [f"<!-- {message['role']} -->", message["content"]]
    return "\n\n".join(parts) + "\n"


class Folder:
    """Transport through files. `waiting` is called while there is no answer; it may raise to stop."""

    def __init__(self, path: Path, waiting: Callable[[], None] = lambda: None) -> None:
        self._path, self._waiting = path, waiting
        path.mkdir(parents=True, exist_ok=True)

    def complete(self, request: Request) -> Completion:
        """Lay the question down and wait for the file beside it."""
        with _LAYING:
            answer = self._laid_down(page(request))
        while not answer.is_file():
            self._waiting()
            time.sleep(LOOK_EVERY)
        return Completion(answer.read_text(encoding="utf-8"))

    def _laid_down(self, text: str) -> Path:
        """Where the answer to a question is looked for; one that stands there unanswered is not laid down again."""
        numbers = sorted(int(file.stem) for file in self._path.glob("[0-9]*.md") if file.stem.isdigit())
        for number in numbers:
            answer = self._path / f"{number:06d}.answer.md"
            if not answer.is_file() and (self._path / f"{number:06d}.md").read_text(encoding="utf-8") == text:
                return answer
        number = numbers[-1] + 1 if numbers else 1
        part = self._path / f"{number:06d}.part"
        part.write_text(text, encoding="utf-8")
        part.rename(self._path / f"{number:06d}.md")
        return self._path / f"{number:06d}.answer.md"


class Terminal:
    """Transport through a terminal. `needed` is told that a question stands there, and that it is answered."""

    def __init__(self, source: TextIO, target: TextIO, needed: Callable[[bool], None] = lambda needed: None) -> None:
        self._source, self._target, self._needed = source, target, needed

    def complete(self, request: Request) -> Completion:
        """Show the question and read lines up to one that holds only a full stop. Raises Trouble if nobody is there."""
        self._needed(True)
        try:
            return self._answer(request)
        finally:
            self._needed(False)

    def _answer(self, request: Request) -> Completion:
        self._target.write(page(request) + f"\nYour answer (end with a line that holds only {END!r}):\n")
        self._target.flush()
        lines: list[str] = []
        for line in self._source:
            if line.strip() == END:
                return Completion("".join(lines))
            lines.append(line)
        raise Trouble("refused", f"the terminal ended before a line that holds only {END!r}; or use manual:FOLDER")
