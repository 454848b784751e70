"""Names as general as the game allows: a '#tag' in the place of items of which any will do. Pure, over game data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from curriculum.gamedata import Craft, GameData


def ingredients_of(target: str, way: Craft, data: GameData) -> dict[str, int]:
    """The recipe's ingredients with '#tag' where the game has the same recipe for the tag's other members."""
    members = data.expand(target)
    variants = [recipe for name in members for recipe in data.recipes.get(name, ()) if recipe.count == way.recipe.count]
    general: dict[str, int] = {}
    for name, each in way.recipe.ingredients.items():
        rest = _without(way.recipe.ingredients, name)
        like = {
            other
            for recipe in variants
            for other, count in recipe.ingredients.items()
            if count == each and _without(recipe.ingredients, other) == rest
        }
        tags = [
            tag
            for tag, items in data.tags.items()
            if name in items and len(like & set(items)) > 1 and set(items) & set(data.ranks()) <= like
        ]
        best = max(tags, key=lambda tag: (len(set(data.tags[tag])), tag), default=None)
        general[f"#{best}" if best else name] = each
    return general


def tag_of(name: str, like: Iterable[str], data: GameData) -> str | None:
    """A '#tag' of `name` whose obtainable members all smelt to the same thing (charcoal from any log)."""
    same, ranks = set(like), data.ranks()
    for tag, items in sorted(data.tags.items()):
        members = {item for item in items if item in ranks}
        if name in members and len(members) > 1 and members <= same:
            return f"#{tag}"
    return None


def shortest(names: list[str], data: GameData) -> tuple[str, ...]:
    """The '#tag' whose members in this world are exactly `names`, or the names themselves."""
    ranks = set(data.blocks)
    for tag, members in data.tags.items():
        present = {member for member in members if member in ranks and data.blocks[member].levels is not None}
        if len(names) > 1 and present == set(names):
            return (f"#{tag}",)
    return tuple(sorted(names))


def _without(ingredients: Mapping[str, int], name: str) -> dict[str, int]:
    return {other: count for other, count in ingredients.items() if other != name}
