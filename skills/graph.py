"""The skill graph: which version calls which, as a networkx view over the library's rows.

Versions pin their callees by hash, so the graph of versions cannot have a cycle; the graph of skills (by name) is
kept free of them too. The view is rebuilt when the library's revision changes and never written to.

A call means the version that it was bound to, whatever is current since: what a skill rests on, and what breaks if it
changes, is read off versions and told by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import networkx as nx

from memory.db import reading
from skills.reader import LibraryReader

_POINTING = ("adopted", "promoted", "rolled_back")
MOST_HUBS = 10
"""Hubs that a picture tells of."""


class SkillGraph:
    """Questions about who calls whom."""

    def __init__(self, library: LibraryReader) -> None:
        self._library = library
        self._calls: tuple[int, nx.DiGraph[str]] = (-1, nx.DiGraph())
        self._versions: tuple[int, nx.MultiDiGraph[str]] = (-1, nx.MultiDiGraph())
        self._bound: tuple[int, nx.DiGraph[str]] = (-1, nx.DiGraph())

    def calls(self) -> nx.DiGraph[str]:
        """Skills by name; an edge goes from a caller to each skill that its current version calls."""
        revision = self._library.revision
        if revision != self._calls[0]:
            graph: nx.DiGraph[str] = nx.DiGraph()
            graph.add_nodes_from(self._library.names(retired=True))
            graph.add_edges_from(
                self._library.db.execute(
                    "SELECT skills.name, callees.skill FROM skills CROSS JOIN calls ON caller = current "
                    "JOIN versions AS callees ON callees.id = callee WHERE skills.library = ?",
                    [self._library.name],
                ).fetchall()
            )
            self._calls = revision, graph
        return self._calls[1]

    def versions(self) -> nx.MultiDiGraph[str]:
        """Versions by hash; edges have a `kind`: 'calls', 'supersedes' towards the parent, or that of a link."""
        revision = self._library.revision
        if revision != self._versions[0]:
            rows = self._library.db.execute(
                "SELECT hash, skill, id, parent FROM versions WHERE library = ? ORDER BY id", [self._library.name]
            ).fetchall()
            graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
            graph.add_nodes_from((hash, {"skill": skill, "number": number}) for hash, skill, number, _ in rows)
            graph.add_edges_from((hash, parent, {"kind": "supersedes"}) for hash, _, _, parent in rows if parent)
            graph.add_edges_from((caller, callee, {"kind": "calls"}) for caller, callee, _ in self._pins())
            graph.add_edges_from((each.version, each.other, {"kind": each.kind}) for each in self._library.links())
            self._versions = revision, graph
        return self._versions[1]

    def versions_as_of(self, at: float) -> nx.MultiDiGraph[str]:
        """Versions and all kinds of their edges as they stood at a moment of the experience clock."""
        graph, links = (
            self.versions(),
            {(each.version, each.other, each.kind): each.at for each in self._library.links()},
        )
        since = dict(
            self._library.db.execute("SELECT hash, at FROM versions WHERE library = ?", [self._library.name]).fetchall()
        )
        kept = [
            (one, other, key)
            for one, other, key, kind in graph.edges(keys=True, data="kind")
            if max(since[one], since[other], links.get((one, other, kind), 0.0)) <= at
        ]
        then: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        then.add_nodes_from((hash, told) for hash, told in graph.nodes(data=True) if since[hash] <= at)
        then.add_edges_from((one, other, graph.edges[one, other, key]) for one, other, key in kept)
        return then

    def modules(self, *hashes: str) -> list[dict[str, Any]]:
        """The versions and all that they call, callees first, as a run wants them: [{id, name, source, uses}]."""
        found: dict[str, dict[str, Any]] = {}

        def visit(hash: str) -> None:
            if hash in found:
                return
            version = self._library.version(hash)
            for callee in version.uses.values():
                visit(callee)
            found[hash] = {"id": hash, "name": version.skill, "source": version.source, "uses": dict(version.uses)}

        for hash in hashes:
            visit(hash)
        return list(found.values())

    def program(self, id: str, name: str, source: str, uses: Mapping[str, str]) -> list[dict[str, Any]]:
        """The modules of a program that is not in the library; it comes last, under the given id."""
        return [*self.modules(*uses.values()), {"id": id, "name": name, "source": source, "uses": dict(uses)}]

    def bound(self) -> nx.DiGraph[str]:
        """Every version by hash, with its `skill`; an edge goes from a caller to each version that it is bound to."""
        revision = self._library.revision
        if revision != self._bound[0]:
            graph: nx.DiGraph[str] = nx.DiGraph()
            rows = self._library.db.execute("SELECT hash, skill FROM versions WHERE library = ?", [self._library.name])
            graph.add_nodes_from((hash, {"skill": skill}) for hash, skill in rows.fetchall())
            graph.add_edges_from((caller, callee) for caller, callee, _ in self._pins())
            self._bound = revision, graph
        return self._bound[1]

    def direct_callers(self, name: str) -> list[str]:
        """Skills in use whose current version itself calls one of this skill, by name."""
        graph = self.calls()
        return sorted(caller for caller in graph.predecessors(name) if self._library.has(caller))

    def callers(self, name: str) -> list[str]:
        """The blast radius: skills in use whose current version calls one of this skill, itself or through others."""
        self._library.get(name)
        return sorted(self._resting_on(name, self.now()))

    def closure(self, name: str) -> list[str]:
        """What a skill rests on: all that its current version calls, itself or through others, by name."""
        graph = self.bound()
        rests = nx.descendants(graph, self._library.get(name).current.hash)
        return sorted({str(graph.nodes[hash]["skill"]) for hash in rests})

    def layers(self) -> list[list[str]]:
        """Skills by layer: those of the first call only primitives, each later one only what stands before it."""
        return [sorted(layer) for layer in nx.topological_generations(self.calls().reverse(copy=False))]

    def now(self) -> nx.DiGraph[str]:
        """Skills in use with the `hash` of their current version, and their calls of each other."""
        rows = self._library.db.execute(
            "SELECT name, hash FROM skills JOIN versions ON versions.id = current "
            "WHERE skills.library = ? AND retired = 0",
            [self._library.name],
        )
        graph = self.calls().subgraph(self._library.names()).copy()
        nx.set_node_attributes(graph, dict(rows.fetchall()), "hash")
        return graph

    def picture(self, at: float | None = None) -> dict[str, Any]:
        """The calls now or as of a moment as plain JSON: nodes with their layer, edges, layers, hubs, orphans.

        A hub's blast radius is how many skills rest on it. Nobody rests on an orphan, and it calls nobody. Calls of
        skills that are out of use by then are told apart, as `retired_calls`.
        """
        with reading(self._library.db):
            return self._picture(at)

    def _picture(self, at: float | None) -> dict[str, Any]:
        graph = self.now() if at is None else self.as_of(at)
        layers = [sorted(layer) for layer in nx.topological_generations(graph.reverse(copy=False))]
        depth = {name: number for number, layer in enumerate(layers) for name in layer}
        busiest = sorted((name for name in graph if graph.in_degree(name)), key=lambda n: (-graph.in_degree(n), n))
        hubs = [{"name": name, "callers": graph.in_degree(name), "blast_radius": len(self._resting_on(name, graph))}
                for name in busiest[:MOST_HUBS]]  # fmt: skip
        calls = {name: self._called(graph.nodes[name]["hash"]) for name in sorted(graph)}
        rested = self._rested_on(graph)
        return {
            "as_of": at,
            "nodes": [{"name": name, "layer": depth[name], **graph.nodes[name]} for name in sorted(graph)],
            "edges": sorted([caller, callee] for caller, callee in graph.edges),
            "layers": layers,
            "depth": len(layers),
            "hubs": hubs,
            "orphans": [name for name, called in calls.items() if not called and name not in rested],
            "retired_calls": [[name, each] for name, called in calls.items() for each in called if each not in graph],
            "calling_share": round(sum(map(bool, calls.values())) / len(graph), 4) if len(graph) else 0.0,
        }

    def _called(self, hash: str) -> list[str]:
        """The skills that a version calls itself, by name."""
        graph = self.bound()
        return sorted({str(graph.nodes[each]["skill"]) for each in graph.successors(hash)})

    def _resting_on(self, name: str, graph: nx.DiGraph[str]) -> set[str]:
        """The skills of a graph whose version there reaches any version of a skill."""
        bound = self.bound()
        reaching: set[str] = set()
        for version in self._library.versions(name):
            if version.hash not in reaching:
                reaching |= nx.ancestors(bound, version.hash)
        hashes = nx.get_node_attributes(graph, "hash")
        return {skill for skill, hash in hashes.items() if hash in reaching and skill != name}

    def _rested_on(self, graph: nx.DiGraph[str]) -> set[str]:
        """The skills that the versions in a graph reach, by name."""
        bound = self.bound()
        waiting = [
            callee for hash in nx.get_node_attributes(graph, "hash").values() for callee in bound.successors(hash)
        ]
        found: set[str] = set()
        while waiting:
            hash = waiting.pop()
            if hash not in found:
                found.add(hash)
                waiting += bound.successors(hash)
        return {str(bound.nodes[hash]["skill"]) for hash in found}

    def as_of(self, at: float) -> nx.DiGraph[str]:
        """Skills and calls as they stood at a moment of the experience clock (after so many iterations)."""
        pointers: dict[str, str] = {}
        retired: set[str] = set()
        for move in self._library.moves(until=at):
            if move.action in _POINTING or (move.action == "added" and move.skill not in pointers):
                pointers[move.skill] = move.version
            elif move.action in ("retired", "restored"):
                (retired.add if move.action == "retired" else retired.discard)(move.skill)
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from((name, {"hash": hash}) for name, hash in sorted(pointers.items()) if name not in retired)
        callees: dict[str, set[str]] = {}
        for caller, _, callee in self._pins():
            callees.setdefault(caller, set()).add(callee)
        for name in list(graph):
            graph.add_edges_from(
                (name, callee) for callee in sorted(callees.get(pointers[name], ())) if callee in graph
            )
        return graph

    def _pins(self) -> list[tuple[str, str, str]]:
        """Each call of each version: (hash of the caller, hash of the callee, name of the callee's skill)."""
        return self._library.db.execute(
            "SELECT callers.hash, callees.hash, callees.skill FROM versions AS callers "
            "CROSS JOIN calls ON caller = callers.id "
            "JOIN versions AS callees ON callees.id = callee WHERE callers.library = ?",
            [self._library.name],
        ).fetchall()
