"""Draws unique items over iterations as an SVG picture, one line for each journey, with its headline milestones marked.

Writes plain text and needs nothing beyond the standard library; every number comes from `curriculum.metrics`.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from curriculum.metrics import JourneyMetrics, assistance
from curriculum.tree import Tree

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 56, 24, 28, 48
COLOURS = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad", "#b9770e", "#34495e")


def svg(journeys: Sequence[JourneyMetrics], tree: Tree) -> str:
    """The picture as SVG text; it is valid, if empty, for no journeys."""
    right = max([1, *(point[0] for each in journeys for point in each.curve)])
    top = max([1, *(point[1] for each in journeys for point in each.curve)])

    def x(iteration: float) -> float:
        return round(LEFT + iteration / right * (WIDTH - LEFT - RIGHT), 1)

    def y(count: float) -> float:
        return round(HEIGHT - BOTTOM - count / top * (HEIGHT - TOP - BOTTOM), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        "<title>Unique items over iterations</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for value in _ticks(top):
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value)}" y2="{y(value)}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(value) + 4}" text-anchor="end">{value}</text>')
    for value in _ticks(right):
        parts.append(f'<text x="{x(value)}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{value}</text>')
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle">iterations (programs run)</text>')
    parts.append(f'<text x="{LEFT}" y="{TOP - 10}">unique items held</text>')
    headlines = {milestone.name for milestone in tree if milestone.headline}
    for number, journey in enumerate(journeys):
        colour = COLOURS[number % len(COLOURS)]
        counts = dict(journey.curve)
        corners = [f"{x(i)},{y(n)}" for i, n in ((0, 0), *journey.curve)]
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{" ".join(corners)}"/>')
        for reached in journey.milestones:
            if reached.name in headlines:
                at = (x(reached.iteration), y(counts.get(reached.iteration, 0)))
                label = escape(f"{reached.name} at iteration {reached.iteration}")
                parts.append(f'<circle cx="{at[0]}" cy="{at[1]}" r="4" fill="{colour}"><title>{label}</title></circle>')
        words = escape(f"{journey.header.name} ({journey.header.brain}, {assistance(journey)})")
        parts.append(f'<text x="{LEFT + 12}" y="{TOP + 14 + 16 * number}" fill="{colour}">{words}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _ticks(most: int) -> range:
    """About five round values from 0 to `most`."""
    step = next(size * 10**power for power in range(9) for size in (1, 2, 5) if most / (size * 10**power) <= 6)
    return range(0, most + 1, step)
