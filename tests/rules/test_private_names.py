"""Private names of aiohttp are used in one package only, and the docs say what for."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from aiogroq.transport._aiohttp import NEEDS

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "internals" / "aiohttp.md").read_text()
PACKAGE = ROOT / "aiogroq"
MODULES = sorted(
    path for path in PACKAGE.rglob("*.py") if not {"_aiohttp", "local"} & set(path.relative_to(PACKAGE).parts)
)
"""Every module but those of the package ``_aiohttp``, and of the embedded server, which uses aiohttp's server."""
PRIVATE = {need.name for need in NEEDS if need.name.startswith("_") and not need.name.startswith("__")}
EXCEPTIONS = {
    "errors.py": ["_request"],  # of an httpx response
    "sync/_client.py": ["_request"],  # tells a session of aiohttp from a pool, without an import of aiohttp
}
"""Modules that name one of these for another reason, or where nothing breaks without it."""
PUBLIC_IMPORTS = {"aiohttp", "aiohttp.abc"}
"""What other modules may import of aiohttp."""


def private_uses(source: str) -> list[str]:
    """The private names of aiohttp that a module takes from an object other than itself, and its private modules."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        modules: list[str] = []
        if isinstance(node, ast.Attribute) and node.attr in PRIVATE:
            if not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")):
                found.append(node.attr)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("getattr", "hasattr", "setattr"):
            names = [each.value for each in node.args if isinstance(each, ast.Constant)]
            found += [name for name in names if name in PRIVATE]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            modules = [node.module or ""]
        elif isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        found += [name for name in modules if name.split(".")[0] == "aiohttp" and name not in PUBLIC_IMPORTS]
    return found


def test_no_other_module_takes_what_is_private() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): private_uses(path.read_text(encoding="utf-8"))
        for path in MODULES
    }
    assert len(found) > 100
    assert {path: names for path, names in found.items() if names} == EXCEPTIONS


@pytest.mark.parametrize(
    "line",
    [
        "session._request(1)",
        "from aiohttp.client_proto import ResponseHandler",
        "import aiohttp.client_proto",
        "x = connector._conns",
        "x = getattr(connector, '_conns', None)",
    ],
)
def test_a_private_use_is_found(line: str) -> None:
    assert private_uses(line)


def test_the_map_in_the_docs_says_for_each_name_that_is_checked_what_it_is_for() -> None:
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \|$", DOCS, re.MULTILINE)
    assert [name for name, _ in rows] == [f"{need.owner}.{need.name}" for need in NEEDS]
    assert all(purpose.strip() for _, purpose in rows)
