"""Prompts as files: a version, a part that never changes within a journey, a part that does, and strict variables.

A prompt of the same name in $JOURNEYMAN_HOME/prompts takes the place of the packaged one (`journeyman improve` puts
adopted ones there). A world may have a prompt of its own, in a folder of its name; what it has none for is shared. The
stable part comes first, so that the caches of servers hit. Knows no role and asks nobody.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from string import Template

from agent.config import home
from agent.errors import UsageError
from agent.models.call import Message, PackedMessage
from memory.working import Packed, Section, estimate_tokens, pack

BETWEEN = "\n===\n"
_HEAD = re.compile(r"\Aversion: *(\S+)\n")


@dataclass(frozen=True)
class Prompt:
    """A prompt file: `version` is its own word for it and the beginning of the hash of its text."""

    name: str
    version: str
    stable: str
    changing: str

    def system(self, **variables: str) -> Message:
        """The stable part as a message. Raises UsageError if the variables are not exactly those of the text."""
        return {"role": "system", "content": fill(self.name, self.stable, variables)}

    def user(self, sections: Sequence[Section], budget: int, **variables: str) -> Message:
        """The changing part: `$sections` is replaced by what fits into the budget, most important first."""
        packed = self.pack(sections, budget, **variables)
        content = fill(self.name, self.changing, {**variables, "sections": packed.text}).strip()
        said = PackedMessage(role="user", content=content)
        said.cut = packed.cut
        return said

    def pack(self, sections: Sequence[Section], budget: int, **variables: str) -> Packed:
        """What of the sections fits beside the rest of the changing part."""
        empty = fill(self.name, self.changing, {**variables, "sections": ""})
        return pack(sections, max(0, budget - estimate_tokens(empty)))


def load(name: str, world: str = "") -> Prompt:
    """A prompt by its name, that of a world if it has one. Raises UsageError for a file that is no prompt."""
    special = f"{world}/{name}"
    chosen = special if world and _file(special).is_file() else name
    return parse(chosen, text_of(chosen))


def text_of(name: str) -> str:
    """The text of the prompt that is in use."""
    own = home() / "prompts" / f"{name}.md"
    return own.read_text(encoding="utf-8") if own.is_file() else packaged(name)


def packaged(name: str) -> str:
    """The text of the prompt that comes with the program."""
    return _file(name).read_text(encoding="utf-8")


def _file(name: str) -> Traversable:
    return resources.files("agent").joinpath("prompts", *f"{name}.md".split("/"))


def parse(name: str, text: str) -> Prompt:
    """A prompt from its text. Raises UsageError if its head or its line of division is missing."""
    head = _HEAD.match(text)
    if head is None or text.count(BETWEEN) != 1:
        raise UsageError(f"prompt {name}: it begins with `version: NAME` and has one line `===` between its halves")
    stable, changing = text[head.end() :].split(BETWEEN)
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return Prompt(name, f"{head[1]}@{digest}", stable.strip(), changing)


def fill(name: str, text: str, variables: Mapping[str, str]) -> str:
    """The text with its variables filled. Raises UsageError for one that is missing or that the text does not have."""
    template = Template(text)
    wanted = set(template.get_identifiers())
    if wanted != set(variables):
        missing, idle = sorted(wanted - set(variables)), sorted(set(variables) - wanted)
        problems = [f"has no value for {', '.join(missing)}"] * bool(missing)
        problems += [f"does not use {', '.join(idle)}"] * bool(idle)
        raise UsageError(f"prompt {name} {' and '.join(problems)}")
    return template.substitute(variables)


def variables(text: str) -> frozenset[str]:
    """The variables of a text."""
    return frozenset(Template(text).get_identifiers())
