"""Turns what `memory` commands found into text for the terminal. Looks nothing up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent import observing, publishing
from agent.tables import number_of, table
from memory.guard import told, visible
from memory.items import told_scope

Json = Mapping[str, Any]


def recalled(why: bool) -> Callable[[Json], str]:
    """A function that shows recalled memories, with the parts of each score if `why`."""

    def words(found: Json) -> str:
        if not found["hits"]:
            if found["cut"]:
                return f"{len(found['cut'])} memories were found, and none fits the budget: give more --tokens"
            why_none = "nothing that was found is relevant enough" if found["routes"] else "nothing was found"
            return f"Nothing is remembered about that ({why_none})."
        lines = []
        for hit in found["hits"]:
            mark = " (from the world, not an instruction)" if hit["sensitivity"] == "untrusted" else ""
            mark += f" ({hit['since']})" if hit["since"] else ""
            text = told(hit["shown"] or hit["text"], hit["sensitivity"])
            lines.append(f"{hit['score']:.3f}  {hit['tier']:<10}{hit['ref']:<6}{text}{mark}")
            if why:
                parts = ", ".join(f"{name} {part['added']:+.4f}" for name, part in hit["parts"].items())
                lines.append(f"       {hit['why']}: {parts}")
        if found["cut"]:
            lines.append(f"{len(found['cut'])} more did not fit the budget")
        if why:
            lines.append(f"relevance {found['relevance']:.2f} (1 is enough); routes: {', '.join(found['routes'])}")
        return "\n".join(lines)

    return words


def mind(found: Json) -> str:
    """What was in mind at each step of an iteration: its sections, then what did not fit."""
    lines = []
    for step in found["steps"]:
        packed, calls = step["packed"], ", ".join(map(str, step["calls"]))
        asked = f"model call {calls}" if calls else "no model was asked"
        lines.append(f"{found['journey']} #{found['iteration']}, step {step['place']}: {packed['tokens']} tokens of "
                     f"{step['budget']}; {asked}")  # fmt: skip
        for section in packed["shown"]:
            lines.append(f"  {section['section']} ({section['tokens']} tokens)")
            lines += [f"    {visible(line)}" for text in section["lines"] for line in text.splitlines()]
        if packed["cut"]:
            lines.append(f"  did not fit ({len(packed['cut'])} lines)")
            lines += [f"    {cut['section']}: {visible(cut['line'].splitlines()[0])} ({cut['tokens']} tokens)"
                      for cut in packed["cut"] if cut["line"]]  # fmt: skip
        lines.append("")
    return "\n".join(lines).rstrip()


def episodes(found: Sequence[Json]) -> str:
    """Episodes as a table."""
    if not found:
        return "No episode is like that."
    rows = [
        [
            str(each["id"]),
            each["journey"],
            str(each["iteration"]),
            f"{each['at']:g}",
            each["outcome"],
            each["cause"] or "",
            told(each["text"], each["sensitivity"]),
        ]
        for each in found
    ]
    return table(["episode", "journey", "iteration", "at", "outcome", "cause", "what happened"], rows)


def episode(found: Json) -> str:
    """One episode with its program, and the world before and after it."""
    asked = f"; prompt {found['prompt']}" if found["prompt"] else ""
    lines = [
        f"{found['journey']} #{found['iteration']}, round {found['round']} of task {found['task']}, at {found['at']:g}",
        f"  {told(found['text'], found['sensitivity'])}",
        f"  by {found['brain']}{asked}; {found['tokens']} tokens, {found['dollars']:.4f} dollars",
    ]
    for name in ("before", "after"):
        seen = found[name]
        lines.append(f"{name.capitalize()}:" if seen else f"{name.capitalize()}: not kept with this episode")
        lines += [f"  {visible(line)}" for line in observing.lines(seen)] if seen else []
    return "\n".join([*lines, *(["Program:", found["source"]] if found["source"] else [])])


def items(found: Sequence[Json]) -> str:
    """Items as a table."""
    if not found:
        return "Nothing is like that."
    rows = [
        [
            str(each["id"]),
            each["kind"],
            ", ".join(
                [
                    each["state"],
                    *(["pinned"] if each["pinned"] else []),
                    *(["private"] if each["sensitivity"] == "private" else []),
                ]
            ),
            ", ".join(told_scope(one["scope"]) for one in [each, *each.get("also", [])]),
            f"{each['confidence']:.2f}",
            told(each["text"], each["sensitivity"]),
        ]
        for each in found
    ]
    return table(["id", "kind", "state", "holds in", "belief", "text"], rows)


def item(found: Json) -> str:
    """One item with everything behind it."""
    until = "" if found["valid_to"] is None else f" until {found['valid_to']:g}"
    by = f", superseded by {found['superseded_by']}" if found["superseded_by"] else ""
    held = found["strength"]
    subject = told(found["subject"], found["sensitivity"])
    holds = f"in {told_scope(found['scope'])}" if found["scope"] else "everywhere"
    lines = [
        told(found["text"], found["sensitivity"]),
        f"  {found['kind']} about {subject}, holds {holds}",
        f"  {found['state']}{', pinned' if found['pinned'] else ''}; so since {found['valid_from']:g}{until}{by}",
        f"  belief {found['confidence']:.2f}; from {found['origin']}; {found['sensitivity']}",
        f"  used {held['uses']} times, {held['lapses']} of them in vain; holds for {held['stability']:.1f} iterations",
    ]
    for label, key in (("made of", "sources"), ("made into", "made_into")):
        if found[key]:
            lines.append(f"  {label} items {', '.join(map(str, found[key]))}")
    also = [f"{each['id']} ({told_scope(each['scope'])}, {each['state']})" for each in found["also"]]
    lines += [f"  the same place is kept as {', '.join(also)}"] if also else []
    lines += [
        f"  {each['journey']} #{each['iteration']} {each['outcome']}: {each['goal']}" for each in found["episodes"]
    ]
    return "\n".join(lines)


def entries(found: Sequence[Json]) -> str:
    """Journal entries as a table."""
    rows = [
        [
            str(each["id"]),
            f"{each['at']:g}",
            each["operation"] + (f" (undoes {each['undoes']})" if each["undoes"] else ""),
            str(each["item"]),
            told(each["after"].get("text", ""), each["after"].get("sensitivity", "plain")),
            visible(each["reason"]) + _inputs(each["inputs"]),
        ]
        for each in found
    ]
    return table(["entry", "at", "operation", "item", "text", "why"], rows) if rows else "The journal is empty."


def _inputs(inputs: Json) -> str:
    """What an operation was made from, in brackets; what was said is quoted, whoever said it."""
    said = [f"{name}: {_value(value)}" for name, value in inputs.items() if value is not None]
    return f" ({', '.join(said)})" if said else ""


def _value(value: Any) -> str:
    """A value of a journal: numbers as they are, texts in quotes unless they are one word."""
    return told(str(value), "plain" if not isinstance(value, str) or value.isidentifier() else "untrusted")


def stats(found: Json) -> str:
    """The state of memory."""
    rows = [[tier, *(str(states.get(each, 0)) for each in _STATES)] for tier, states in found["tiers"].items()]
    lines = [table(["tier", *_STATES], rows)] if rows else ["Nothing is remembered yet."]
    kept = ", ".join(f"{count} {name}" for name, count in found["retention"].items()) or "none"
    lines += [
        "",
        f"{found['events']} events, {found['bytes'] / 1e6:.1f} MB; items in mind: {kept}; of use: {found['used']}",
        f"doubles {found['duplicate_share']:.1%}, empty {found['junk_share']:.1%}, "
        f"contradictions open: {found['contradictions_open']}",
    ]
    lines += [f"{each['job']} skipped, at {each['at']:g}: {visible(each['why'])}" for each in found["skipped"]]
    lines.append(_settings(found["settings"]))
    lines += [f"vectors of {each['model']}: {each['vectors']}, {each['missing']} missing" for each in found["index"]]
    return "\n".join(lines)


_STATES = ("current", "superseded", "merged", "archived")


def _settings(found: Json) -> str:
    by = {"hand": "chosen by hand", "log": "fitted on your log", "default": "the default"}[found["by"]]
    weights = ", ".join(f"{name} {value:g}" for name, value in found["weights"].items())
    return f"fades by {found['curve']}, stretched by {found['scale']:g} ({by}); weights of recall: {weights}"


def jobs(found: Sequence[Json]) -> str:
    """What jobs did, or would do."""
    rows = [
        [
            each["job"] + (" (dry)" if each["dry"] else ""),
            str(each["units"]),
            str(each["left"]),
            ", ".join(f"{count} {name}" for name, count in each["operations"].items()) or "nothing to change",
            f"{each['seconds']:.2f} s",
            "unknown" if each["estimate"]["seconds"] is None else f"{each['estimate']['seconds']:.2f} s",
        ]
        for each in found
    ]
    lines = [table(["job", "looked at", "left", "did", "took", "estimated"], rows)]
    lines += [f"  {visible(line)}" for each in found for line in [*each["lines"][:10], *each["skipped"]]]
    tokens = sum(each["estimate"]["model_tokens"] for each in found)
    if tokens:
        lines.append(f"a journey whose model serves the role consolidate would take about {tokens} tokens for reading")
    return "\n".join(lines)


def fitted(found: Json) -> str:
    """The fitted curves and weights beside the defaults, and what became of them."""
    lines = []
    if found["curves"]:
        rows = [
            [each["curve"], f"{each['scale']:g}", *(f"{each[of]:.4f}" for of in ("compared", "held_out", "default"))]
            for each in found["curves"]
        ]
        lines.append(table(["curve", "scale", "log loss where fitted", "held out", "held out, unfitted"], rows))
    lines += [f"curve: {found['curve_told']}"] if found["curve_told"] else []
    if found["weights"]:
        fit = found["weights"]
        lines.append(f"weights: {fit['held_out']:.3f} (default {fit['default']:.3f}) over {fit['questions']} questions")
    else:
        few = number_of(found["questions"], "question")
        lines.append(f"weights: {few} whose answer was of use; they are fitted from {found['questions_needed']} on")
    lines.append(_silence(found["silence"]))
    kept = [name for name, was in found["kept"].items() if was]
    lines += [f"kept: {', '.join(kept)}" if kept else "the settings stay as they are", _settings(found["settings"])]
    return "\n".join(lines)


def _silence(found: Json) -> str:
    """How often nothing was told, and that this is not fitted."""
    used = found["least"]
    least = "" if used is None else f"; what was of use was {used:.2f} relevant or more (1 is enough)"
    return (
        f"silence: asked again as of their time, {found['silent']} of the last {found['asked']} questions find nothing "
        f"relevant enough{least}. Its thresholds are not fitted, as what is held back is never used; "
        "--weight enough_words=… sets them"
    )


def exported(found: Json) -> str:
    """What an export wrote, and what of it is to be looked at before others get it."""
    told = f"{found['folder']}: {found['counts']}, digest {found['digest'][:16]}"
    return "\n".join([told, *publishing.words(found["secrets"])])


def counts(found: Json) -> str:
    """What an import brought."""
    rows = [
        [part, *(str(found[column].get(part, 0)) for column in ("new", "known", "collided"))]
        for part in sorted({*found["new"], *found["known"], *found["collided"]})
    ]
    if not rows:
        return "The bundle is empty."
    theirs = (
        "It bears another seal than yours: what came in is quoted as what somebody else says. Is it your own export?\n"
    )
    theirs += "Import it with --restore where it was not yet taken in."
    return table(["part", "new", "known", "collided"], rows) + ("" if found["own"] else f"\n{theirs}")


def rebuilt(found: Json) -> str:
    """What was made anew, what of it had differed, and what became of the vectors."""
    made = found["memory"]
    lines = [
        f"{made['episodes']} episodes, {made['notes']} notes and {made['items']} items: words and marks made anew, "
        f"{made['differed']} had differed",
        f"strengths of {made['used']} used memories and {made['tallies']} tallies computed anew",
        f"no vectors: {found['why']}" if "why" in found else embedded(found),
    ]
    return "\n".join(lines)


def embedded(found: Json) -> str:
    """What was embedded, and by which model."""
    what = " and ".join(f"{found[kind]} {kind}" for kind in ("documents", "skills") if kind in found)
    return f"{what} embedded by {found['model']}"
