"""Who may import whom: imports only go down, those inside functions too; each package documents itself and is typed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ALLOWED: dict[str, set[str]] = {
    "memory": set(),
    "bridge": set(),
    "envs": {"bridge"},
    "skills": {"memory"},
    "curriculum": {"memory", "skills", "envs"},
    "web": {"memory", "skills", "curriculum"},
    "agent": {"memory", "bridge", "envs", "skills", "curriculum"},
}
PRESENT = sorted(
    file.parent.name for file in ROOT.glob("*/__init__.py") if file.parent.name not in ("tests", "benchmarks")
)
OURS = set(ALLOWED) | {"benchmarks", "tests"}


def files_of(root: Path, package: str) -> list[Path]:
    return [file for file in sorted((root / package).rglob("*.py")) if "node_modules" not in file.parts]


def imported(file: Path, root: Path) -> set[tuple[str, int]]:
    """The top-level names that a file imports anywhere, with the line; a relative import names its own package."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
        if isinstance(node, ast.Import):
            found |= {(alias.name.split(".")[0], node.lineno) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = file.relative_to(root).parts[0] if node.level else (node.module or "")
            found.add((module.split(".")[0], node.lineno))
    return found


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_a_package_imports_only_what_lies_below_it(package: str, root: Path) -> None:
    wrong = []
    for file in files_of(root, package):
        allowed = ALLOWED[package] | {package}
        if file == root / "agent" / "cli.py":
            allowed |= {"web", "benchmarks"}  # the one place that starts everything
        for name, line in imported(file, root):
            if name in OURS - allowed:
                wrong.append(f"{file.relative_to(root)}:{line} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_every_package_has_its_place_in_the_order() -> None:
    assert set(PRESENT) <= set(ALLOWED), "a new package needs its line in the table above and in the design"


@pytest.mark.parametrize("package", PRESENT)
def test_a_package_documents_itself_and_is_typed(package: str, root: Path) -> None:
    folder = root / package
    assert (folder / "py.typed").is_file()
    silent = [file for file in files_of(root, package) if not ast.get_docstring(ast.parse(file.read_text()))]
    assert not silent, f"a file begins by saying what it does and what it never does: {silent}"


def test_a_violation_would_be_seen(tmp_path: Path) -> None:
    module = tmp_path / "memory" / "lazy.py"
    module.parent.mkdir()
    module.write_text("def later():\n    from agent.loop import go\n    import web.app\n    from . import db\n")
    assert imported(module, tmp_path) == {("agent", 2), ("web", 3), ("memory", 4)}
