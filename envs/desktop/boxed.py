"""Runs our own small programs over hostile input (parsing a source, reading documents) in a box: bytes in, JSON out.

The input is data that a model or a program of the desktop made, and parsers have bugs; what one of them can be made to
do stays in the box and costs one answer.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

from envs import sandbox
from envs.desktop import stage

MOST_ANSWER = 8 << 20


class NoAnswer(Exception):
    """The program in the box crashed, took too long or needed too much; the message says which."""


def answer(arguments: tuple[str, ...], given: bytes, *, seconds: float, memory_mb: int) -> Any:
    """What `python3 arguments…` prints as JSON for these bytes on its input. Raises NoAnswer, EnvUnavailable."""
    python = stage.interpreter()
    spec = sandbox.Spec(
        name="reader",
        command=(python.command, *arguments),
        caps=sandbox.Caps(memory_mb=memory_mb, processes=16, file_mb=64, open_files=64, cpu_seconds=int(seconds) + 1),
        shown={**{str(path): path for path in python.shown}, stage.CODE: stage.staged()},
        memory_folders={"/tmp": 8 << 20},
        environment={
            "PYTHONPATH": stage.CODE,
            "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C.UTF-8",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        },
        user_offset=2,
    )
    source, target = os.memfd_create("given"), os.memfd_create("answer")
    try:
        with os.fdopen(os.dup(source), "wb") as file:
            file.write(given)
        os.lseek(source, 0, os.SEEK_SET)
        box = sandbox.start(spec, stdin=source, stdout=target)
        try:
            status = box.wait(seconds)
            said = box.said()
        except subprocess.TimeoutExpired:
            raise NoAnswer(f"no answer within {seconds:g} s") from None
        finally:
            box.close()
        if status != 0:
            raise NoAnswer(f"ended with status {status}: {said.splitlines()[-1] if said else 'nothing was said'}")
        os.lseek(target, 0, os.SEEK_SET)
        with os.fdopen(os.dup(target), "rb") as file:
            data = file.read(MOST_ANSWER + 1)
        if len(data) > MOST_ANSWER:
            raise NoAnswer(f"the answer has more than {MOST_ANSWER} bytes")
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise NoAnswer(f"the answer is no JSON: {error}") from error
    finally:
        os.close(source)
        os.close(target)
