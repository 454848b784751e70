# ruff: noqa: D100, F821
# Programs that solve the families of the desk and the calculator. Read as sources, never imported; names are primitives
# and functions of the proofs.


def start_program(program: str) -> None:
    open_program(program)


def start_programs(programs: list) -> None:
    for program in programs:
        open_program(program)


def open_text(path: str, program: str) -> None:
    open_program(program, path)


def open_table(path: str, program: str) -> None:
    open_program(program, path)


def open_folder(folder: str) -> None:
    open_program("files", folder)


def bring_to_front(path: str, target: str) -> None:
    open_program("spreadsheet", target)
    open_program("editor", path)


def compute(expression: str) -> None:
    """Leaves the result of an expression in the calculator and on the clipboard."""
    open_program("calculator")
    type_text(expression + "=")
    press("ctrl+c")


def calculate(expression: str) -> None:
    compute(expression)


def calculate_with_brackets(expression: str) -> None:
    compute(expression)


def square_root(value: int) -> None:
    open_program("calculator")
    type_text(str(value))
    click("sqrt")
    press("ctrl+c")


def to_hexadecimal(value: int) -> None:
    open_program("calculator")
    type_text(f"{value}=")
    menu("View > Scientific Mode")
    menu("Calculator > Number bases > Hexadecimal")
    press("ctrl+c")


def to_binary(value: int) -> None:
    open_program("calculator")
    type_text(f"{value}=")
    menu("View > Scientific Mode")
    menu("Calculator > Number bases > Binary")
    press("ctrl+c")
