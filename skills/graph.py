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
        self._revision = -1
        self._calls = nx.DiGraph()
        self._versions = nx.DiGraph()

    def calls(self) -> nx.DiGraph[str]:
        """Skills by name; an edge goes from a caller to each skill that its current version calls."""
        self._refresh()
        return self._calls

    def versions(self) -> nx.DiGraph[str]:
        """Versions by hash; edges have a `kind`: 'calls', or 'supersedes' towards the parent."""
        self._refresh()
        return self._versions

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
        graph = self.calls()
        if name not in graph:
            raise UnknownSkill(f"library {self._library.name!r} has no skill {name!r}")
        return sorted(nx.ancestors(graph, name))

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
        for name in list(graph):
            callees = {
                self._library.version(hash).skill for hash in self._library.version(pointers[name]).uses.values()
            }
            graph.add_edges_from((name, callee) for callee in sorted(callees) if callee in graph)
        return graph

    def _refresh(self) -> None:
        revision = self._library.revision
        if revision == self._revision:
            return
        db, name = self._library.db, self._library.name
        calls: nx.DiGraph[str] = nx.DiGraph()
        versions: nx.DiGraph[str] = nx.DiGraph()
        rows = db.execute(
            "SELECT hash, skill, id, parent FROM versions WHERE library = ? ORDER BY id", [name]
        ).fetchall()
        versions.add_nodes_from((hash, {"skill": skill, "number": number}) for hash, skill, number, _ in rows)
        versions.add_edges_from((hash, parent, {"kind": "supersedes"}) for hash, _, _, parent in rows if parent)
        pinned = db.execute(
            "SELECT callers.hash, callees.hash FROM calls JOIN versions AS callers ON callers.id = caller "
            "JOIN versions AS callees ON callees.id = callee WHERE callers.library = ?",
            [name],
        )
        versions.add_edges_from((caller, callee, {"kind": "calls"}) for caller, callee in pinned)
        calls.add_nodes_from(self._library.names(retired=True))
        calls.add_edges_from(
            db.execute(
                "SELECT skills.name, callees.skill FROM skills JOIN calls ON caller = current "
                "JOIN versions AS callees ON callees.id = callee WHERE skills.library = ?",
                [name],
            ).fetchall()
        )
        self._calls, self._versions, self._revision = calls, versions, revision


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
