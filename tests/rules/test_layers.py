"""Imports point down only. The rooms, from the ground up, stand in `ROOMS`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "aiogroq"

# A room may import the rooms before it in this list, and itself.
ROOMS = [
    "_version",
    "errors",
    "types",
    "protocol",
    "response",
    "transport",
    "resources",
    "client",
    "sync",
    "cli",
    "__main__",
]
# These stand aside: what each of them may import besides itself.
ASIDE = {
    "local": frozenset[str](),
    "testing": frozenset({"__init__", "local"}),
    "__init__": frozenset({*ROOMS}),
}
# The command line starts the embedded server.
ALSO = {"cli": frozenset({"__init__", "local"})}


def room_of(path: Path) -> str:
    """The room that a file of the package is in."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path, source: str) -> set[str]:
    """The rooms of this package that a file imports, wherever in it the import stands."""
    package = ["aiogroq", *path.relative_to(PACKAGE).parts[:-1]]
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            if module == "aiogroq":
                names |= {f"aiogroq.{alias.name}" for alias in node.names}
            else:
                names.add(module)
    ours = [name.split(".") for name in names if name.split(".")[0] == "aiogroq"]
    rooms = {parts[1] if len(parts) > 1 else "__init__" for parts in ours}
    known = {*ROOMS, *ASIDE}
    return {room if room in known else "__init__" for room in rooms}


def wrong_imports(path: Path, source: str) -> set[str]:
    """The rooms that a file imports and must not."""
    room = room_of(path)
    if room in ASIDE:
        allowed = ASIDE[room] | {room}
    else:
        allowed = {*ROOMS[: ROOMS.index(room) + 1], *ALSO.get(room, ())}
    return imported_rooms(path, source) - allowed


def modules() -> list[Path]:
    """Every module of the package."""
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_the_rooms_below_it(path: Path) -> None:
    assert wrong_imports(path, path.read_text()) == set()


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


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_transport_and_the_server_import_aiohttp_at_run_time(path: Path) -> None:
    if room_of(path) in ("transport", "local"):
        return
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom) and not node.level
            else []
        )
    }
    assert "aiohttp" not in imported


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_says_first_what_it_is_for(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    assert docstring, f"{path.name} has no docstring"
