"""The planner learns on a real desktop: what it explored for one task serves the next, and what passed is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent.desktop_planning import survey
from benchmarks.desktop_learning import Ground
from curriculum.desktop import families
from envs.desktop.env import available
from envs.desktop.programs import catalogue

pytestmark = [
    pytest.mark.skipif(available() is not None, reason=str(available())),
    pytest.mark.skipif(not catalogue()["files"].installed, reason="make test installs the file manager"),
]


@pytest.fixture
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A desktop with the file manager."""
    ground = Ground(tmp_path_factory.mktemp("ground"), ("files",))
    yield ground
    ground.env.close()


def test_what_was_explored_for_one_family_serves_it_again_and_solves_another(ground: Ground) -> None:
    learned = ground.play(families()["make_folder"], 1, [], 4)
    assert learned[0].name == survey.NAME, "a program never seen is explored first"
    assert learned[-1].passed, [run.error for run in learned]
    again = ground.play(families()["make_folder"], 2, learned, 1)
    assert [(run.source, run.passed) for run in again] == [(learned[-1].source, True)], "other values, the same program"
    other = ground.play(families()["make_folders"], 1, learned, 1)
    assert [run.passed for run in other] == [True], "a family never met: the known action, for each of several names"
