"""Memory tells nobody anything: neither this package nor what it stands on opens a connection."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

WATCH = """
import sys
def watch(event, args):
    if event == "socket.connect" and not isinstance(args[1], (str, bytes)):
        print("CONNECTED", args[1], flush=True)
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
        print("LOOKED UP", args[0], flush=True)
sys.addaudithook(watch)
"""


def watched(program: str, folder: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if "TELEMETRY" not in key.upper()}
    # Native code passes Python by; where strace is at hand, what the kernel is asked for is looked at as well.
    strace, asked = shutil.which("strace"), folder / "asked"
    spying = [strace, "-f", "-qq", "-e", "trace=connect", "-e", "signal=none", "-o", str(asked)] if strace else []
    done = subprocess.run(
        [*spying, sys.executable, "-c", WATCH + program, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
        env=environment,
    )
    calls = asked.read_text().splitlines() if asked.exists() else []
    return done.stdout + "".join(f"CONNECTED {call}\n" for call in calls if "AF_INET" in call)


def test_remembering_and_recalling_open_no_connection(tmp_path: Path) -> None:
    program = """
from pathlib import Path
from memory.db import open_db
from memory.export import export
from memory.recall import Question, Recall
from memory.scheduler import scheduler
from memory.semantic import Item, Semantic
db = open_db(Path(sys.argv[1]) / "j.db")
Semantic(db).add(Item("fact", "coal", "coal lies deep"), reason="r")
scheduler(db).run_all(now=1.0)
print(len(Recall(db).ask(Question("coal"), now=1.0).hits))
export(db, Path(sys.argv[1]) / "b")
"""
    assert watched(program, tmp_path) == "1\n"


def test_the_watch_sees_a_connection(tmp_path: Path) -> None:
    program = "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.connect(('127.0.0.1', 9))\n"
    assert "CONNECTED" in watched(program, tmp_path)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace shows what native code does")
def test_the_watch_sees_a_connection_of_native_code(tmp_path: Path) -> None:
    program = """
import ctypes, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
where = b"\\x02\\x00\\x00\\x09\\x7f\\x00\\x00\\x01" + bytes(8)
ctypes.CDLL(None).connect(s.fileno(), where, len(where))
"""
    assert "CONNECTED" in watched(program, tmp_path)


@pytest.mark.slow
def test_the_approximate_index_and_the_model_open_no_connection_either(tmp_path: Path) -> None:
    if os.environ.get("JOURNEYMAN_LIGHT") == "1":
        pytest.importorskip("chromadb")
    program = """
from pathlib import Path
from memory.chroma import ChromaIndex
from memory.db import open_db
from memory.embedders import find_embedder
from memory.errors import DenseUnavailable
from memory.index import VectorIndex
from memory.semantic import Item, Semantic
class Letters:
    id, size = "letters", 26
    def embed(self, texts):
        return [[float(text.count(chr(97 + n)) + (n == 0)) for n in range(26)] for text in texts]
db = open_db(Path(sys.argv[1]) / "j.db")
Semantic(db).add(Item("fact", "coal", "coal lies deep"), reason="r")
try:
    model = find_embedder()
except DenseUnavailable:
    model = Letters()
vectors = VectorIndex(db, model)
vectors.update()
print(len(ChromaIndex(vectors, Path(sys.argv[1]) / "index").search("coal")))
"""
    assert watched(program, tmp_path) == "1\n"


def test_every_client_of_a_dependency_is_told_to_be_quiet(root: Path) -> None:
    for file in sorted((root / "memory").glob("*.py")):
        source = file.read_text(encoding="utf-8")
        assert len(re.findall(r"Settings\(", source)) == source.count("anonymized_telemetry=False"), file.name
