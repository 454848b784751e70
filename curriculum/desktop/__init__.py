"""The curriculum of the desktop: families of tasks, each a generator with a machine check."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from curriculum.desktop import calculator, chains, desk, documents, files, pictures, sheets, text, web
from curriculum.desktop.family import Family, Instance, solved

__all__ = ["Family", "Instance", "families", "solved"]

_SUBJECTS = (desk, text, files, sheets, calculator, chains, web, pictures, documents)


@cache
def families() -> Mapping[str, Family]:
    """All families by name, easiest first; within a level in the order in which they are written."""
    everything = [family for subject in _SUBJECTS for family in subject.FAMILIES]
    return MappingProxyType({family.name: family for family in sorted(everything, key=lambda each: each.level)})
