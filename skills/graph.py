"""The skill graph: which version calls which, as a networkx view over the library's rows.

Versions pin their callees by hash, so the graph of versions cannot have a cycle; the graph of skills (by name) is
kept free of them too. The view is rebuilt when the library's revision changes and never written to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import networkx as nx

from skills.errors import UnknownSkill
from skills.reader import LibraryReader

_POINTING = ("adopted", "promoted", "rolled_back")


class SkillGraph:
    """Questions about who calls whom."""

    def __init__(self, library: LibraryReader) -> None:
        self._library = library
        self._calls: tuple[int, nx.DiGraph[str]] = (-1, nx.DiGraph())
        self._versions: tuple[int, nx.MultiDiGraph[str]] = (-1, nx.MultiDiGraph())

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

    def callers(self, name: str) -> list[str]:
        """The blast radius: skills whose current version calls this one, itself or through others, by name."""
        return sorted(nx.ancestors(self._with(name), name))

    def closure(self, name: str) -> list[str]:
        """What a skill rests on: all that its current version calls, itself or through others, by name."""
        return sorted(nx.descendants(self._with(name), name))

    def layers(self) -> list[list[str]]:
        """Skills by layer: those of the first call only primitives, each later one only what stands before it."""
        return [sorted(layer) for layer in nx.topological_generations(self.calls().reverse(copy=False))]

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

    def _with(self, name: str) -> nx.DiGraph[str]:
        graph = self.calls()
        if name not in graph:
            raise UnknownSkill(f"library {self._library.name!r} has no skill {name!r}")
        return graph

    def _pins(self) -> list[tuple[str, str, str]]:
        """Each call of each version: (hash of the caller, hash of the callee, name of the callee's skill)."""
        return self._library.db.execute(
            "SELECT callers.hash, callees.hash, callees.skill FROM versions AS callers "
            "CROSS JOIN calls ON caller = callers.id "
            "JOIN versions AS callees ON callees.id = callee WHERE callers.library = ?",
            [self._library.name],
        ).fetchall()


MOST_HUBS = 10


def picture(graph: nx.DiGraph[str]) -> dict[str, Any]:
    """A call graph as plain JSON: nodes with their layer, edges, layers, hubs with their blast radius, and orphans."""
    layers = [sorted(layer) for layer in nx.topological_generations(graph.reverse(copy=False))]
    depth = {name: number for number, layer in enumerate(layers) for name in layer}
    busiest = sorted((name for name in graph if graph.in_degree(name)), key=lambda n: (-graph.in_degree(n), n))
    hubs = [{"name": name, "callers": graph.in_degree(name), "blast_radius": len(nx.ancestors(graph, name))}
            for name in busiest[:MOST_HUBS]]  # fmt: skip
    callers = sum(1 for name in graph if graph.out_degree(name))
    return {
        "nodes": [{"name": name, "layer": depth[name], **graph.nodes[name]} for name in sorted(graph)],
        "edges": sorted([caller, callee] for caller, callee in graph.edges),
        "layers": layers,
        "depth": len(layers),
        "hubs": hubs,
        "orphans": sorted(nx.isolates(graph)),
        "calling_share": round(callers / len(graph), 4) if len(graph) else 0.0,
    }
