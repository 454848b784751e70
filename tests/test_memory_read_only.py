"""A home on a disk that can only be read: what looks works, what would write says so, and nothing is passed over."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.cli import main
from agent.store import AGENT
from curriculum.schema import CURRICULUM
from memory.db import open_db
from memory.semantic import Item, Semantic
from skills.schema import SKILLS

pytestmark = pytest.mark.skipif(
    shutil.which("bwrap") is None, reason="bubblewrap shows every disk as one for reading alone"
)


def read_only(home: Path, *words: str, but: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A command where every disk can only be read, `but` for one folder."""
    box = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--setenv", "JOURNEYMAN_HOME", str(home)]
    box += ["--bind", str(but), str(but)] if but else []
    command = [sys.executable, "-c", "from agent.cli import main; main()", *words]
    return subprocess.run([*box, *command], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1])


def test_memory_on_a_disk_for_reading_alone_is_read_and_what_would_write_says_so(own_home: Path) -> None:
    with closing(open_db(own_home / "journeyman.db", SKILLS, CURRICULUM, AGENT)) as db:
        Semantic(db).add(Item("fact", "coal", "coal lies deep"), reason="seen")
    for words in (["recall", "coal"], ["list"], ["history"]):
        done = read_only(own_home, "memory", *words)
        assert (done.returncode, "coal lies deep" in done.stdout) == (0, True), done.stderr
    for words in (["archive", "1"], ["consolidate"], ["reindex"], ["export", str(own_home / "out")]):
        done = read_only(own_home, "memory", *words)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert "cannot be written" in done.stderr
        assert "Traceback" not in done.stderr


def no_room() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def test_memory_on_a_full_disk_is_read(own_home: Path) -> None:
    with closing(open_db(own_home / "journeyman.db", SKILLS, CURRICULUM, AGENT)) as db:
        Semantic(db).add(Item("fact", "coal", "coal lies deep"), reason="seen")
    command = [sys.executable, "-c", "from agent.cli import main; main()", "memory"]
    for words, code in ((["recall", "coal"], 0), (["list"], 0), (["archive", "1"], 1)):
        done = subprocess.run(
            [*command, *words], capture_output=True, text=True, check=False, preexec_fn=no_room,
            cwd=Path(__file__).parents[1],
        )  # fmt: skip
        assert (done.returncode, "coal lies deep" in done.stdout) == (code, code == 0), done.stderr
        assert code == 0 or "cannot be written" in done.stderr


def test_an_export_to_a_full_disk_says_so_in_one_line(own_home: Path, tmp_path: Path) -> None:
    with closing(open_db(own_home / "journeyman.db", SKILLS, CURRICULUM, AGENT)) as db:
        Semantic(db).add(Item("fact", "coal", "coal lies deep"), reason="seen")
    command = [sys.executable, "-c", "from agent.cli import main; main()", "memory", "export", str(tmp_path / "out")]
    where = Path(__file__).parents[1]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=no_room, cwd=where)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "cannot be written" in done.stderr


def test_what_lies_on_such_a_disk_can_be_brought_elsewhere(own_home: Path, tmp_path: Path) -> None:
    with closing(open_db(own_home / "journeyman.db", SKILLS, CURRICULUM, AGENT)) as db:
        Semantic(db).add(Item("fact", "coal", "coal lies deep"), reason="seen")
    done = read_only(own_home, "memory", "export", str(tmp_path / "out"), but=tmp_path)
    assert done.returncode == 0, done.stderr
    brought = CliRunner().invoke(main, ["memory", "import", str(tmp_path / "out"), "--json"])
    assert not json.loads(brought.output)["own"], "where no key can be made, nothing bears a seal"


def test_what_was_not_yet_moved_into_the_file_is_not_passed_over(own_home: Path) -> None:
    path = own_home / "journeyman.db"
    with closing(open_db(path, SKILLS, CURRICULUM, AGENT)) as db:
        Semantic(db).add(Item("fact", "coal", "coal lies deep"), reason="seen")
        left = {name: path.with_name(name).read_bytes() for name in ("journeyman.db", "journeyman.db-wal")}
    for name, content in left.items():
        path.with_name(name).write_bytes(content)
    done = read_only(own_home, "memory", "list")
    assert done.returncode == 1
    assert "was not closed by its last writer: copy" in done.stderr
    assert "coal lies deep" in CliRunner().invoke(main, ["memory", "list"]).output, (
        "where it can be written, it is read"
    )
