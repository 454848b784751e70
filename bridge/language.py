"""Python's end of language.js: facts about JavaScript sources, and their adaptation, without any world.

One Node.js process, started when it is first asked and ended by `close`. Sources are parsed there and never run.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from bridge.errors import SourceUnreadable
from bridge.node import BRIDGE, find_node, packages_dir

HEAP_MB = 256
ANSWER_SECONDS = 30.0


class JavaScript:
    """What can be said about a JavaScript source by looking at it. Use as a context manager, or close it.

    Raises SourceUnreadable where nothing can be said of a source, or it cannot be changed as asked.
    """

    name = "javascript"

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> JavaScript:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def facts(self, source: str) -> dict[str, Any]:
        """Functions, parameters, calls and refusals; the form that `skills.admit` reads."""
        return dict(self._ask("facts", source=source, primitives=list(primitives())))

    def primitives(self) -> Mapping[str, str]:
        """The primitives that programs in it may call, with their documentation."""
        return primitives()

    def functions(self, source: str) -> dict[str, Any]:
        """The name of the main function, and {name: {source, top, async, params}} of all."""
        return dict(self._ask("functions", source=source))

    def adapt(self, source: str, **how: Any) -> dict[str, Any]:
        """The source in our form: {source, name, changes}. See adapt.js for what may be said."""
        return dict(self._ask("adapt", source=source, **how))

    def shape(self, source: str) -> dict[str, Any]:
        """What a source is apart from names and layout: {same, like, constants, steps, words, size, passes_on}."""
        return dict(self._ask("shape", source=source))

    def generalise(self, source: str, name: str, groups: list[dict[str, Any]]) -> str:
        """The source under another name with parameters in the place of constants."""
        return str(self._ask("generalise", source=source, name=name, groups=groups)["source"])

    def wrapper(self, source: str, name: str, values: Mapping[str, Any]) -> str:
        """The source with a call of another skill in place of its body, with its own parameters and these values."""
        return str(self._ask("wrapper", source=source, name=name, values=dict(values))["source"])

    def rename(self, source: str, old: str, new: str) -> str:
        """The source with one name in the place of another."""
        return str(self._ask("rename", source=source, **{"from": old, "to": new})["source"])

    def extract(
        self, sources: Sequence[str], starts: Sequence[int], length: int, name: str, purpose: str
    ) -> tuple[str, list[str]]:
        """Statements that sources share as a function of its own, and the sources with calls of it. Raises BridgeError.

        The statements are `length` in a row, in each source from the number on that `starts` gives.
        """
        found = self._ask(
            "extract", sources=list(sources), starts=list(starts), length=length, name=name, purpose=purpose
        )
        return str(found["source"]), [str(each) for each in found["callers"]]

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask(self, op: str, **request: Any) -> Any:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        watchdog = threading.Timer(ANSWER_SECONDS, process.kill)
        watchdog.start()
        try:
            process.stdin.write(json.dumps({"op": op, **request}) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            watchdog.cancel()
        if not line.endswith("\n"):  # it ended before its answer did
            self.close()
            raise SourceUnreadable(f"Node.js ended or took over {ANSWER_SECONDS:g} s while it looked at a source")
        answer = json.loads(line)
        if not answer["ok"]:
            raise SourceUnreadable(answer["message"])
        return answer["value"]

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [find_node(), f"--max-old-space-size={HEAP_MB}", BRIDGE / "language.js"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                env={"PATH": os.environ.get("PATH", ""), "NODE_PATH": str(packages_dir())},
            )
        return self._process


def primitives() -> Mapping[str, str]:
    """The primitives that programs may call, with the documentation at the head of each file."""
    found = {}
    for file in sorted((BRIDGE / "body" / "primitives").glob("*.js")):
        comment = re.search(r"/\*\*?(.*?)\*/", file.read_text(encoding="utf-8"), re.S)
        lines = (comment[1] if comment else "").split("\n")
        found[file.stem] = "\n".join(re.sub(r"^\s*\* ?", "", each) for each in lines).strip()
    return found


def body_files() -> dict[str, bytes]:
    """The body as files by path: what a program needs to run on any server, and whatever it requires beside itself."""
    told: dict[str, bytes] = {}
    waiting = sorted((BRIDGE / "body").rglob("*.js"))
    while waiting:
        file = waiting.pop()
        path = file.relative_to(BRIDGE).as_posix()
        if path in told:
            continue
        told[path] = file.read_bytes()
        if file.suffix == ".js":
            for name in re.findall(r"require\('(\.{1,2}/[^']+)'\)", told[path].decode()):
                required = (file.parent / name).resolve()
                waiting.append(
                    required if required.suffix in (".js", ".json") else required.with_name(required.name + ".js")
                )
    return dict(sorted(told.items()))


def body_packages() -> dict[str, str]:
    """The npm packages that the body requires, at the versions it is tested with."""
    code = b"\n".join(content for path, content in body_files().items() if path.endswith(".js")).decode()
    listed: dict[str, str] = json.loads((BRIDGE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    return {name: version for name, version in listed.items() if f"require('{name}')" in code}


def body_license() -> bytes:
    """The licence of the body, for whoever gets a copy of it."""
    beside = Path(__file__).parents[1] / "LICENSE"
    return beside.read_bytes() if beside.is_file() else b"MIT License. Copyright (c) 2026 The Journeyman authors\n"
