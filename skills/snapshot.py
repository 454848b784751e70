"""The whole content of a library as plain JSON, and back: what export writes, import restores, and the hash covers.

Which tables belong to a library is read from the database itself: `versions`, and every table with a foreign key that
leads there. So a table that is added later travels too. Rows lose what only means something in one database (row
numbers, the library's name) and name versions by their hashes. What is derived (the words of the search) is made anew;
the records of imports and of refactorings, and captured situations, are about one database and stay there. This module
never changes a row that is there.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from memory.db import atomic, reading
from memory.log import canonical
from skills.errors import CallCycle, SkillError
from skills.library import Library
from skills.reader import LibraryReader
from skills.skill import Signature, version_hashes

Row = dict[str, Any]
Content = dict[str, list[Row]]
"""The rows of one skill by table, oldest first."""

SCHEME = "v1"


class BadSnapshot(SkillError):
    """Content that does not belong together: a hash that does not fit, a row that points nowhere, an unknown column."""


@dataclass(frozen=True)
class Table:
    """A table of a library. `refers` maps columns to the tables they point to; `owner` says whose a row is."""

    name: str
    columns: tuple[str, ...]
    refers: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""

    @property
    def numbered(self) -> bool:
        """Whether rows have a number of their own, which tells their order."""
        return "id" in self.columns and "id" not in self.refers

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns that mean something outside of one database."""
        return tuple(name for name in self.columns if name != "library" and not (name == "id" and self.numbered))


def tables(db: Database) -> list[Table]:
    """The tables of a library, each after those that it points to."""
    names = [
        str(row[0])
        for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")
        if not str(row[0]).startswith("sqlite_")
    ]
    keys = {
        name: {str(row[3]): str(row[2]) for row in db.execute(f"PRAGMA foreign_key_list([{name}])")} for name in names
    }
    found: dict[str, Table] = {}
    while True:
        ready = [
            name
            for name in names
            if name not in found and (name == "versions" or keys[name]) and set(keys[name].values()) <= {*found, name}
        ]
        ready = [name for name in ready if name == "versions" or set(keys[name].values()) & set(found)]
        if not ready:
            return list(found.values())
        for name in ready:
            columns = tuple(str(row[1]) for row in db.execute(f"PRAGMA table_info([{name}])"))
            owner = next((each for each in ("skill", "name") if "library" in columns and each in columns), "")
            first_key = next((each for each in columns if each in keys[name]), "")
            found[name] = Table(name, columns, keys[name], owner or first_key)


def snapshot(library: LibraryReader, names: Iterable[str] | None = None) -> dict[str, Content]:
    """The content of some skills, or of all: {skill: {table: [row]}}, the same for equal libraries."""
    with reading(library.db):
        return _snapshot(library, names)


def _snapshot(library: LibraryReader, names: Iterable[str] | None) -> dict[str, Content]:
    wanted = set(library.names(retired=True) if names is None else names)
    content: dict[str, Content] = {name: {} for name in sorted(wanted)}
    marks: dict[str, dict[int, Any]] = {}
    owners: dict[str, dict[int, str]] = {}
    for table in tables(library.db):
        marks[table.name], owners[table.name] = {}, {}
        unordered: dict[str, list[Row]] = {}
        for row in _rows(library, table):
            mine = row.get("library", library.name) == library.name
            owner = row[table.owner] if table.owner not in table.refers else None
            if owner is None:
                owner = owners[table.refers[table.owner]].get(row[table.owner])
            if table.name == "versions" and mine:
                marks["versions"][row["id"]] = row["hash"]
            if not mine or owner not in wanted:
                continue
            try:
                told = {name: _told(name, row[name], table, marks) for name in table.kept}
            except KeyError:
                raise BadSnapshot(f"a row of {table.name} of {owner!r} points into another library") from None
            kept = content[owner].setdefault(table.name, []) if table.numbered else unordered.setdefault(owner, [])
            if table.numbered:
                owners[table.name][row["id"]] = owner
                marks[table.name].setdefault(row["id"], [owner, len(kept)])
            kept.append(told)
        for owner, rows in unordered.items():
            content[owner][table.name] = sorted(rows, key=canonical)
    return content


def library_hash(library: LibraryReader) -> str:
    """The fingerprint of everything a library holds: equal for equal skills, versions, moves, evidence and pointers."""
    digest = hashlib.sha256()
    for name, content in snapshot(library).items():
        digest.update(canonical([name, content]).encode() + b"\n")
    return f"{SCHEME}:{digest.hexdigest()}"


def restore(library: Library, content: Mapping[str, Content]) -> None:
    """Put skills back exactly as a snapshot told them, in one transaction. None of them may be there already.

    Every version must be what its hash says; nothing else is believed about the order of the rows.
    """
    taken = sorted(set(content) & set(library.names(retired=True)))
    if taken:
        raise BadSnapshot(f"library {library.name!r} has a skill {taken[0]!r} already")
    for name, each in content.items():
        check(name, each)
    known = {table.name: table for table in tables(library.db)}
    for each in content.values():
        for unknown in set(each) - set(known):
            raise BadSnapshot(f"there is no table {unknown!r}: this was written by a newer version")
    with atomic(library.db):
        numbers: dict[str, dict[Any, int]] = {}
        try:
            for table in known.values():
                numbers[table.name] = _restore_table(library, table, content, numbers)
        except (sqlite3.Error, KeyError, TypeError, ValueError, OverflowError) as problem:
            raise BadSnapshot(f"the rows do not fit together: {problem}") from problem
        for name in content:
            current = library.get(name).current
            for callee in current.uses.values():
                if library.reaches(library.version(callee).skill, name):
                    raise CallCycle(f"{name!r} would call itself through {library.version(callee).skill!r}")
            library.describe(name)


def _rows(library: LibraryReader, table: Table) -> Iterable[Row]:
    order = " ORDER BY id" if table.numbered else ""
    cursor = library.db.execute(f"SELECT {', '.join(f'[{name}]' for name in table.columns)} FROM [{table.name}]{order}")
    return (dict(zip(table.columns, row, strict=True)) for row in cursor)


def _told(column: str, value: Any, table: Table, marks: Mapping[str, Mapping[int, Any]]) -> Any:
    """A value as it stands outside: versions by hash, JSON as itself where writing it again gives the same text."""
    if column in table.refers:
        return None if value is None else marks[table.refers[column]][value]
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            read = json.loads(value)
            return {"json": read} if canonical(read) == value else value
        except ValueError:
            return value
    return value


def _stored(column: str, value: Any, table: Table, numbers: Mapping[str, Mapping[Any, int]]) -> Any:
    """The opposite of `_told`."""
    if column in table.refers:
        if value is None:
            return None
        return numbers[table.refers[column]][value if isinstance(value, str) else tuple(value)]
    if isinstance(value, dict):
        return canonical(value["json"])
    return value


def _restore_table(
    library: Library, table: Table, content: Mapping[str, Content], numbers: Mapping[str, Mapping[Any, int]]
) -> dict[Any, int]:
    """Insert the rows of one table; gives their new numbers by what names them outside."""
    given: dict[Any, int] = {}
    if table.name == "versions":
        rows = library.db.execute("SELECT hash, id FROM versions WHERE library = ?", [library.name])
        given |= {str(hash): int(number) for hash, number in rows}
    for skill, position, row in _in_order(table, content):
        unknown = set(row) - set(table.kept)
        if unknown:
            raise BadSnapshot(f"{table.name} has no {min(unknown)!r}: this was written by a newer version")
        values = {name: _stored(name, value, table, {**numbers, table.name: given}) for name, value in row.items()}
        if "library" in table.columns:
            values["library"] = library.name
        owner = values[table.owner] if table.owner not in table.refers else None
        if owner is not None and owner != skill:
            raise BadSnapshot(f"a row of {table.name} for {owner!r} stands among those of {skill!r}")
        cursor = library.db.execute(
            f"INSERT INTO [{table.name}] ({', '.join(f'[{name}]' for name in values)}) "
            f"VALUES ({', '.join('?' * len(values))})",
            list(values.values()),
        )
        if table.numbered:
            given[row["hash"] if table.name == "versions" else (skill, position)] = int(cursor.lastrowid or 0)
    return given


def _in_order(table: Table, content: Mapping[str, Content]) -> Iterable[tuple[str, int, Row]]:
    """The rows of all skills in one order: as each skill has them, callees before callers, else by time and name."""
    queues = {name: each.get(table.name, []) for name, each in content.items()}
    place = {row["hash"]: (name, at) for name, rows in queues.items() for at, row in enumerate(rows) if "hash" in row}
    after: dict[tuple[str, int], set[tuple[str, int]]] = {
        (name, at): {(name, at - 1)} if at else set() for name, rows in queues.items() for at in range(len(rows))
    }
    if table.name == "versions":
        for each in content.values():
            for call in each.get("calls", []):
                if call["callee"] in place and call["caller"] in place:
                    after[place[call["caller"]]].add(place[call["callee"]])
    waits = {key: len(needed) for key, needed in after.items()}
    followers: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for key, needed in after.items():
        for before in needed:
            followers.setdefault(before, []).append(key)

    def rank(key: tuple[str, int]) -> tuple[float, str, int]:
        at = queues[key[0]][key[1]].get("at", 0)
        return (at if isinstance(at, int | float) else 0.0, *key)

    ready = [rank(key) for key, count in waits.items() if count == 0]
    heapq.heapify(ready)
    told = 0
    while ready:
        _, name, at = heapq.heappop(ready)
        yield name, at, queues[name][at]
        told += 1
        for follower in followers.get((name, at), []):
            waits[follower] -= 1
            if waits[follower] == 0:
                heapq.heappush(ready, rank(follower))
    if told < len(waits):
        raise BadSnapshot("versions call each other in a circle")


def check(name: str, content: Content) -> None:
    """Every version is what its hash says, and everything in it is of this skill."""
    try:
        uses: dict[str, dict[str, str]] = {}
        for call in content.get("calls", []):
            uses.setdefault(call["caller"], {})[call["name"]] = call["callee"]
        for row in content["versions"]:
            signature = Signature.from_json(row["signature"]["json"])
            hashes = version_hashes(row["source"], signature, uses.get(row["hash"], {}), row["language"])
            if row["hash"] not in hashes:
                raise BadSnapshot(f"a version of {name!r} is not what its hash {row['hash'][:15]} says")
            if not signature.name == row["skill"] == name:
                raise BadSnapshot(f"a version of {signature.name!r} stands among those of {name!r}")
        (pointer,) = content["skills"]
        if pointer["name"] != name or pointer["current"] not in {row["hash"] for row in content["versions"]}:
            raise BadSnapshot(f"the current version of {name!r} is none of its own")
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise BadSnapshot(f"the history of {name!r} is incomplete: {problem!r}") from problem


def missing_callees(library: LibraryReader, content: Mapping[str, Content]) -> dict[str, set[str]]:
    """Versions that are called but neither in the content nor in the library, by the skill that calls them."""
    here = {str(row[0]) for row in library.db.execute("SELECT hash FROM versions WHERE library = ?", [library.name])}
    here |= {row["hash"] for each in content.values() for row in each.get("versions", [])}
    found: dict[str, set[str]] = {}
    for name, each in content.items():
        missing = {call["callee"] for call in each.get("calls", [])} - here
        if missing:
            found[name] = missing
    return found


def closure(library: LibraryReader, names: Sequence[str]) -> list[str]:
    """Some skills and all that their rows point to (what they call, what they come from), so that nothing dangles."""
    known = tables(library.db)
    everything = snapshot(library)
    owner = {row["hash"]: name for name, each in everything.items() for row in each["versions"]}
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            library.get(name)
            found.add(name)
            waiting += [
                owner[row[column]]
                for table in known
                for row in everything[name].get(table.name, [])
                for column, target in table.refers.items()
                if target == "versions" and row[column] is not None
            ]
    return sorted(found)
