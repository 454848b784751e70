"""What a library most needs proven next: what is in doubt, what has trials left, and callers of what has been mended.

It asks the library and puts in order; whether and when anything is tried is for agent/proving.py. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterator

from agent.cases import Cases
from skills.evidence import Ladder
from skills.graph import SkillGraph
from skills.library import Library
from skills.proofs import CHARGE, DOUBT, JOURNEY
from skills.skill import Skill, Version

MOST_TRIALS = 5
"""Fresh worlds tried for a version on the library's own account, and again after each fall; people may ask for more."""
LEAST_TICKS = 2_400
"""Game ticks that a trial is given at the least, and is expected to take where no success tells how many."""


def doubted(library: Library, graph: SkillGraph, language: str, now: float) -> Iterator[Version]:
    """Proven versions that failed a journey since what they had passed was last replayed: callees before callers.

    Runs that came along with a skill may be of a later moment (`now` is this home's): they raise no doubt here.
    What rests on a version on parole is left out, also if that fell while these were gone through: it fails with it.
    """
    rows = library.db.execute(
        "SELECT hash FROM standings CROSS JOIN skills ON current = standings.version "
        "JOIN versions ON versions.id = current WHERE rung IN ('verified', 'trusted') AND skills.library = ?1 "
        "AND retired = 0 AND language = ?2 AND EXISTS (SELECT 1 FROM uses WHERE uses.version = current "
        "AND outcome = 'failed' AND journey != ?3 AND at <= ?5 AND at > (SELECT coalesce(max(at), -1) FROM trials "
        "WHERE trials.version = current AND purpose = ?4)) ORDER BY name",
        [library.name, language, JOURNEY, DOUBT, now],
    ).fetchall()
    modules = {str(row[0]): [str(module["id"]) for module in graph.modules(row[0])] for row in rows}
    for hash in sorted(modules, key=lambda hash: len(modules[hash])):
        if all(library.rung(module) != "parole" for module in modules[hash]):
            yield library.version(hash)


def needy(library: Library, cases: Cases, graph: SkillGraph) -> Iterator[Version]:
    """Unproven versions that have trials left: those on parole first, then where game time proves most.

    That is how many skills rest on one, itself counted, over the game time that its proof still takes: half a proof
    is none, so what has begun well is finished first; what failed costs more than it seems.
    Each fall to parole gives as many trials again: a second chance, whatever it took to be proven before.
    What waits in quarantine comes last, unless the scan marked it or what it calls: that waits for a person.
    """
    rows = library.db.execute(
        "WITH open AS (SELECT versions.id AS id, hash, rung, fresh_worlds, "
        "max(?3, coalesce(mean_ticks, ?4)) AS ticks, "
        "versions.id IN (SELECT version FROM quarantine WHERE released IS NULL) AS waits, "
        "(SELECT count(DISTINCT caller) FROM calls WHERE callee = versions.id) AS callers, "
        "(SELECT coalesce(max(at), -1) FROM moves WHERE version = versions.id AND action = 'fell') AS fell "
        "FROM versions JOIN standings ON standings.version = versions.id WHERE versions.library = ?1 "
        "AND rung IN ('draft', 'candidate', 'parole') "
        "AND (waits OR versions.id IN (SELECT current FROM skills WHERE library = ?1 AND retired = 0))), "
        "tried AS (SELECT open.*, count(trials.id) AS done, sum(passed IS 0) AS failed FROM open LEFT JOIN "
        "trials ON trials.version = open.id AND trials.at >= fell AND trials.purpose != ?6 GROUP BY open.id) "
        "SELECT hash FROM tried WHERE done < ?2 ORDER BY waits, rung = 'parole' DESC, "
        "(1.0 + callers) / (ticks * max(1, ?5 - fresh_worlds) * (1 + failed)) DESC, id",
        [library.name, MOST_TRIALS, CHARGE, LEAST_TICKS, Ladder.fresh_worlds, DOUBT],
    ).fetchall()
    marked = {each.version for each in library.quarantined() if each.marked}
    versions = (
        library.version(row[0])
        for row in rows
        if not marked or marked.isdisjoint(module["id"] for module in graph.modules(row[0]))
    )
    return filter(cases.provable, versions)


def left_behind(library: Library, language: str) -> list[tuple[Skill, dict[str, str]]]:
    """Skills that still call a version on parole though its skill has been mended, and what they should call."""
    rows = library.db.execute(
        "SELECT skills.name, calls.name, mended.hash FROM skills JOIN calls ON caller = skills.current "
        "JOIN standings ON standings.version = callee JOIN versions AS old ON old.id = callee "
        "JOIN skills AS called ON called.library = skills.library AND called.name = old.skill "
        "JOIN versions AS mended ON mended.id = called.current "
        "JOIN standings AS stands ON stands.version = mended.id "
        "WHERE skills.library = ? AND skills.retired = 0 AND skills.pinned = 0 AND standings.rung = 'parole' "
        "AND mended.id != callee AND stands.rung IN ('candidate', 'verified', 'trusted') "
        "AND NOT EXISTS (SELECT 1 FROM moves WHERE action = 'held' AND version = skills.current "
        "AND reason LIKE '%' || mended.hash || '%') ORDER BY skills.name",
        [library.name],
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for name, called, hash in rows:
        found.setdefault(name, {})[called] = hash
    callers = ((library.get(name), uses) for name, uses in found.items())
    return [(caller, uses) for caller, uses in callers if caller.current.language == language]
