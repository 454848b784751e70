"""Where the next task comes from: worlds by learning progress, families by what is mastered."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from curriculum import attention
from curriculum.attention import Settled
from curriculum.checks import FileExists
from curriculum.desktop.family import Family, Instance
from curriculum.desktop.propose import FamilyProposer
from curriculum.progress import Attempt, Progress
from curriculum.proposal import Situation

WORLDS = ("minecraft", "desktop")


def order(tasks: list[Settled], number: int) -> tuple[str, ...]:
    """The worlds for a task number."""
    return attention.order(WORLDS, attention.progress(WORLDS, tasks), 7, number)


def share(tasks: list[Settled], world: str) -> float:
    """How often a world comes first over many task numbers."""
    return sum(order(tasks, number)[0] == world for number in range(400)) / 400


def test_most_iterations_go_where_new_things_are_mastered() -> None:
    learning = [Settled("desktop", f"family {each}", True, 1) for each in range(8)]
    stuck = [Settled("minecraft", "diamond", False, 4) for _ in range(3)]
    assert share(learning + stuck, "desktop") > 0.7
    assert share(learning + stuck, "minecraft") > 0.1, "a world is never forgotten"


def test_what_is_only_done_again_is_no_progress() -> None:
    again = [Settled("desktop", "save", True, 1) for _ in range(12)]
    fresh = [Settled("minecraft", f"item {each}", True, 2) for each in range(6)]
    rates = attention.progress(WORLDS, again + fresh)
    assert rates["minecraft"] > rates["desktop"]


@given(
    st.lists(st.tuples(st.sampled_from(WORLDS), st.sampled_from("abc"), st.booleans(), st.integers(0, 4))),
    st.integers(0, 999),
)
def test_every_world_is_asked_once_and_the_same_record_gives_the_same_order(
    tasks: list[tuple[str, str, bool, int]], number: int
) -> None:
    settled = [Settled(*each) for each in tasks]
    assert sorted(order(settled, number)) == sorted(WORLDS)
    assert order(settled, number) == order(settled, number)


def family(name: str, level: int) -> Family:
    """A family whose instances differ by their path."""

    def make(random: Random) -> Instance:
        path = f"{random.randrange(10**6)}.txt"
        return Instance(f"Make {path}.", {"path": path}, FileExists(path=path))

    return Family(name, "text", level, ("editor",), make)


FAMILIES = {each.name: each for each in [family("a", 1), family("b", 1), family("c", 2), family("d", 3)]}


def proposed(attempts: list[Attempt], iteration: int, goal: str | None = None) -> str | None:
    """The family of the next task."""
    passed = frozenset(each.item for each in attempts if each.passed and each.item)
    situation = Situation({}, Progress(items=passed), goal=goal, iteration=iteration, seed=5)
    proposal = FamilyProposer(FAMILIES, lambda: attempts).propose(situation)
    return proposal.task.item if proposal else None


def attempt(name: str, passed: bool, iteration: int, cause: str = "not_done") -> Attempt:
    """A settled task of a family."""
    return Attempt(iteration, name, name, passed, "" if passed else cause)


def test_difficulty_rises_with_success() -> None:
    assert {proposed([], each) for each in range(40)} == {"a", "b"}
    one = [attempt("a", True, 1)]
    assert {proposed(one, each) for each in range(2, 60)} == {"a", "b"}, "the easiest that is new, and practice"
    two = [*one, attempt("b", True, 2)]
    assert {proposed(two, each) for each in range(3, 60)} == {"a", "b", "c"}


def test_what_failed_waits_and_the_next_level_opens_when_nothing_else_is_ready() -> None:
    failed = [attempt("a", False, 10), attempt("b", False, 10)]
    assert proposed(failed, 11) == "c"
    assert {proposed(failed, each) for each in range(12, 40)} == {"a", "b"}


def test_nothing_is_proposed_again_for_which_no_program_could_be_written_until_one_was_run() -> None:
    unwritten = [attempt(name, False, 3, "no_plan") for name in FAMILIES]
    assert proposed(unwritten, 3) is None
    assert proposed(unwritten, 4) is not None


def test_a_family_as_goal_comes_first_and_fresh_content_every_time() -> None:
    assert proposed([], 1, goal="d") == "d"
    situation = Situation({}, Progress(), goal="d", iteration=1, seed=5)
    first, second = (
        FamilyProposer(FAMILIES, lambda before=before: before).propose(situation)  # type: ignore[misc]
        for before in ([], [attempt("d", False, 0)])
    )
    assert first is not None
    assert second is not None
    assert first.task.values != second.task.values
    assert first.task.setup != second.task.setup
