"""Tasks with pictures, in the picture editor: size, format, turning, colour."""

from __future__ import annotations

from random import Random

from curriculum.checks import Picture
from curriculum.desktop import content
from curriculum.desktop.family import Family, Instance
from curriculum.desktop.judging import done

EDITOR = ("image_editor",)
FORMATS = {"jpg": "jpeg", "bmp": "bmp", "gif": "gif"}


def _colour(random: Random) -> tuple[int, int, int]:
    red, green, blue = (random.randrange(40, 220) for _ in range(3))
    return red, green, blue


def scale_picture(random: Random) -> Instance:
    """A picture that becomes smaller, its sides in proportion."""
    path, target, colour = content.file_name(random, "png"), content.file_name(random, "png"), _colour(random)
    width = random.randrange(20, 75) * 4
    return Instance(
        goal=f"Scale the picture {path} to a width of {width} pixels, its height in proportion, and "
        f"export it as {target}.",
        values={"path": path, "width": width, "target": target},
        check=done(
            Picture(path=target, width=width, height=width * 3 // 4, format="png", average=colour), but=[target]
        ),
        files={path: content.picture(colour, 400, 300)},
    )


def export_picture(random: Random) -> Instance:
    """The same picture in another format."""
    ending = random.choice(list(FORMATS))
    path, target, colour = content.file_name(random, "png"), content.file_name(random, ending), _colour(random)
    width, height = random.randrange(100, 300), random.randrange(100, 300)
    return Instance(
        goal=f"Export the picture {path} as {target}, in the format that this ending stands for.",
        values={"path": path, "target": target},
        check=done(
            Picture(path=target, width=width, height=height, format=FORMATS[ending], average=colour), but=[target]
        ),
        files={path: content.picture(colour, width, height)},
    )


def turn_picture(random: Random) -> Instance:
    """A picture on its side."""
    path, target, colour = content.file_name(random, "png"), content.file_name(random, "png"), _colour(random)
    width, height = random.randrange(200, 400), random.randrange(80, 180)
    return Instance(
        goal=f"Rotate the picture {path} by 90 degrees clockwise and export it as {target}.",
        values={"path": path, "target": target},
        check=done(Picture(path=target, width=height, height=width, format="png", average=colour), but=[target]),
        files={path: content.picture(colour, width, height)},
    )


def grey_picture(random: Random) -> Instance:
    """A picture without colours."""
    path, target, colour = content.file_name(random, "png"), content.file_name(random, "png"), _colour(random)
    width, height = random.randrange(100, 300), random.randrange(100, 300)
    return Instance(
        goal=f"Turn the picture {path} into shades of grey (the mode grayscale) and export it as {target}.",
        values={"path": path, "target": target},
        check=done(Picture(path=target, width=width, height=height, format="png", mode="L", grey=True), but=[target]),
        files={path: content.picture(colour, width, height)},
    )


FAMILIES = (
    Family("export_picture", "pictures", 3, EDITOR, export_picture),
    Family("scale_picture", "pictures", 4, EDITOR, scale_picture),
    Family("turn_picture", "pictures", 4, EDITOR, turn_picture),
    Family("grey_picture", "pictures", 4, EDITOR, grey_picture),
)
