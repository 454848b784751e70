"""Trials in a process of their own, beside the world of a journey: `TrialProcess` here, its other end in `main`.

JSON lines, one request and one answer at a time. The child has its own body and its own worlds, so nothing that happens
in a trial can touch the journey's; when it dies, the next trial starts another.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import IO, Any

from envs.base import Beginning, Limits, Module, Observation, Program, Run, RunError, Where
from envs.errors import EnvError, EnvLost, EnvUnavailable
from envs.minecraft_trials import MinecraftTrials

STOP_SECONDS = 10.0


class TrialProcess:
    """The journey's end: `envs.base.Trials` over a child process, which is started when it is first needed."""

    def __init__(self, *, rules: Mapping[str, str], sight: str = "sight 32", view: int = 5) -> None:
        self._settings = {"rules": dict(rules), "sight": sight, "view": view}
        self._process: subprocess.Popen[str] | None = None
        self._closed = False

    def enter(self, beginning: Beginning, ahead: Beginning | None = None) -> Observation:
        """Begin a trial; see `envs.base.Trials.enter`."""
        told = self._ask({"op": "enter", "beginning": _packed(beginning), "ahead": ahead and _packed(ahead)})
        return dict(told)

    def run(self, program: Program, limits: Limits) -> Run:
        """Execute a program in the world that was entered."""
        return _run(self._ask({"op": "run", "program": program.to_json(), "limits": asdict(limits)}))

    def capture(self) -> bytes:
        """The situation in the world that was entered."""
        return base64.b64decode(self._ask({"op": "capture"}))

    def close(self) -> None:
        """End the child with its worlds and its body, also in the middle of a trial that another thread waits for."""
        self._closed = True
        self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):  # after its end: whoever reads from it has been told by then
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _ask(self, request: Mapping[str, Any]) -> Any:
        if self._closed:
            raise EnvLost("the trial worlds were left")
        process = self._process or self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = ""
        if not line.endswith("\n"):  # it ended before its answer did
            self._end()
            raise EnvLost("the process of the trial worlds ended")
        answer = json.loads(line)
        if "error" in answer:
            raise {"EnvUnavailable": EnvUnavailable, "EnvLost": EnvLost}.get(answer["kind"], EnvError)(answer["error"])
        return answer["value"]

    def _started(self) -> subprocess.Popen[str]:
        # A session of its own: a terminal's Ctrl-C is for the journey, which ends its trials in order.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "envs.trial_process", json.dumps(self._settings)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )  # fmt: skip
        return self._process


def serve(trials: MinecraftTrials, requests: Iterable[str], answers: IO[str]) -> None:
    """The child's end: answer requests until there are no more."""
    operations: dict[str, Callable[[Mapping[str, Any]], Any]] = {
        "enter": lambda asked: trials.enter(
            _unpacked(asked["beginning"]), _unpacked(asked["ahead"]) if asked["ahead"] else None
        ),
        "run": lambda asked: asdict(trials.run(_program(asked["program"]), Limits(**asked["limits"]))),
        "capture": lambda _: base64.b64encode(trials.capture()).decode(),
    }
    for line in requests:
        asked = json.loads(line)
        try:
            answer = {"value": operations[asked["op"]](asked)}
        except EnvError as error:
            answer = {"error": str(error), "kind": type(error).__name__}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def lines(stream: IO[str]) -> Iterator[str]:
    """Requests as they come. When there will be no more, the trial under way is ended: nobody waits for its answer."""
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        for line in stream:
            waiting.put(line)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=read, name="requests", daemon=True).start()
    while True:
        yield waiting.get()


def main() -> None:
    """Serve over what were standard input and output; whatever prints goes to standard error."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # leaves through the end of this function
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    trials = MinecraftTrials(**json.loads(sys.argv[1]))
    try:
        serve(trials, lines(sys.stdin), answers)
    finally:
        trials.close()


def _packed(beginning: Beginning) -> dict[str, Any]:
    data = {"seed": beginning.seed, "dice": beginning.dice, "kit": dict(beginning.kit),
            "condition": dict(beginning.condition), "situation": None}  # fmt: skip
    if beginning.situation is not None:
        data["situation"] = base64.b64encode(beginning.situation).decode()
    return data


def _unpacked(data: Mapping[str, Any]) -> Beginning:
    packed = data["situation"]
    situation = base64.b64decode(packed) if packed else None
    return Beginning(data["seed"], data["dice"], data["kit"], data["condition"], situation)


def _program(data: Mapping[str, Any]) -> Program:
    return Program(tuple(Module(**module) for module in data["modules"]), data["main"], data["args"])


def _run(data: Mapping[str, Any]) -> Run:
    error = data["error"]
    if error is not None:
        error = RunError(**{**error, "where": Where(**error["where"]) if error["where"] else None})
    listed = {name: tuple(data[name]) for name in ("events", "calls", "log", "spans")}
    return Run(**{**data, **listed, "error": error})


if __name__ == "__main__":
    main()
