"""The seal of an installation: one key for all that it exports, made once and whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agent.errors import UsageError
from agent.seal import seal, sealed_by_us


def test_processes_that_need_the_key_first_get_the_same(own_home: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(seal, ["sha256:1"] * 200))
    assert len(made) == 1
    assert sealed_by_us("sha256:1", made.pop())
    assert [path.name for path in own_home.iterdir()] == ["seal.key"]
    assert (own_home / "seal.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("left", ["", "00", "no key"])
def test_a_key_that_is_not_whole_is_told_and_seals_nothing(own_home: Path, left: str) -> None:
    (own_home / "seal.key").write_text(left)
    with pytest.raises(UsageError, match="is damaged: move it away"):
        seal("sha256:1")
