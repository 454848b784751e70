"""The skill graph: which version calls which, as a networkx view over the library's rows.

Versions pin their callees by hash, so the graph of versions cannot have a cycle; the graph of skills (by name) is
kept free of them too. The view is rebuilt when the library's revision changes and never written to.
"""

from __future__ import annotations

from typing import Any

import networkx as nx

from skills.library import Library


class SkillGraph:
    """Questions about who calls whom."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def calls(self) -> nx.DiGraph[str]:
        """Skills by name; an edge from a caller to what its current version calls."""
        raise NotImplementedError

    def versions(self) -> nx.DiGraph[str]:
        """Versions by hash: edges of kind 'calls' and, to the parent, 'supersedes'."""
        raise NotImplementedError

    def modules(self, *hashes: str) -> list[dict[str, Any]]:
        """The closure of versions in dependency order, as a run wants it: [{id, name, source, uses}]."""
        raise NotImplementedError

    def modules_for(self, source: str, name: str, uses: dict[str, str]) -> tuple[list[dict[str, Any]], str]:
        """Modules for a program that is not (yet) in the library, and the id of its main module."""
        raise NotImplementedError

    def callers(self, name: str, *, all: bool = True) -> list[str]:
        """The blast radius: skills whose current version calls this one, directly or through others."""
        raise NotImplementedError

    def layers(self) -> list[list[str]]:
        """Skills by layer: the first call only primitives, each later one only what stands before it."""
        raise NotImplementedError
