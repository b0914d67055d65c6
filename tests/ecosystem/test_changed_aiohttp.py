"""Each private name of aiohttp that the fast path needs, changed in aiohttp: the client takes the public path and works.

What `_aiohttp.NEEDS` says is the table. A name may be renamed (or removed, which is the same to us), renamed while the old
one is left where nobody uses it, or have one more argument that aiohttp's own calls pass.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aiogroq.local import LocalGroq
from aiogroq.transport import _aiohttp

from .changed_aiohttp import EXPECTED, REQUESTS

pytestmark = pytest.mark.timeout(40)

RENAMED, LEFT, ARGUMENT = "renamed", "renamed, the old name is left", "one more argument"
FUTURE = "from __future__ import annotations"
PROGRAM = Path(__file__).with_name("changed_aiohttp.py")
READ_BY_AIOHTTP = (
    "original_url",
    "request_info",
    "response_class",
    "_session",
    "_ssl",
    "_timer",
    "_traces",
    "output_size",
)
"""Attributes of our own request that aiohttp reads."""


def changes() -> Iterator[tuple[str, str, str]]:
    for need in _aiohttp.NEEDS:
        is_private = need.name.startswith("_") and not need.name.endswith("__")
        if is_private:
            yield need.owner, need.name, RENAMED
            yield need.owner, need.name, LEFT
        # A session is made by users, too: its arguments are public.
        is_called = is_private or (need.name == "__init__" and need.owner != "ClientSession")
        if need.overrides is not None or (need.calls is not None and is_called):
            yield need.owner, need.name, ARGUMENT
    for name in READ_BY_AIOHTTP:
        yield "ClientRequest", name, RENAMED
    yield "ClientSession", "request_class", RENAMED


CHANGES = list(changes())
HARMLESS = {("ClientRequest", name, RENAMED) for name in ("_session", "_timer", "_traces")}
"""Given to aiohttp for what it does with a response; where it does not ask, nothing is lost."""


class Tried:
    """Runs `changed_aiohttp` and asks it."""

    def __init__(self, program: subprocess.Popen[str], server: LocalGroq) -> None:
        self._program = program
        self._server = server
        self._count = 0

    def __call__(self, owner: str, name: str, kind: str) -> dict[str, Any]:
        """What became of calls after a change; ``requests`` is how many reached the server."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._count += 1
        case = str(self._count)
        given = {"base_url": self._server.base_url, "owner": owner, "name": name, "kind": kind, "case": case}
        self._program.stdin.write(json.dumps(given) + "\n")
        self._program.stdin.flush()
        result: dict[str, Any] = json.loads(self._program.stdout.readline())
        result["requests"] = sum(request.headers.get("x-case") == case for request in self._server.requests)
        return result


@pytest.fixture(scope="module")
def tried() -> Iterator[Tried]:
    """One program for all: what does not change is imported once."""
    command = [sys.executable, str(PROGRAM)]
    with (
        LocalGroq() as server,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program,
    ):
        try:
            yield Tried(program, server)
        finally:
            program.kill()


def outcome(result: dict[str, Any]) -> dict[str, Any]:
    return {name: result.get(name) for name in ("error", "seen", "requests", "problems", "leaked")}


WELL = {"error": None, "seen": EXPECTED, "requests": REQUESTS, "problems": [], "leaked": 0}


def test_an_aiohttp_without_c_extensions_that_did_not_change_takes_the_fast_path(tried: Tried) -> None:
    result = tried("ClientSession", "no_such_name", RENAMED)
    assert (outcome(result), result["logged"]) == (WELL, [])


@pytest.mark.parametrize(("owner", "name", "kind"), CHANGES)
@pytest.mark.slow
def test_after_a_change_the_public_path_is_taken_and_all_is_well(
    tried: Tried, owner: str, name: str, kind: str
) -> None:
    result = tried(owner, name, kind)
    assert outcome(result) == WELL
    if kind != LEFT and (owner, name, kind) not in HARMLESS:
        # Where the old name is left, it may be that nothing of what is needed has changed.
        assert [name for logged in result["logged"] if "public API" in logged]


def test_the_table_has_every_private_name_that_is_taken() -> None:
    package = Path(_aiohttp.__file__).parent
    tree = ast.parse("\n".join(path.read_text() for path in package.glob("[!_]*.py")).replace(FUTURE, ""))
    taken = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__")
    }
    assigned = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    defined = {
        target.id if isinstance(target, ast.Name) else ""
        for node in ast.walk(tree)
        if isinstance(node, (ast.AnnAssign, ast.Assign))
        for target in ([node.target] if isinstance(node, ast.AnnAssign) else node.targets)
    }
    functions = {
        node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    ours = assigned | defined | functions
    elsewhere = {"_sock", "_on_chunk_received"}  # of asyncio; of aiohttp 4, read only where it is there
    assert taken - ours - elsewhere <= {need.name for need in _aiohttp.NEEDS}
