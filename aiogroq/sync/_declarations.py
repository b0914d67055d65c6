"""Reads the declarations in ``resources/``, for `generate`.

What it does not understand it refuses, with its place: a declaration that is passed over in silence would be missing
from the blocking client.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

BASES = {"AsyncResource"}
"""What a resource stands on, where that is not another resource."""
VIEW_KINDS = {"with_raw_response": "WithRawResponse", "with_streaming_response": "WithStreamingResponse"}
"""The properties that give a view, and how the names of their classes end."""
_RESERVED = {"self", "run", "to_sync", "cast"}


class RefusedError(Exception):
    """A declaration that the generator does not understand."""


@dataclass
class Source:
    """A module of declarations: where its names come from."""

    path: str
    module: str
    imports: dict[str, tuple[str, str, bool]] = field(default_factory=dict[str, "tuple[str, str, bool]"])
    """Module, name in it, and whether only type checkers import it, for each imported name."""
    typevars: dict[str, tuple[ast.Assign, ast.Call]] = field(
        default_factory=dict[str, "tuple[ast.Assign, ast.Call]"]
    )
    defined: set[str] = field(default_factory=set[str])

    def refuse(self, node: object, reason: str) -> RefusedError:
        """The error to raise for a node."""
        return RefusedError(f"{self.path}:{getattr(node, 'lineno', 1)}: {reason}")


@dataclass
class Endpoint:
    """An ``async def``, with its overloads."""

    node: ast.AsyncFunctionDef
    overloads: list[ast.AsyncFunctionDef]


@dataclass
class Resource:
    """A class of endpoints."""

    name: str
    source: Source
    node: ast.ClassDef
    base: str
    doc: str
    endpoints: list[Endpoint] = field(default_factory=list[Endpoint])
    children: dict[str, tuple[str, str]] = field(default_factory=dict[str, "tuple[str, str]"])
    """The class and the docstring of each child resource."""
    views: dict[str, str] = field(default_factory=dict[str, str])
    """The docstring of each of the properties that give a view."""

    def refuse(self, reason: str) -> RefusedError:
        """The error to raise for the class as a whole."""
        return self.source.refuse(self.node, reason)


def read(root: Path) -> list[Resource]:
    """Every resource that is declared under ``root``, bases before what stands on them."""
    folder = root / "aiogroq" / "resources"
    found = [
        resource
        for path in sorted(folder.rglob("*.py"))
        if path != folder / "views.py"
        for resource in _resources(path.relative_to(root), path.read_text(encoding="utf-8"))
    ]
    known: dict[str, Resource] = {}
    for resource in found:
        if known.setdefault(resource.name, resource) is not resource:
            raise resource.refuse(f"{resource.name} is declared twice")
    bases = {resource.base for resource in found}
    for resource in found:
        for child, _ in resource.children.values():
            if child not in known:
                raise resource.refuse(f"the child {child} is not declared in resources/")
        if resource.base not in BASES | known.keys():
            raise resource.refuse(f"the base {resource.base} is not declared in resources/")
        if set(resource.views) != set(VIEW_KINDS) and resource.name not in bases:
            raise resource.refuse(f"{resource.name} has not both of {' and '.join(VIEW_KINDS)}")

    def depth(resource: Resource) -> int:
        return 1 + depth(known[resource.base]) if resource.base in known else 0

    return sorted(found, key=depth)


def _resources(place: Path, text: str) -> list[Resource]:
    source = Source(place.as_posix(), ".".join(place.with_suffix("").parts))
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise source.refuse(error, error.msg) from None
    resources: list[Resource] = []
    for is_typing_only, node in _statements(tree):
        if isinstance(node, ast.ImportFrom):
            package = source.module.split(".")[: -node.level] if node.level else []
            origin = ".".join([*package, *filter(None, [node.module])])
            for alias in node.names:
                source.imports[alias.asname or alias.name] = (origin, alias.name, is_typing_only)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                source.imports[alias.asname or alias.name] = ("", alias.name, is_typing_only)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            source.defined.add(name)
            if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "TypeVar":
                source.typevars[name] = (node, node.value)
        elif isinstance(node, (ast.ClassDef, ast.AnnAssign)):
            source.defined.add(node.name if isinstance(node, ast.ClassDef) else ast.unparse(node.target))
    for cls in [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name not in BASES]:
        if cls.name.startswith("Async"):
            if cls not in tree.body:
                raise source.refuse(cls, f"{cls.name} does not stand at the top of its module")
            resources.append(_resource(source, cls))
        elif any(ast.unparse(base).startswith("Async") for base in cls.bases):
            raise source.refuse(cls, f"the name of the resource {cls.name} must begin with Async")
    return resources


def _statements(tree: ast.Module) -> Iterator[tuple[bool, ast.stmt]]:
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from ((True, inner) for inner in node.body)
        else:
            yield False, node


def _resource(source: Source, node: ast.ClassDef) -> Resource:
    if len(node.bases) != 1 or node.keywords or node.decorator_list:
        raise source.refuse(node, f"{node.name} must have one base, no keywords and no decorators")
    doc = ast.get_docstring(node)
    if doc is None:
        raise source.refuse(node, f"{node.name} has no docstring")
    resource = Resource(node.name, source, node, ast.unparse(node.bases[0]), doc)
    overloads: list[ast.AsyncFunctionDef] = []
    for item in node.body[1:]:
        decorators = [ast.unparse(d) for d in getattr(item, "decorator_list", [])]
        if overloads and getattr(item, "name", None) != overloads[0].name:
            raise source.refuse(item, f"the overloads of {overloads[0].name} must be followed by it")
        if isinstance(item, ast.AsyncFunctionDef) and decorators == ["overload"]:
            _check_endpoint(source, item)
            if [ast.unparse(line) for line in item.body] != ["..."]:
                raise source.refuse(item, f"{item.name}: the body of an overload is ...")
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
    if node.name in VIEW_KINDS:
        if returns != resource.name + VIEW_KINDS[node.name]:
            raise resource.source.refuse(node, f"{node.name} must be {resource.name}{VIEW_KINDS[node.name]}")
        resource.views[node.name] = doc
    elif re.fullmatch(r"Async\w+", returns):
        resource.children[node.name] = (returns, doc)
    else:
        raise resource.source.refuse(node, f"the property {node.name} is neither a child resource nor a view")


def _check_endpoint(source: Source, node: ast.AsyncFunctionDef) -> None:
    args = node.args
    given = parameters(args)
    if node.name.startswith("_"):
        raise source.refuse(node, f"{node.name}: a class of endpoints has no private methods")
    if args.posonlyargs or args.vararg or not args.args or args.args[0].arg != "self":
        raise source.refuse(node, f"{node.name}: only (self, names, *, keywords, **options) is understood")
    if node.returns is None or any(arg.annotation is None for arg in given):
        raise source.refuse(node, f"{node.name} is not annotated throughout")
    for arg in given:
        if arg.arg in _RESERVED:
            raise source.refuse(
                arg, f"{node.name}: the parameter name {arg.arg} is taken by the generated code"
            )
    for default in [*args.defaults, *filter(None, args.kw_defaults)]:
        if not isinstance(default, (ast.Constant, ast.Name)):
            raise source.refuse(default, f"{node.name}: a default must be a constant or a name")
    if any(isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in ast.walk(node)):
        raise source.refuse(node, f"{node.name} is a generator; an endpoint returns its stream")


def parameters(args: ast.arguments) -> list[ast.arg]:
    return [*args.args[1:], *args.kwonlyargs, *filter(None, [args.kwarg])]
