"""Private names of aiohttp are used in one package only, and the docs say what for."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from aiogroq.transport._aiohttp import NEEDS

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "internals" / "aiohttp.md").read_text()
MODULES = sorted((ROOT / "aiogroq" / "transport").glob("*.py"))
"""All but those of the package ``_aiohttp``."""
PRIVATE = {need.name for need in NEEDS if need.name.startswith("_") and not need.name.startswith("__")}
PUBLIC_IMPORTS = {"aiohttp", "aiohttp.abc"}
"""What other modules may import of aiohttp."""


def private_uses(source: str) -> list[str]:
    """The private names of aiohttp's that a module takes from something other than itself, and its private modules."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in PRIVATE:
            if not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")):
                found.append(node.attr)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            module = node.module or ""
            if module.split(".")[0] == "aiohttp" and module not in PUBLIC_IMPORTS:
                found.append(module)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_other_module_takes_what_is_private(path: Path) -> None:
    assert private_uses(path.read_text()) == []


@pytest.mark.parametrize(
    "line",
    ["session._request(1)", "from aiohttp.client_proto import ResponseHandler", "x = connector._conns"],
)
def test_a_private_use_is_found(line: str) -> None:
    assert private_uses(line)


def test_the_map_in_the_docs_says_for_each_name_that_is_checked_what_it_is_for() -> None:
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \|$", DOCS, re.MULTILINE)
    assert [name for name, _ in rows] == [f"{need.owner}.{need.name}" for need in NEEDS]
    assert all(purpose.strip() for _, purpose in rows)
