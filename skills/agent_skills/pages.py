"""The pages of `references/` for people and models: what a skill needs and gives, how it did, how it came to be.

Text that somebody else wrote (purposes, reasons, causes) becomes one line without invisible characters, so that it can
neither break a table nor hide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from skills import render
from skills.agent_skills.characters import visible
from skills.library import Library
from skills.skill import Skill

LATEST = 20
"""How many of the latest runs the evidence shows one by one."""


def line(text: str) -> str:
    """Somebody's text on one line."""
    return " ".join(visible(text).split())


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table; nothing if there are no rows."""
    if not rows:
        return []
    cells = [[line(cell).replace("|", "\\|") for cell in row] for row in rows]
    return [
        f"| {' | '.join(heads)} |",
        f"|{'|'.join(' --- ' for _ in heads)}|",
        *(f"| {' | '.join(row)} |" for row in cells),
        "",
    ]


def contract_page(skill: Skill) -> str:
    """How it is called, and what runs have shown that it needs and changes."""
    version = skill.current
    told = [
        f"# Contract of {skill.name}",
        "",
        f"    {render.call(version.signature, version.language)}",
        "",
        line(version.purpose),
        "",
    ]
    told += table(
        ["parameter", "type", "default"],
        [
            [each.name, each.type, each.default if each.default is not None else "required"]
            for each in version.signature.parameters
        ],
    )
    told += ["## Needs", ""]
    told += table(
        ["what", "name", "in how many runs that worked"],
        [[need.kind, need.name, f"{need.seen} of {need.of}"] for need in skill.requires],
    ) or ["No run has shown a need.", ""]
    told += ["## Effects", ""]
    told += table(
        ["change", "runs that showed it", "runs that did not", "one of"],
        [
            [render.effect(effect), str(effect.shown), str(effect.against), effect.family or ""]
            for effect in skill.effects
        ],
    ) or ["No run has shown an effect.", ""]
    time = skill.record.time
    told += ["## Game time", ""]
    told += [
        f"{render.time(time)}, seen in {time.seen} runs; about {time.fixed / render.TICKS:.3g} s"
        + (f" and {time.per_unit / render.TICKS:.3g} s for each unit of {time.per}" if time.per else "")
        + "."
        if time and time.high
        else "No run has shown how long it takes.",
        "",
    ]
    told += ["## Calls", "", f"Primitives: {', '.join(version.primitives) or 'none'}.", ""]
    told += [f"Skills: {', '.join(sorted(version.uses)) or 'none'}.", ""]
    return "\n".join(told)


def evidence_page(library: Library, skill: Skill) -> str:
    """How each version did, and the latest runs."""
    told = [f"# Evidence for {skill.name}", "", "Unmet runs lacked something they needed; they count neither way.", ""]
    rows = []
    for version in library.versions(skill.name):
        record = library.record_of(version.hash)
        rows.append(
            [
                f"{version.hash[:15]}{' (current)' if version.hash == skill.current.hash else ''}",
                library.rung(version.hash),
                str(record.succeeded),
                str(record.failed),
                str(record.unmet),
                str(record.fresh_worlds),
                f"{record.bound:.2f}",
                f"{record.mean_ticks:.0f}" if record.mean_ticks is not None else "",
            ]
        )
    heads = ["version", "stands as", "worked", "failed", "unmet", "fresh worlds", "success at least", "ticks"]
    told += table(heads, rows)
    uses = [use for version in library.versions(skill.name) for use in library.uses_of(version.hash, limit=1000)]
    causes = Counter(use.cause for use in uses if use.cause)
    if causes:
        told += [
            "## Causes of failure",
            "",
            *table(["cause", "runs"], [[str(c), str(n)] for c, n in sorted(causes.items())]),
        ]
    latest = sorted(uses, key=lambda use: (-use.at, use.journey, -use.iteration, use.position))[:LATEST]
    if latest:
        told += ["## Latest runs", ""]
        told += table(
            ["version", "journey", "iteration", "outcome", "where", "arguments", "cause"],
            [
                [
                    use.version[:15],
                    use.journey,
                    str(use.iteration),
                    use.outcome,
                    f"{use.setting} {use.world}".strip(),
                    ", ".join(f"{name} {value!r}" for name, value in sorted(use.args.items())),
                    use.cause or "",
                ]
                for use in latest
            ],
        )
    return "\n".join(told)


def lineage_page(library: Library, skill: Skill) -> str:
    """Every version with its reason and author, and every move of the pointer."""
    told = [f"# Lineage of {skill.name}", ""]
    told += table(
        ["version", "made from", "by", "in", "reason"],
        [
            [
                version.hash[:15],
                (version.parent or "")[:15],
                version.author,
                f"{version.journey} #{version.iteration}" if version.journey else "",
                version.reason,
            ]
            for version in library.versions(skill.name)
        ],
    )
    told += ["## Moves", ""]
    told += table(
        ["what", "version", "before", "by", "in", "reason"],
        [
            [
                move.action,
                move.version[:15],
                (move.before or "")[:15],
                move.by.author,
                f"{move.by.journey} #{move.by.iteration}" if move.by.journey else "",
                move.reason,
            ]
            for move in library.history(skill.name)
        ],
    )
    return "\n".join(told)
