"""Imports point down only, and no modules import each other in a circle. `LAYERS` lists the packages from the ground up."""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping, Set
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "aiogroq"

# A package may import itself and the packages before it in this list.
LAYERS = [
    "_version",
    "errors",
    "types",
    "schemas",
    "protocol",
    "limits",
    "response",
    "transport",
    "structured",
    "streaming",
    "tools",
    "resources",
    "client",
    "sync",
    "jobs",
    "ray",
    "cli",
    "__main__",
]
# What each of these may import besides itself.
ASIDE = {
    "local": frozenset[str](),
    "testing": frozenset({"__init__", "local"}),
    "as_groq": frozenset({"errors"}),
    "__init__": frozenset({*LAYERS, "as_groq"}),
}
# The command line starts the embedded server. The client takes what frameworks give to the official one.
ALSO = {
    "cli": frozenset({"__init__", "local"}),
    "client": frozenset({"as_groq"}),
    "transport": frozenset({"as_groq"}),
}

TYPE_CHECKING = ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def modules() -> list[Path]:
    """Every module of aiogroq."""
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


@pytest.fixture(scope="module")
def sources() -> dict[Path, str]:
    """The source of every module of aiogroq."""
    return {path: path.read_text(encoding="utf-8") for path in modules()}


def module_name(path: Path) -> str:
    """The name by which a file of the package is imported."""
    return ".".join(["aiogroq", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")


def package_of(path: Path) -> str:
    """The entry of `LAYERS` or `ASIDE` that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@functools.cache
def imports(source: str, *, at_run_time: bool) -> list[ast.Import | ast.ImportFrom]:
    """The import statements of a file, wherever they stand; at run time all but those below `if TYPE_CHECKING`."""
    found: list[ast.Import | ast.ImportFrom] = []
    to_visit: list[ast.AST] = [ast.parse(source)]
    while to_visit:
        node = to_visit.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.append(node)
        elif at_run_time and isinstance(node, ast.If) and ast.unparse(node.test) in TYPE_CHECKING:
            to_visit += node.orelse
        elif not isinstance(node, ast.expr):
            to_visit += ast.iter_child_nodes(node)
    return found


def imported_names(path: Path, source: str, *, at_run_time: bool = False) -> set[str]:
    """The absolute names that a file imports, wherever the import stands: `a.b` for `from a import b`."""
    package = ["aiogroq", *path.relative_to(PACKAGE).parts[:-1]]
    names: set[str] = set()
    for node in imports(source, at_run_time=at_run_time):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        else:
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return names


def imported_packages(path: Path, source: str) -> set[str]:
    """The entries of `LAYERS` and `ASIDE` that a file imports."""
    known = {*LAYERS, *ASIDE}
    ours = [name.split(".") for name in imported_names(path, source) if name.split(".")[0] == "aiogroq"]
    return {parts[1] if len(parts) > 1 and parts[1] in known else "__init__" for parts in ours}


def wrong_imports(path: Path, source: str) -> set[str]:
    """The packages that a file imports and must not."""
    package = package_of(path)
    if package in ASIDE:
        allowed = ASIDE[package] | {package}
    else:
        allowed = {*LAYERS[: LAYERS.index(package) + 1], *ALSO.get(package, ())}
    return imported_packages(path, source) - allowed


def run_time_imports(sources: Mapping[Path, str]) -> dict[str, set[str]]:
    """For each module the modules that it imports at run time. Imports inside functions count."""
    names = {module_name(path) for path in sources}
    graph: dict[str, set[str]] = {}
    for path, source in sources.items():
        name = module_name(path)
        imported = imported_names(path, source, at_run_time=True)
        # `from a import b` imports the module a.b, or a name that the module a defines.
        targets = {each if each in names else each.rpartition(".")[0] for each in imported}
        graph[name] = (targets & names) - {name}
    return graph


def reachable(graph: Mapping[str, Set[str]], start: str) -> set[str]:
    """The modules that `start` imports, directly or through others."""
    seen: set[str] = set()
    to_visit = list(graph[start])
    while to_visit:
        name = to_visit.pop()
        if name not in seen:
            seen.add(name)
            to_visit += graph[name]
    return seen


def circles(graph: Mapping[str, Set[str]]) -> set[frozenset[str]]:
    """The sets of modules that all import each other, directly or through others."""
    reached = {name: reachable(graph, name) for name in graph}
    return {
        frozenset(other for other in reached[name] if name in reached[other])
        for name in graph
        if name in reached[name]
    }


def test_a_package_imports_only_the_packages_below_it(sources: dict[Path, str]) -> None:
    found = {module_name(path): wrong_imports(path, source) for path, source in sources.items()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("file", "line", "wrong"),
    [
        ("protocol/sse.py", "from ..transport import body", {"transport"}),
        ("types/audio.py", "from .. import client", {"client"}),
        ("local/server.py", "from ..protocol.sse import SSEParser", {"protocol"}),
        ("local/server.py", "import aiogroq.types", {"types"}),
        ("resources/chat.py", "def late():\n    from aiogroq.client import AsyncGroq", {"client"}),
        ("errors.py", "from aiogroq import Timeout", {"__init__"}),
    ],
)
def test_an_import_that_points_up_is_found(file: str, line: str, wrong: set[str]) -> None:
    assert wrong_imports(PACKAGE / file, line) == wrong


def test_no_modules_import_each_other_in_a_circle(sources: dict[Path, str]) -> None:
    assert [sorted(circle) for circle in circles(run_time_imports(sources))] == []


@pytest.mark.parametrize(
    ("files", "circle"),
    [
        (
            {"types/a.py": "from .b import B", "types/b.py": "def late():\n    from .a import A"},
            {"aiogroq.types.a", "aiogroq.types.b"},
        ),
        (
            {
                "types/a.py": "from . import b",
                "types/b.py": "from .c.d import D",
                "types/c/d.py": "import aiogroq.types.a",
            },
            {"aiogroq.types.a", "aiogroq.types.b", "aiogroq.types.c.d"},
        ),
        (
            {"types/__init__.py": "from .a import A", "types/a.py": "from . import A"},
            {"aiogroq.types", "aiogroq.types.a"},
        ),
        (
            {"types/a.py": "from .b import B", "types/b.py": "if not TYPE_CHECKING:\n    from .a import A"},
            {"aiogroq.types.a", "aiogroq.types.b"},
        ),
        ({"types/a.py": "from .b import B", "types/b.py": "if TYPE_CHECKING:\n    from .a import A"}, None),
        ({"types/a.py": "from .b import B", "types/b.py": "from .c import C", "types/c.py": ""}, None),
    ],
    ids=[
        "inside a function",
        "of three",
        "through __init__",
        "not TYPE_CHECKING",
        "only TYPE_CHECKING",
        "none",
    ],
)
def test_an_import_circle_is_found(files: dict[str, str], circle: set[str] | None) -> None:
    graph = run_time_imports({PACKAGE / file: source for file, source in files.items()})
    assert circles(graph) == ({frozenset(circle)} if circle else set())


def run_time_users_of_aiohttp(sources: Mapping[Path, str]) -> set[str]:
    """The entries of `LAYERS` and `ASIDE` that import aiohttp when they run."""
    return {
        package_of(path)
        for path, source in sources.items()
        if any(name.split(".")[0] == "aiohttp" for name in imported_names(path, source, at_run_time=True))
    }


def test_only_the_transport_and_the_embedded_server_import_aiohttp_at_run_time(
    sources: dict[Path, str],
) -> None:
    assert run_time_users_of_aiohttp(sources) <= {"transport", "local"}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import aiohttp", {"types"}),
        ("def late():\n    from aiohttp.web import Response", {"types"}),
        ("if TYPE_CHECKING:\n    import aiohttp", set()),
    ],
)
def test_an_import_of_aiohttp_is_found(source: str, found: set[str]) -> None:
    assert run_time_users_of_aiohttp({PACKAGE / "types" / "a.py": source}) == found


def has_docstring(source: str) -> bool:
    """Whether a module says what it is for."""
    return bool(ast.get_docstring(ast.parse(source)))


def test_every_module_says_first_what_it_is_for(sources: dict[Path, str]) -> None:
    assert [module_name(path) for path, source in sources.items() if not has_docstring(source)] == []


def test_every_module_is_looked_at(sources: dict[Path, str]) -> None:
    assert len(sources) > 150
    assert {package_of(path) for path in sources} <= {*LAYERS, *ASIDE}


def test_a_module_without_a_docstring_is_found() -> None:
    assert not has_docstring("import os\n\n'''Too late.'''")
