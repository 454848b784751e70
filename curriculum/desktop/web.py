"""Tasks with pages of the home, in the browser; a page says in its title what was entered, and runs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from random import Random

from curriculum.checks import WindowOpen
from curriculum.desktop import content
from curriculum.desktop.family import Family, Instance
from curriculum.desktop.judging import done, text_is

BROWSER = ("browser",)


def page(title: str, body: str) -> bytes:
    """A page of the home."""
    return f'<!doctype html><meta charset="utf-8"><title>{escape(title)}</title><h1>{escape(title)}</h1>{body}'.encode()


def form(title: str, fields: Sequence[str], choices: Sequence[str], boxes: Sequence[str]) -> bytes:
    """A page with a form; when it is sent, the title becomes "Sent" and everything that was entered."""
    told = [
        *(f'<p><label>{escape(field)} <input class="told"></label></p>' for field in fields),
        *(f'<p><label><input type="radio" name="choice" value="{escape(each)}"> {escape(each)}</label></p>'
          for each in choices),
        *(f'<p><label><input type="checkbox" value="{escape(each)}"> {escape(each)}</label></p>' for each in boxes),
    ]  # fmt: skip
    sent = """const all = [...document.querySelectorAll('input')].filter(i => i.className || i.checked)
        document.title = 'Sent ' + all.map(i => i.value).join(' | '); return false"""
    return page(title, f'<form onsubmit="{sent}">{"".join(told)}<button>Send</button></form>')


def fill_form(random: Random) -> Instance:
    """A form with two fields and a choice."""
    path, name, city = content.file_name(random, "html"), content.person(random), content.one(random, "cities")
    choices = [each.title() for each in content.some(random, "adjectives", 3)]
    choice = random.choice(choices)
    return Instance(
        goal=f'On the page {path}, enter "{name}" as Name and "{city}" as City, choose "{choice}", and press Send.',
        values={"path": path, "name": name, "city": city, "choice": choice},
        check=done(WindowOpen(title=f"Sent {name} | {city} | {choice}", program="browser")),
        files={path: form(f"Order {random.randrange(1000)}", ("Name", "City"), choices, ())},
    )


def tick_boxes(random: Random) -> Instance:
    """A form with boxes, of which some are to be ticked."""
    path = content.file_name(random, "html")
    boxes = [each.title() for each in content.some(random, "nouns", 5)]
    chosen = random.sample(boxes, 2)
    names = [each for each in boxes if each in chosen]
    return Instance(
        goal=f"On the page {path}, tick {' and '.join(names)} and nothing else, and press Send.",
        values={"path": path, "names": names},
        check=done(WindowOpen(title=f"Sent {' | '.join(names)}", program="browser")),
        files={path: form(f"Basket {random.randrange(1000)}", (), (), boxes)},
    )


def follow_links(random: Random) -> Instance:
    """A page that is two links away."""
    path = content.file_name(random, "html")
    first, second, *others = (each.title() for each in content.some(random, "nouns", 6))
    pages = {f"{each.lower()}.html": f"{each} {random.randrange(1000)}" for each in (first, second, *others)}

    def links(names: Sequence[str]) -> str:
        return "".join(f'<p><a href="{each.lower()}.html">{each}</a></p>' for each in random.sample(names, len(names)))

    files = {name: page(title, "") for name, title in pages.items()}
    files[f"{first.lower()}.html"] = page(pages[f"{first.lower()}.html"], links([second, *others[2:]]))
    files[path] = page(f"Contents {random.randrange(1000)}", links([first, *others[:2]]))
    return Instance(
        goal=f'Open the page {path} in the browser, follow the link "{first}", and on the page that it leads to the '
        f'link "{second}".',
        values={"path": path, "names": [first, second]},
        check=done(WindowOpen(title=pages[f"{second.lower()}.html"], program="browser")),
        files=files,
    )


def page_into_note(random: Random) -> Instance:
    """What a page says about one thing, in a document."""
    path, target = content.file_name(random, "html"), content.file_name(random)
    things, codes = content.some(random, "nouns", 5), content.numbers(random, 5, 1000, 100_000)
    name, code = random.choice(list(zip(things, codes, strict=True)))
    told = "".join(f"<p>{thing}: {number}</p>" for thing, number in zip(things, codes, strict=True))
    return Instance(
        goal=f'Save a text document {target} that holds the number that the page {path} gives for "{name}", and '
        "nothing else.",
        values={"path": path, "name": name, "target": target},
        check=done(text_is(target, [str(code)]), but=[target]),
        files={path: page("Numbers", told)},
    )


FAMILIES = (
    Family("fill_form", "web", 3, BROWSER, fill_form),
    Family("tick_boxes", "web", 3, BROWSER, tick_boxes),
    Family("follow_links", "web", 3, BROWSER, follow_links),
    Family("page_into_note", "chains", 4, ("browser", "editor"), page_into_note),
)
