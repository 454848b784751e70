"""Tasks with the pocket calculator; what it shows is to be copied from it."""

from __future__ import annotations

from random import Random

from curriculum.checks import Check, Clipboard, WindowOpen
from curriculum.desktop.family import Family, Instance
from curriculum.desktop.judging import done

CALCULATOR = ("calculator",)


def copied(text: str) -> Check:
    """The calculator is open, and its display was copied."""
    return done(Clipboard(text=text, copied=True), WindowOpen(program="calculator"))


def calculate(random: Random) -> Instance:
    """One operation with two numbers."""
    first, second, operation = random.randrange(1000, 10_000), random.randrange(12, 1000), random.choice("+-*")
    result = {"+": first + second, "-": first - second, "*": first * second}[operation]
    expression = f"{first}{operation}{second}"
    return Instance(
        goal=f"Compute {expression} with the calculator and copy the result from it to the clipboard.",
        values={"expression": expression},
        check=copied(str(result)),
    )


def calculate_with_brackets(random: Random) -> Instance:
    """A sum in brackets that is multiplied."""
    first, second, third = (random.randrange(12, 1000) for _ in range(3))
    expression = f"({first}+{second})*{third}"
    return Instance(
        goal=f"Compute {expression} with the calculator and copy the result from it to the clipboard.",
        values={"expression": expression},
        check=copied(str((first + second) * third)),
    )


def square_root(random: Random) -> Instance:
    """A root that is a whole number."""
    root = random.randrange(101, 10_000)
    return Instance(
        goal=f"Compute the square root of {root * root} with the calculator and copy the result from it to the "
        "clipboard.",
        values={"value": root * root},
        check=copied(str(root)),
    )


def to_hexadecimal(random: Random) -> Instance:
    """A number in base 16."""
    value = random.randrange(4096, 1_000_000)
    return Instance(
        goal=f"Let the calculator show {value} as a hexadecimal number and copy it from there to the clipboard.",
        values={"value": value},
        check=copied(f"{value:X}"),
    )


def to_binary(random: Random) -> Instance:
    """A number in base 2."""
    value = random.randrange(128, 32_000)
    return Instance(
        goal=f"Let the calculator show {value} as a binary number and copy it from there to the clipboard.",
        values={"value": value},
        check=copied(f"{value:b}"),
    )


FAMILIES = (
    Family("calculate", "calculator", 2, CALCULATOR, calculate),
    Family("calculate_with_brackets", "calculator", 2, CALCULATOR, calculate_with_brackets),
    Family("square_root", "calculator", 2, CALCULATOR, square_root),
    Family("to_hexadecimal", "calculator", 3, CALCULATOR, to_hexadecimal),
    Family("to_binary", "calculator", 3, CALCULATOR, to_binary),
)
