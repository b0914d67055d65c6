"""Writes what follows from the declarations in ``resources/``: the views of both colours, and the blocking facade.

``python -m aiogroq.sync.generate`` writes the three files, ``--check`` only says (by exit status 1) which are stale.

An endpoint is declared once, as an ``async def``; its blocking twin, its raw and its streaming view are the same
signature round one line, so a person should not type them, and the type checkers should prove them: hence source that
is checked in, and neither run-time wrappers nor stubs. What this module does not understand it refuses, with its place,
since a declaration that is passed over in silence would be missing from the blocking client. The files are written by one
version of Python, because `ast.unparse` differs between versions; on others the check compares syntax trees.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

PYTHON = (3, 11)
"""The version that writes."""

VIEWS, BLOCKING_VIEWS, FACADE = "aiogroq.resources.views", "aiogroq.sync.views", "aiogroq.sync.facade"

_TWINS = {
    "AsyncStream": "aiogroq.sync.stream",
    "AsyncAPIResponse": "aiogroq.sync.response",
    "AsyncBinaryAPIResponse": "aiogroq.sync.response",
    "AsyncStreamedBinaryAPIResponse": "aiogroq.sync.response",
    "AsyncResponseContextManager": "aiogroq.sync.response",
}
"""What has a blocking twin, its name without ``Async``, and where that is. (So has each resource.)"""

_BLOCKING_WORDS = {
    r"\basync (with|for|iterator|def)\b": r"\1",
    r"\bawait (?=[\w`(])": "",
    r"\bawaited\b": "called",
}
"""What docstrings of declarations say of being async, and what their twins say."""

_USED = {
    "functools": ["cached_property"],
    "collections.abc": ["Callable"],
    "typing": ["TYPE_CHECKING", "Any", "cast", "overload"],
}
_WRAPPERS = [
    f"async_to_{kind}_response_wrapper" for kind in ("raw", "streamed", "custom_raw", "custom_streamed")
]
_BASES = {"AsyncResource", "Sender"}
_RESERVED = {"self", "run", "lift", "cast"}
_VIEW_KINDS = {"with_raw_response": "WithRawResponse", "with_streaming_response": "WithStreamingResponse"}


class RefusedError(Exception):
    """A declaration that the generator does not understand."""


@dataclass
class Endpoint:
    """An ``async def``, with its overloads before it."""

    node: ast.AsyncFunctionDef
    overloads: list[ast.AsyncFunctionDef] = field(default_factory=list["ast.AsyncFunctionDef"])

    @property
    def is_untyped(self) -> bool:
        """Whether only the overloads say what it returns."""
        return ast.unparse(self.node.returns or ast.Constant(None)) == "Any"


@dataclass
class Resource:
    """A class of endpoints."""

    name: str
    """As declared: ``AsyncCompletions``."""
    source: Source
    base: str
    doc: str
    endpoints: list[Endpoint] = field(default_factory=list[Endpoint])
    children: dict[str, tuple[str, str]] = field(default_factory=dict[str, "tuple[str, str]"])
    """The class and the docstring of each child resource."""
    views: dict[str, str] = field(default_factory=dict[str, str])
    """The docstring of each of its properties that gives a view."""

    @property
    def blocking(self) -> str:
        return self.name.removeprefix("Async")


@dataclass
class Source:
    """A module of declarations: where its names come from."""

    path: str
    module: str
    imports: dict[str, tuple[str, str, bool]] = field(default_factory=dict[str, "tuple[str, str, bool]"])
    """Module, name in it, and whether only type checkers import it, for each imported name."""
    typevars: dict[str, ast.Assign] = field(default_factory=dict[str, ast.Assign])
    defined: set[str] = field(default_factory=set[str])
    resources: list[Resource] = field(default_factory=list[Resource])

    def refuse(self, node: ast.AST, reason: str) -> RefusedError:
        return RefusedError(f"{self.path}:{getattr(node, 'lineno', 1)}: {reason}")


# ---------------------------------------------------------------------------------------------------- reading


def read(root: Path) -> list[Resource]:
    """Every resource that is declared under ``root``, bases before what stands on them."""
    folder = root / "aiogroq" / "resources"
    sources = [_source(root, path) for path in sorted(folder.glob("*.py")) if path.name != "views.py"]
    resources: dict[str, Resource] = {}
    for source in sources:
        for resource in source.resources:
            if resource.name in resources:
                raise RefusedError(f"{source.path}: {resource.name} is declared in two modules")
            resources[resource.name] = resource
    bases = {resource.base for resource in resources.values()}
    for resource in resources.values():
        for child, _ in resource.children.values():
            if child not in resources:
                raise RefusedError(f"{resource.source.path}: {resource.name}: {child} is no declared resource")
        if resource.base not in _BASES | set(resources):
            raise RefusedError(f"{resource.source.path}: {resource.name}: unknown base {resource.base}")
        if set(resource.views) != set(_VIEW_KINDS) and resource.name not in bases:
            raise RefusedError(f"{resource.source.path}: {resource.name} lacks a view: {', '.join(_VIEW_KINDS)}")
    return sorted(resources.values(), key=lambda resource: resource.base in resources)


def _source(root: Path, path: Path) -> Source:
    module = ".".join(path.relative_to(root).with_suffix("").parts)
    source = Source(path.relative_to(root).as_posix(), module)
    for node in _statements(ast.parse(path.read_text(encoding="utf-8"))):
        typing_only, node = node
        if isinstance(node, ast.ImportFrom):
            package = module.split(".")[: -node.level] if node.level else []
            origin = ".".join([*package, *filter(None, [node.module])])
            for alias in node.names:
                source.imports[alias.asname or alias.name] = (origin, alias.name, typing_only)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                source.imports[alias.asname or alias.name] = ("", alias.name, typing_only)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            source.defined.add(name)
            if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "TypeVar":
                source.typevars[name] = node
        elif isinstance(node, ast.ClassDef):
            source.defined.add(node.name)
            bases = [ast.unparse(base) for base in node.bases]
            if node.name.startswith("Async") and node.name not in _BASES:
                source.resources.append(_resource(source, node, bases))
            elif any(base.startswith("Async") for base in bases):
                raise source.refuse(node, f"the name of the resource {node.name} must begin with Async")
    return source


def _statements(tree: ast.Module) -> Iterator[tuple[bool, ast.stmt]]:
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from ((True, inner) for inner in node.body)
        else:
            yield False, node


def _resource(source: Source, node: ast.ClassDef, bases: list[str]) -> Resource:
    if len(bases) != 1 or node.keywords or node.decorator_list:
        raise source.refuse(node, f"{node.name} must have one base, no keywords and no decorators")
    doc = ast.get_docstring(node)
    if doc is None:
        raise source.refuse(node, f"{node.name} has no docstring")
    resource = Resource(node.name, source, bases[0], doc)
    overloads: list[ast.AsyncFunctionDef] = []
    for item in node.body[1:]:
        decorators = [ast.unparse(d) for d in getattr(item, "decorator_list", [])]
        if overloads and getattr(item, "name", None) != overloads[0].name:
            raise source.refuse(item, f"the overloads of {overloads[0].name} must be followed by it")
        if isinstance(item, ast.AsyncFunctionDef) and decorators == ["overload"]:
            _check_endpoint(source, item)
            overloads.append(item)
        elif isinstance(item, ast.AsyncFunctionDef) and not decorators:
            _check_endpoint(source, item)
            if any(endpoint.node.name == item.name for endpoint in resource.endpoints):
                raise source.refuse(item, f"{item.name} is declared twice")
            _docstring(source, item)
            resource.endpoints.append(Endpoint(item, overloads))
            overloads = []
        elif isinstance(item, ast.FunctionDef) and decorators == ["cached_property"]:
            _add_property(resource, item)
        elif isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) and decorators:
            raise source.refuse(item, f"{item.name}: unknown decorator @{', @'.join(decorators)}")
        elif isinstance(item, ast.FunctionDef):
            raise source.refuse(item, f"{item.name} is a plain def; an endpoint is an async def")
        else:
            raise source.refuse(item, f"a class of endpoints has nothing like this: {ast.unparse(item)[:60]}")
    if overloads:
        raise source.refuse(overloads[-1], f"the overloads of {overloads[0].name} must be followed by it")
    return resource


def _docstring(source: Source, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    doc = ast.get_docstring(node)
    if doc is None:
        raise source.refuse(node, f"{node.name} has no docstring")
    return doc


def _add_property(resource: Resource, node: ast.FunctionDef) -> None:
    returns = ast.unparse(node.returns or ast.Constant(None))
    doc = _docstring(resource.source, node)
    if node.name in _VIEW_KINDS:
        if returns != resource.name + _VIEW_KINDS[node.name]:
            raise resource.source.refuse(node, f"{node.name} must be {resource.name}{_VIEW_KINDS[node.name]}")
        resource.views[node.name] = doc
    elif re.fullmatch(r"Async\w+", returns):
        resource.children[node.name] = (returns, doc)
    else:
        raise resource.source.refuse(node, f"the property {node.name} is neither a child resource nor a view")


def _check_endpoint(source: Source, node: ast.AsyncFunctionDef) -> None:
    args = node.args
    given = _parameters(args)
    if node.name.startswith("_"):
        raise source.refuse(node, f"{node.name}: a class of endpoints has no private methods")
    if args.posonlyargs or args.vararg or not args.args or args.args[0].arg != "self":
        raise source.refuse(node, f"{node.name}: only (self, names, *, keywords, **options) is understood")
    if node.returns is None or any(arg.annotation is None for arg in given):
        raise source.refuse(node, f"{node.name} is not annotated throughout")
    for arg in given:
        if arg.arg in _RESERVED:
            raise source.refuse(arg, f"{node.name}: the parameter name {arg.arg} is taken by the generated code")
    for default in [*args.defaults, *filter(None, args.kw_defaults)]:
        if not isinstance(default, (ast.Constant, ast.Name)):
            raise source.refuse(default, f"{node.name}: a default must be a constant or a name")
    if any(isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in ast.walk(node)):
        raise source.refuse(node, f"{node.name} is a generator; an endpoint returns its stream")


def _parameters(args: ast.arguments) -> list[ast.arg]:
    return [*args.args[1:], *args.kwonlyargs, *filter(None, [args.kwarg])]
