"""What can be had from what: the AND/OR graph of ways and needs, relaxed from an inventory.

Knuth's generalisation of Dijkstra's algorithm: a way is ready when each of its needs is met by one alternative, and
items are settled cheapest first, so the derivation of an item never leads through itself. A relaxation: each distinct
need is counted once, whatever its amount. Pure; knows nothing of tables or worlds.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from curriculum.ways import Need, Rank, Way


@dataclass(frozen=True)
class Graph:
    """Ways and needs, numbered; equal needs of different ways are one."""

    ways: tuple[Way, ...]
    needs: tuple[Need, ...]
    needs_of: tuple[tuple[int, ...], ...]
    """The needs of each way."""
    asked_by: tuple[tuple[int, ...], ...]
    """The ways that have each need."""
    meets: Mapping[str, tuple[int, ...]]
    """The needs that an item meets."""

    @staticmethod
    def of(ways: Iterable[tuple[Way, tuple[Need, ...]]]) -> Graph:
        """The graph of ways with what each asks for."""
        listed = list(ways)
        numbers: dict[tuple[tuple[str, ...], int], int] = {}
        needs: list[Need] = []
        needs_of: list[tuple[int, ...]] = []
        asked_by: list[list[int]] = []
        meets: dict[str, list[int]] = {}
        for number, (_, asked) in enumerate(listed):
            mine: set[int] = set()
            for need in asked:
                place = numbers.setdefault((need.names, need.count), len(needs))
                if place == len(needs):
                    needs.append(need)
                    asked_by.append([])
                    for name in need.names:
                        meets.setdefault(name, []).append(place)
                if place not in mine:
                    asked_by[place].append(number)
                    mine.add(place)
            needs_of.append(tuple(sorted(mine)))
        return Graph(
            tuple(way for way, _ in listed),
            tuple(needs),
            tuple(needs_of),
            tuple(tuple(numbers) for numbers in asked_by),
            {name: tuple(places) for name, places in meets.items()},
        )


def relax(graph: Graph, have: Mapping[str, float]) -> dict[str, Rank]:
    """Cost, depth and cheapest way of every item that can be had, when `have` of each name is there already."""
    met = [False] * len(graph.needs)
    for name, count in have.items():
        for place in graph.meets.get(name, ()):
            met[place] = met[place] or count >= graph.needs[place].count
    missing = [sum(not met[place] for place in places) for places in graph.needs_of]
    cost = [way.effort for way in graph.ways]
    depth = [1] * len(graph.ways)
    queue = [(cost[number], number) for number, count in enumerate(missing) if not count]
    heapq.heapify(queue)
    ranks: dict[str, Rank] = {}
    while queue:
        _, number = heapq.heappop(queue)
        way = graph.ways[number]
        if way.item in ranks:
            continue
        ranks[way.item] = Rank(cost[number], depth[number], way)
        for place in graph.meets.get(way.item, ()):
            if met[place]:
                continue
            met[place] = True
            for user in graph.asked_by[place]:
                cost[user] += cost[number]
                depth[user] = max(depth[user], depth[number] + 1)
                missing[user] -= 1
                if not missing[user]:
                    heapq.heappush(queue, (cost[user], user))
    return ranks
