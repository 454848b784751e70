"""Facts about a desktop skill from its syntax tree, and what stands against keeping it; runs nothing.

The same shape as `bridge/parse.js` gives for JavaScript, so that admission needs to know no language. Standard library
only: it is run in a box of its own, because a parser reads hostile text too (`python3 parse.py` reads one JSON
request).
"""

from __future__ import annotations

import ast
import builtins
import json
import symtable
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

MOST_LETTERS = 100_000
ALLOWED_IMPORTS = frozenset(
    "collections csv dataclasses datetime decimal fractions functools io itertools json math random re statistics "
    "string textwrap typing unicodedata".split()
)
"""Modules that only compute. The box would survive any other; a writer is told early that it leads nowhere."""
FORBIDDEN = {
    "open": "files are made through programs: use list_files, open_program and choose_file",
    "exec": "code cannot be made from text: write a helper inside the function",
    "eval": "code cannot be made from text: write a helper inside the function",
    "compile": "code cannot be made from text: write a helper inside the function",
    "__import__": "only modules that compute can be imported, by an import statement inside the function",
    "input": "nobody answers: take a parameter",
    "globals": "globals are not shared: return a value or pass parameters",
    "breakpoint": "nobody debugs here: print what you want to see",
    "exit": "return from the function instead",
    "quit": "return from the function instead",
}
OWN_NAMES = frozenset({"DeskError", "Any"})
"""Names that the runner provides beside primitives, skills and what Python has."""
_NAMES_OF_PYTHON = frozenset(dir(builtins)) - {"_"}
GIVEN = (_NAMES_OF_PYTHON | OWN_NAMES) - frozenset(FORBIDDEN)
"""Names beside primitives and skills that every program is given, and so may not hide."""


_NOTHING: dict[str, Any] = {
    "ok": False,
    "language": "python",
    "errors": [],
    "functions": [],
    "main": None,
    "calls": [],
    "lines": {},
    "handed": [],
    "free": [],
    "bound": [],
    "purpose": "",
    "assigned_constants": [],
    "unused_params": [],
    "has_return": False,
    "outside_code": [],
    "refusals": [],
}
"""The facts of a source of which nothing is known."""


def unreadable(message: str, line: int = 1) -> dict[str, Any]:
    """The facts of a source that cannot be parsed, for this reason."""
    problem = {"code": "syntax", "message": message, "line": line}
    return {**_NOTHING, "errors": [problem], "refusals": [problem]}


def facts(source: str, primitives: Iterable[str] = ()) -> dict[str, Any]:
    """Functions, parameters, calls and refusals of a source."""
    try:
        if len(source) > MOST_LETTERS:
            raise SyntaxError("the source is too long")
        tree = ast.parse(source)
        table = symtable.symtable(source, "program", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = error.lineno if isinstance(error, SyntaxError) and error.lineno else 1
        words = error.msg if isinstance(error, SyntaxError) else f"{type(error).__name__}: {error}"
        return unreadable(f"syntax error: {words}", line)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    main = functions[-1] if functions else None
    free = _free(tree, table)
    calls = [name for name in free if name not in _NAMES_OF_PYTHON | OWN_NAMES]
    within = _line_within(tree, table, main.name) if main else 0
    told = {
        **_NOTHING,
        "ok": True,
        "functions": [_function(node) for node in functions],
        "main": main.name if main else None,
        "calls": [*calls, *([main.name] if main and within else [])],
        "lines": {**free, **({main.name: within} if main and within else {})},
        "handed": [told for node in ast.walk(tree) if isinstance(node, ast.Call) and (told := _handed(node, free))],
        "free": list(free),
        "bound": [{"name": name, "line": line} for name, line in _bound(tree, main)],
        "purpose": _purpose(main),
        "unused_params": _unused(main) if main else [],
        "has_return": main is not None and _returns(main),
        "outside_code": [{"line": node.lineno, "text": _first_line(node)} for node in tree.body if _outside(node)],
    }
    refusals = _refusals(told, functions, free, tree, frozenset(primitives))
    return {**told, "refusals": sorted(refusals, key=lambda each: each["line"])}


def rename(source: str, old: str, new: str) -> str:
    """A source in which another skill is called, or which has another name itself. Raises ValueError.

    Only names are edited, found by the syntax tree: text and attributes that read the same stay.
    """
    tree = ast.parse(source)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    main = functions[-1] if functions else None
    bound = {name for name, _ in _bound(tree, main)}
    if {old, new} & bound or (main and main.name == new):
        raise ValueError(f"{new} has another meaning in this source")
    lines = source.encode().splitlines(keepends=True)
    edits = [(node.lineno, node.col_offset) for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == old]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == old:
            edits.append((node.lineno, lines[node.lineno - 1].index(old.encode(), node.col_offset + len("def"))))
    for line, column in sorted(edits, reverse=True):
        text = lines[line - 1]
        lines[line - 1] = text[:column] + new.encode() + text[column + len(old.encode()) :]
    return b"".join(lines).decode()


def _refusals(
    told: dict[str, Any],
    functions: list[ast.FunctionDef | ast.AsyncFunctionDef],
    free: dict[str, int],
    tree: ast.Module,
    primitives: frozenset[str],
) -> Iterator[dict[str, Any]]:
    def refuse(code: str, line: int, message: str) -> dict[str, Any]:
        return {"code": code, "message": message, "line": line}

    if not functions:
        yield refuse("no_function", 1, "write one typed function: def name(text: str, count: int = 1) -> dict: ...")
        return
    main = functions[-1]
    for each in told["outside_code"]:
        yield refuse("outside_code", each["line"], f"'{each['text']}' stands outside of the function: move it inside")
    if len(functions) > 1:
        extra = ", ".join(node.name for node in functions[:-1])
        yield refuse(
            "several_functions",
            functions[0].lineno,
            f"only {main.name} may stand at the top: move {extra} into it, or make each a skill of its own",
        )
    if isinstance(main, ast.AsyncFunctionDef):
        yield refuse("is_async", main.lineno, f"{main.name} must not be async: every primitive waits by itself")
    if _yields(main):
        yield refuse(
            "generator", main.lineno, f"{main.name} must not be a generator: collect what it yields and return that"
        )
    if main.decorator_list:
        yield refuse("decorated", main.lineno, f"{main.name} must not be decorated")
    for name, line in {**{each["name"]: each["line"] for each in told["bound"]}, main.name: main.lineno}.items():
        if name in primitives:
            yield refuse("shadows_primitive", line, f"{name} is a primitive: choose another name")
        elif name in GIVEN:
            yield refuse("shadows_global", line, f"{name} is there for all programs: choose another name")
    if main.args.vararg or main.args.kwarg:
        yield refuse("open_parameters", main.lineno, f"name every parameter of {main.name} instead of * and **")
    if main.args.posonlyargs:
        yield refuse(
            "open_parameters", main.lineno, f"{main.name} is called by the names of its parameters: leave out /"
        )
    for parameter in _parameters(main):
        if parameter.annotation is None:
            yield refuse(
                "untyped_parameter",
                parameter.lineno,
                f"the parameter {parameter.arg} has no type: write {parameter.arg}: str, or int, float, list …",
            )
    for line, name in _assigned_constants(tree):
        yield refuse("assigns_constant", line, f"{name} is a constant and cannot be assigned: take a name of your own")
    for each in told["unused_params"]:
        yield refuse(
            "unused_parameter", each["line"], f"the parameter {each['name']} is never used: use it or remove it"
        )
    if not _parameters(main) and (fixed := _fixed_text(main)):
        yield refuse(
            "no_parameter", fixed.lineno, f"{main.name} writes a fixed text: take it as a parameter, such as text: str"
        )
    if not told["has_return"]:
        yield refuse(
            "no_return", main.lineno, f"{main.name} returns nothing: return what was done, such as {{'saved': path}}"
        )
    for name, why in FORBIDDEN.items():
        if name in free:
            yield refuse("forbidden_name", free[name], f"{name} is not available: {why}")
    for line, module in _imports(tree):
        if module.split(".")[0] not in ALLOWED_IMPORTS:
            allowed = ", ".join(sorted(ALLOWED_IMPORTS))
            yield refuse("forbidden_import", line, f"{module or 'this'} cannot be imported; only: {allowed}")
    for each in told["bound"]:
        if each["name"] == "*":
            yield refuse("forbidden_import", each["line"], "import each name that is used by itself, not *")
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr.startswith("__") and node.attr.endswith("__"):
            yield refuse("forbidden_name", node.lineno, f"{node.attr} is not available: it leads behind the language")


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, Any]:
    """Name, parameters and documentation of a function."""
    positional = [*node.args.posonlyargs, *node.args.args]
    defaults: dict[str, ast.expr] = dict(
        zip(
            [each.arg for each in positional][len(positional) - len(node.args.defaults) :],
            node.args.defaults,
            strict=True,
        )
    )
    defaults |= {
        each.arg: value for each, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if value
    }
    return {
        "name": node.name,
        "async": isinstance(node, ast.AsyncFunctionDef),
        "params": [
            {
                "name": each.arg,
                "type": ast.unparse(each.annotation) if each.annotation else None,
                "default": ast.unparse(defaults[each.arg]) if each.arg in defaults else None,
            }
            for each in _parameters(node)
        ],
        "line": node.lineno,
        "doc": ast.get_docstring(node) or "",
    }


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def _purpose(main: ast.FunctionDef | ast.AsyncFunctionDef | None) -> str:
    doc = ast.get_docstring(main) if main else None
    return next((line.strip() for line in (doc or "").splitlines() if line.strip()), "")


def _free(tree: ast.Module, table: symtable.SymbolTable) -> dict[str, int]:
    """Names that are used and defined nowhere in the source, with the first line that uses them, in order of use."""
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    own |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    outer: set[str] = set()

    def collect(scope: symtable.SymbolTable, top: bool) -> None:
        for symbol in scope.get_symbols():
            if symbol.is_referenced() and (top or symbol.is_global()) and symbol.get_name() not in own:
                outer.add(symbol.get_name())
        for child in scope.get_children():
            collect(child, False)

    collect(table, True)
    annotations = {id(name) for note in _annotations(tree) for name in ast.walk(note)}
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in annotations]
    found: dict[str, int] = {}
    for node in sorted(uses, key=lambda each: (each.lineno, each.col_offset)):
        if node.id in outer:
            found.setdefault(node.id, node.lineno)
    return found


def _handed(call: ast.Call, free: Iterable[str]) -> dict[str, Any] | None:
    """What a call of something from outside hands over: by name, and how much by its place; None if that is open."""
    if not isinstance(call.func, ast.Name) or call.func.id not in free:
        return None
    names = [each.arg for each in call.keywords]
    if None in names or any(isinstance(each, ast.Starred) for each in call.args):
        return None
    return {"name": call.func.id, "line": call.lineno, "names": names, "places": len(call.args)}


def _line_within(tree: ast.Module, table: symtable.SymbolTable, name: str) -> int:
    """The first line at which a function uses the name of one at the top, itself included; 0 if none does."""
    if not _used_within(table, name):
        return 0
    return min((node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name), default=1)


def _used_within(table: symtable.SymbolTable, name: str) -> bool:
    symbols = [scope.lookup(name) for scope in table.get_children() if name in scope.get_identifiers()]
    return any(symbol.is_referenced() and symbol.is_global() for symbol in symbols) or any(
        _used_within(scope, name) for scope in table.get_children()
    )


def _assigned_constants(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Names that are declared Final and assigned again, and members of imported modules that are assigned."""
    imported = {
        each.asname or each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names
    }
    declared = {
        node.target.id: node.target
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and "Final" in ast.unparse(node.annotation)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=str(name), ctx=ast.Store() | ast.Del()) if node is not declared.get(name, node):
                yield node.lineno, name
            case ast.Attribute(value=ast.Name(id=str(module)), ctx=ast.Store() | ast.Del()) if module in imported:
                yield node.lineno, ast.unparse(node)


def _bound(tree: ast.Module, main: ast.stmt | None) -> Iterator[tuple[str, int]]:
    """Every name that the source gives a meaning of its own, and where; that of the main function is left out."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=str(name), ctx=ast.Store() | ast.Del()) | ast.arg(arg=str(name)):
                yield name, node.lineno
            case ast.FunctionDef(name=str(name)) | ast.AsyncFunctionDef(name=str(name)) | ast.ClassDef(name=str(name)):
                if node is not main:
                    yield name, node.lineno
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, node.lineno
            case ast.MatchMapping(rest=str(name)):
                yield name, node.lineno
            case ast.Import(names=imported) | ast.ImportFrom(names=imported):
                for each in imported:
                    name = each.asname or each.name.split(".")[0]
                    is_there = isinstance(node, ast.ImportFrom) and node.module == "typing" and each.name == "Any"
                    if not (is_there and name == "Any"):
                        yield name, node.lineno
            case _ if isinstance(node, getattr(ast, "type_param", ())):  # from Python 3.12 on
                yield getattr(node, "name", ""), getattr(node, "lineno", 1)


def _annotations(tree: ast.Module) -> Iterator[ast.expr]:
    """Types say nothing about what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            yield node.annotation
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            yield node.returns


def _unused(main: ast.FunctionDef | ast.AsyncFunctionDef) -> list[dict[str, Any]]:
    used = {node.id for node in ast.walk(main) if isinstance(node, ast.Name)}
    return [{"name": each.arg, "line": each.lineno} for each in _parameters(main) if each.arg not in used]


def _fixed_text(main: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.Call | None:
    """A call that types a text which stands in the source, there or as the value of a name that has no other."""
    stored = Counter(
        node.id for node in ast.walk(main) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    constants = {
        node.targets[0].id
        for node in ast.walk(main)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and _is_literal(node.value)
    }

    def fixed(given: ast.expr) -> bool:
        return _is_literal(given) or (isinstance(given, ast.Name) and given.id in constants and stored[given.id] == 1)

    calls = (node for node in ast.walk(main) if isinstance(node, ast.Call))
    typed = (node for node in calls if isinstance(node.func, ast.Name) and node.func.id == "type_text")
    return next(
        (node for node in typed if any(map(fixed, [*node.args, *(each.value for each in node.keywords)]))), None
    )


def _is_literal(node: ast.expr) -> bool:
    """Whether a value stands in the source as it is: a text, or one with nothing to fill in."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return all(isinstance(part, ast.Constant) for part in parts)


def _returns(main: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it returns a value anywhere, inner functions not counted."""
    return any(isinstance(node, ast.Return) and node.value is not None for node in _own_nodes(main))


def _yields(main: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it is a generator; inner functions may be."""
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _own_nodes(main))


def _own_nodes(main: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """What stands in a function, inner functions and classes left out."""
    waiting: list[ast.AST] = list(main.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "" if node.level else node.module or ""


def _outside(node: ast.stmt) -> bool:
    """Whether a statement at the top is neither a function nor an import nor a text that documents."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return False
    return not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Import | ast.ImportFrom)


def _first_line(node: ast.stmt) -> str:
    return ast.unparse(node).split("\n")[0][:80]


if __name__ == "__main__":
    request = json.load(sys.stdin)
    json.dump(facts(request["source"], request["primitives"]), sys.stdout)
