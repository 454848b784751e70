"""Desktop skills compared and rewritten by their syntax trees, as `bridge/reshape.js` does it for JavaScript.

What a source is apart from names and layout, which constants it holds, one parameter in the place of constants, one
function in the place of statements that several have in common. Only the places that change are edited, so comments and
layout stay. It decides nothing and runs nothing; what cannot be rewritten raises ValueError.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from envs.desktop.parse import facts

Function = ast.FunctionDef | ast.AsyncFunctionDef
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LEAVING = (ast.Return, ast.Yield, ast.YieldFrom, ast.Global, ast.Nonlocal, ast.Delete)
Span = tuple[int, int]
"""Where something begins and ends in the bytes of a source."""


def shape(source: str) -> dict[str, Any]:
    """What a source is apart from names and layout: {same, like, constants, steps, words, size, passes_on}.

    `like` leaves its constants out; `steps` are its own statements, None where one leaves the function and so cannot be
    moved into another. Names of parameters are how it is called, and count.
    """
    main, free = _parsed(source)
    fixed = free | {each.arg for each in _parameters(main)}
    body = _body(main)
    found = _constants(body)
    return {
        "same": _digest([main.args, *body], fixed),
        "like": _digest([main.args, *body], fixed, leave_out=found),
        "constants": [node.value for node in found],
        "steps": [None if _leaves(each) else _digest([each], free) for each in body],
        "words": [_words(each) for each in body],
        "size": sum(1 for _ in ast.walk(main)),
        "passes_on": _passed_on(main),
    }


def generalise(source: str, name: str, groups: Sequence[Mapping[str, Any]]) -> str:
    """The source under another name with parameters in the place of constants.

    `groups` are {at: numbers of constants, parameter}; the constant that stands there becomes the default.
    """
    main, _ = _parsed(source)
    found, place = _constants(_body(main)), _Places(source)
    edits = [(place.name(main), name)]
    added = []
    if taken := {group["parameter"] for group in groups} & (_loaded([main]) | _stored(main.body)):
        raise ValueError(f"{' and '.join(sorted(taken))} has another meaning in this source")
    for group in groups:
        first = found[group["at"][0]]
        added.append(f"{group['parameter']}: {type(first.value).__name__} = {place.text(place.of(first))}")
        edits += [(place.of(found[number]), group["parameter"]) for number in group["at"]]
    given: list[ast.arg | ast.expr] = [*_parameters(main), *main.args.defaults]
    given += [each for each in main.args.kw_defaults if each]
    if given:
        end = max(place.of(each)[1] for each in given)
        edits.append(((end, end), ", " + ", ".join(added)))
    else:
        opening = place.after(place.name(main)[1], b"(")
        edits.append(((opening, opening), ", ".join(added)))
    return place.edited(edits)


def wrapper(source: str, target: str, values: Mapping[str, Any]) -> str:
    """The source with a call in the place of its body: `target` with its own parameters and these values."""
    main, _ = _parsed(source)
    place, body = _Places(source), _body(main)
    given = [f"{each.arg}={each.arg}" for each in _parameters(main)]
    given += [f"{name}={value!r}" for name, value in values.items()]
    whole = (place.of(body[0])[0], place.of(body[-1])[1])
    return place.edited([(whole, f"return {target}({', '.join(given)})")])


def extract(
    sources: Sequence[str], starts: Sequence[int], length: int, name: str, purpose: str
) -> tuple[str, list[str]]:
    """Statements that sources share as a function of its own, and the sources with calls of it.

    The statements are `length` in a row, in each source from the number on that `starts` gives.
    """
    excerpts = [_excerpt(source, start, length) for source, start in zip(sources, starts, strict=True)]
    first = excerpts[0]
    inputs = first.numbers_of(first.inputs)
    if any(each.text != first.text or each.numbers_of(each.inputs) != inputs for each in excerpts):
        raise ValueError("the steps hang together in different ways")
    outputs = sorted({number for each in excerpts for number in each.numbers_of(each.outputs)})
    wanted = [first.names[number] for number in inputs]
    typed = sorted((first.typed(one) for one in wanted), key=lambda each: "=" in each)
    shared = ", ".join(first.names[number] for number in outputs)
    indent = " " * first.indent
    source = (
        f'def {name}({", ".join(typed)}) -> {"Any" if shared else "dict"}:\n{indent}"""{purpose}"""\n'
        f"{indent}{first.place.text(first.span)}\n{indent}return {shared or repr({'done': True})}\n"
    )
    callers = []
    for each in excerpts:
        given = ", ".join(f"{one}={each.names[number]}" for one, number in zip(wanted, inputs, strict=True))
        taken = ", ".join(each.names[number] for number in outputs)
        callers.append(each.place.edited([(each.span, f"{taken + ' = ' if taken else ''}{name}({given})")]))
    return source, callers


@dataclass(frozen=True)
class _Excerpt:
    """Some statements of a main function with what they take from the rest of it and give to it."""

    place: _Places
    span: Span
    indent: int
    text: str
    names: tuple[str, ...]
    """Its own names in the order in which the statements use them."""
    inputs: frozenset[str]
    outputs: frozenset[str]
    parameters: Mapping[str, str]
    """The parameters of the function as they are written."""

    def numbers_of(self, names: Iterable[str]) -> list[int]:
        """The numbers of own names, in order."""
        return sorted(self.names.index(name) for name in names)

    def typed(self, name: str) -> str:
        """A parameter for one of its names, as it is written where it comes from."""
        return self.parameters.get(name, f"{name}: Any")


def _excerpt(source: str, start: int, length: int) -> _Excerpt:
    main, free = _parsed(source)
    body, place = _body(main), _Places(source)
    before, inside, after = body[:start], body[start : start + length], body[start + length :]
    if len(inside) < length or any(map(_leaves, inside)):
        raise ValueError("a step leaves the function")
    if inside[0].lineno == main.lineno:
        raise ValueError("the function stands on one line")
    parameters = {each.arg for each in _parameters(main)}
    bound, sure = parameters | _stored(before), parameters | _stored_at_top(before)
    loaded, stored = _loaded(inside), _stored(inside)
    outputs = stored & _loaded(after)
    inputs = (loaded | outputs) & bound
    if (_defined(before) & loaded) | (_defined(inside) & _loaded(after)):
        raise ValueError("the steps share a function or an import with the rest")
    if not inputs <= sure or not outputs <= _stored_at_top(inside) | inputs:
        raise ValueError("what the steps share with the rest is not always there")
    names: dict[str, int] = {}
    text = _canonical(inside, free, names)
    written = {each.arg: _written(each, main, place) for each in _parameters(main)}
    span = (place.of(inside[0])[0], place.of(inside[-1])[1])
    return _Excerpt(
        place, span, inside[0].col_offset, text, tuple(names), frozenset(inputs), frozenset(outputs), written
    )


# -- reading trees


def _parsed(source: str) -> tuple[Function, frozenset[str]]:
    """The main function (the last one at the top), and the names that mean something outside of the source."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"the source cannot be parsed: {error}") from error
    functions = [node for node in tree.body if isinstance(node, Function)]
    if not functions:
        raise ValueError("there is no function")
    return functions[-1], frozenset(facts(source)["free"]) | _imported(tree)


def _body(main: Function) -> list[ast.stmt]:
    """The statements of a function without the text that documents it."""
    documented = ast.get_docstring(main) is not None
    body = main.body[documented:]
    if not body:
        raise ValueError(f"{main.name} has no statements")
    return body


def _parameters(main: Function) -> list[ast.arg]:
    return [*main.args.posonlyargs, *main.args.args, *main.args.kwonlyargs]


def _constants(body: Sequence[ast.stmt]) -> list[ast.Constant]:
    """Texts and numbers in the order in which they stand; labels, patterns and parts of other texts are not counted."""
    skipped: set[int] = set()
    found = []
    for node in (node for each in body for node in ast.walk(each)):
        if isinstance(node, ast.Dict):
            skipped |= {id(key) for key in node.keys}
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            skipped.add(id(node.slice))
        elif isinstance(node, ast.JoinedStr | ast.MatchValue):
            skipped |= {id(inner) for inner in ast.walk(node)}
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        elif isinstance(node, ast.Constant) and type(node.value) in (str, int, float):
            found.append(node)
    return sorted((node for node in found if id(node) not in skipped), key=lambda node: (node.lineno, node.col_offset))


def _words(statement: ast.stmt) -> list[str]:
    """The texts in a statement that say what it is about; what it catches says how it can fail."""
    handlers = (node for node in ast.walk(statement) if isinstance(node, ast.ExceptHandler))
    caught = {id(inner) for handler in handlers for inner in ast.walk(handler)}
    return [node.value for node in _constants([statement]) if isinstance(node.value, str) and id(node) not in caught]


_NAMED: Mapping[type[ast.AST], str] = {
    ast.Name: "id", ast.arg: "arg", ast.FunctionDef: "name", ast.AsyncFunctionDef: "name", ast.ExceptHandler: "name",
    ast.MatchAs: "name", ast.MatchStar: "name", ast.MatchMapping: "rest",
}  # fmt: skip


def _canonical(
    nodes: Sequence[ast.AST], kept: Iterable[str], names: dict[str, int], leave_out: Iterable[ast.Constant] = ()
) -> str:
    """Trees as text without layout: own names are numbered in their order, `kept` ones stay, constants if wanted."""
    out, kept = {id(node) for node in leave_out}, frozenset(kept)

    def text(node: Any) -> str:
        if isinstance(node, list):
            return f"[{','.join(map(text, node))}]"
        if not isinstance(node, ast.AST):
            return repr(node)
        if id(node) in out:
            return f"some {type(node.value).__name__}"  # type: ignore[attr-defined]
        own = _NAMED.get(type(node))
        parts = []
        for field, value in ast.iter_fields(node):
            if field in ("ctx", "type_comment", "kind"):
                continue
            named = field == own and isinstance(value, str) and value not in kept
            parts.append(f"{field}={names.setdefault(value, len(names)) if named else text(value)}")
        return f"{type(node).__name__}({','.join(parts)})"

    return text(list(nodes))


def _digest(nodes: Sequence[ast.AST], kept: Iterable[str], leave_out: Iterable[ast.Constant] = ()) -> str:
    return hashlib.sha256(_canonical(nodes, kept, {}, leave_out).encode()).hexdigest()[:32]


def _passed_on(main: Function) -> str | None:
    """The name of the skill to which a function of one statement only hands its parameters on; None for others."""
    body = _body(main)
    only = body[0].value if len(body) == 1 and isinstance(body[0], ast.Return | ast.Expr) else None
    if not isinstance(only, ast.Call) or not isinstance(only.func, ast.Name):
        return None
    given = {each.arg: each.value for each in only.keywords}
    given |= dict(zip((each.arg for each in _parameters(main)), only.args, strict=False))
    handed = {name: value.id for name, value in given.items() if isinstance(value, ast.Name) and name is not None}
    wanted = {each.arg: each.arg for each in _parameters(main)}
    return only.func.id if handed == wanted and len(handed) == len(only.keywords) + len(only.args) else None


def _leaves(node: ast.AST) -> bool:
    """Whether a statement leaves the function in which it stands, or reaches beyond it."""
    if isinstance(node, _LEAVING):
        return True
    return not isinstance(node, _SCOPES) and any(map(_leaves, ast.iter_child_nodes(node)))


def _loaded(body: Sequence[ast.AST]) -> set[str]:
    """Names that are read anywhere in statements."""
    found = set()
    for node in (node for each in body for node in ast.walk(each)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return found


def _stored(body: Iterable[ast.AST]) -> set[str]:
    """Names that statements bind in the scope in which they stand."""
    return {name for each in body for name in _bound(each)}


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, Function | ast.ClassDef):
        yield node.name
        return
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from _aliases(node)
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    if isinstance(node, _COMPREHENSIONS):  # a scope of its own, but for what := binds
        yield from (each.target.id for each in ast.walk(node) if isinstance(each, ast.NamedExpr))
    elif not isinstance(node, _SCOPES):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)


def _stored_at_top(body: Sequence[ast.stmt]) -> set[str]:
    """Names that statements bind whatever happens: by an assignment of their own."""
    plain = (each for each in body if isinstance(each, ast.Assign | ast.AnnAssign | ast.AugAssign))
    return _stored(plain)


def _defined(body: Iterable[ast.AST]) -> set[str]:
    """Functions, classes and imports that statements make."""
    found = set()
    for node in (node for each in body for node in ast.walk(each)):
        if isinstance(node, Function | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= set(_aliases(node))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            found |= _stored([node])
    return found


def _imported(tree: ast.Module) -> set[str]:
    return {name for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for name in _aliases(node)}


def _aliases(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [alias.asname or alias.name.partition(".")[0] for alias in node.names]


def _written(parameter: ast.arg, main: Function, place: _Places) -> str:
    """A parameter with its type, and its default if that is a plain value."""
    arguments = main.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: dict[str, ast.expr] = dict(
        zip((each.arg for each in reversed(positional)), reversed(arguments.defaults), strict=False)
    )
    keywords = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    defaults |= {each.arg: value for each, value in keywords if value is not None}
    told = place.text(place.of(parameter)) if parameter.annotation else f"{parameter.arg}: Any"
    default = defaults.get(parameter.arg)
    return f"{told} = {place.text(place.of(default))}" if isinstance(default, ast.Constant) else told


class _Places:
    """Where nodes stand in a source, and edits of it."""

    def __init__(self, source: str) -> None:
        self._bytes = source.encode()
        self._lines = [0]
        for line in self._bytes.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def of(self, node: ast.stmt | ast.expr | ast.arg) -> Span:
        """The bytes of a node, with what decorates it."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._at(node)
        if isinstance(node, Function | ast.ClassDef) and node.decorator_list:
            start = self._bytes.rindex(b"@", 0, self._at(node.decorator_list[0]))
        return start, self._lines[node.end_lineno - 1] + node.end_col_offset

    def _at(self, node: ast.stmt | ast.expr | ast.arg) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def name(self, function: Function) -> Span:
        """The bytes of a function's name."""
        word = function.name.encode()
        start = self._bytes.index(word, self.after(self._at(function), b"def"))
        return start, start + len(word)

    def after(self, start: int, what: bytes) -> int:
        """Where the next of something ends."""
        return self._bytes.index(what, start) + len(what)

    def text(self, span: Span) -> str:
        """What stands there."""
        return self._bytes[span[0] : span[1]].decode()

    def edited(self, edits: Iterable[tuple[Span, str]]) -> str:
        """The source with other text in some places."""
        data = self._bytes
        for (start, end), put in sorted(edits, reverse=True):
            data = data[:start] + put.encode() + data[end:]
        return data.decode()
