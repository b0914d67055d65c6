"""Writes the sync resources and the raw and streaming views from the async declarations in ``aiogroq/resources``.

``python tools/sync_facade.py`` writes the files, ``--check`` exits with status 1 if one of them is stale.

An endpoint is declared once, as an ``async def``. Its sync version and its views repeat the signature around one line. They
are generated source rather than run-time wrappers or stubs, so that type checkers verify them. A *composed* method sends
nothing itself: it hands other methods of its resource to what it imports (`PAIRS`). It may be a plain ``def``, is copied into
the sync class as sync code, and has no views. The generator rejects every construct that it does not understand: a
declaration that it skipped would be missing from the sync client.

Only one version of Python writes the files, because `ast.unparse` differs between versions. Other versions can
``--check`` them: they compare syntax trees. Formatting needs ruff, which is part of the extra ``test``.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import inspect
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

PYTHON = (3, 11)
"""The version of Python that writes the files."""
SOURCES, VIEWS, SYNC = "aiogroq/resources", "aiogroq/resources/_views", "aiogroq/sync"
CLIENT, OPTIONS = "aiogroq/client.py", "aiogroq/types/_params.py"
BY_HAND = {"if", "close", "__aenter__", "__aexit__", "__repr__", "__reduce__"}
"""Members of `AsyncGroq` of which ``sync/_client.py`` has the sync ones; ``if`` is for those at run time only."""
ROOT = "AsyncResource"
"""The base of resources that extend no other resource."""
VIEW_SUFFIXES = {"with_raw_response": "WithRawResponse", "with_streaming_response": "WithStreamingResponse"}
VIEW_DOCS = {
    "with_raw_response": "return the response",
    "with_streaming_response": "leave the body unread on the connection",
}
RESPONSES = ("APIResponse", "BinaryAPIResponse", "StreamedBinaryAPIResponse", "ResponseContextManager")
"""Names of the sync response classes; the async ones have ``Async`` before them."""
WRAPPERS = [f"to_{kind}_response_wrapper" for kind in ("raw", "streamed", "custom_raw", "custom_streamed")]
BANNER = "# Written by python tools/sync_facade.py"
NOT_COMPOSED = (ast.AsyncFor, ast.AsyncWith, ast.FunctionDef, ast.AsyncFunctionDef, ast.Import)
"""What the body of a composed method cannot have."""
RESERVED = {"self", "run", "to_sync", "cast", "resource"}
"""Names that generated methods use, and that parameters therefore cannot have."""
PAIRS = {
    "..structured.driver.parse": ".structured.parse",
    "..structured.driver.parse_response": ".structured.parse_response",
    "..streaming.manager.AsyncChatCompletionStreamManager": ".event_stream.ChatCompletionStreamManager",
    "..streaming.response_stream.AsyncResponseStreamManager": ".response_stream.ResponseStreamManager",
    "..tools.runner.AsyncToolRunner": ".tool_runner.ToolRunner",
    "..tools.streaming_runner.AsyncStreamingToolRunner": ".streaming_tool_runner.StreamingToolRunner",
}
"""What a composed method imports (classes, and functions that it awaits), and what its sync version imports instead: module and
name as in an import of ``aiogroq/resources``, and of ``aiogroq/sync``."""
SYNC_WORDS = {
    r"\btransport\.AsyncStream\b": "Stream",
    r"\basync (with|for|def)\b": r"\1",
    r"\bawait (?=[\w`])": "",
    r"\bAsync(Groq|StreamT|Stream|" + "|".join(RESPONSES) + r")\b": r"\1",
    **{rf"\b{old.rsplit('.', 1)[1]}\b": new.rsplit(".", 1)[1] for old, new in PAIRS.items()},
}
"""How async code and prose read in the sync files."""


Method: TypeAlias = "ast.AsyncFunctionDef | ast.FunctionDef"


class RejectedError(Exception):
    """A declaration that the generator does not understand. The text begins with its file and line."""


@dataclass
class Endpoint:
    """A method with its overloads: an ``async def`` that sends a request, or a composed method."""

    node: Method
    overloads: list[Method]
    is_paged: bool = False
    """Whether it is a plain ``def`` that returns an ``AsyncPaginator[Item, Page]``; then ``node`` returns the page."""

    @property
    def is_composed(self) -> bool:
        """Whether it sends nothing itself, but calls other methods of its resource."""
        return "_transport" not in of_self(self.node)


@dataclass
class Resource:
    """A class of endpoints."""

    name: str
    base: str
    doc: str
    node: ast.ClassDef
    endpoints: list[Endpoint] = field(default_factory=list[Endpoint])
    children: dict[str, str] = field(default_factory=dict[str, str])
    """The class of each child resource, by attribute."""
    lazy: dict[str, str] = field(default_factory=dict[str, str])
    """The module of the children that are imported at their first access, by attribute."""
    views: list[str] = field(default_factory=list[str])

    @property
    def viewed(self) -> list[Endpoint]:
        """The endpoints that the views have."""
        return [endpoint for endpoint in self.endpoints if not endpoint.is_composed]


@dataclass
class Source:
    """A module of declarations."""

    path: str
    stem: str
    imports: list[ast.ImportFrom] = field(default_factory=list[ast.ImportFrom])
    for_types: list[ast.ImportFrom] = field(default_factory=list[ast.ImportFrom])
    """The imports under ``if TYPE_CHECKING:``."""
    typevars: dict[str, ast.Assign] = field(default_factory=dict[str, ast.Assign])
    defined: set[str] = field(default_factory=set[str])
    resources: list[Resource] = field(default_factory=list[Resource])

    def reject(self, node: object, reason: str) -> RejectedError:
        """Return the error to raise for a node."""
        return RejectedError(f"{self.path}:{getattr(node, 'lineno', 1)}: {reason}")


# ------------------------------------------------------------------------------------------------- reading


def read(root: Path) -> list[Source]:
    """Read every module of declarations under ``root``."""
    paths = sorted((root / SOURCES).glob("[!_]*.py"))
    sources = [read_source(path.relative_to(root), path.read_text(encoding="utf-8")) for path in paths]
    known = {ROOT: ""}
    for source in sources:
        for resource in source.resources:
            if known.setdefault(resource.name, source.path) != source.path:
                raise source.reject(
                    resource.node, f"{resource.name} is also declared in {known[resource.name]}"
                )
    bases = {resource.base for source in sources for resource in source.resources}
    for source in sources:
        for resource in source.resources:
            for name in (resource.base, *resource.children.values()):
                if name not in known:
                    raise source.reject(resource.node, f"{name} is not declared in {SOURCES}")
            if set(resource.views) != set(VIEW_SUFFIXES) and resource.name not in bases:
                raise source.reject(
                    resource.node, f"{resource.name} lacks one of {' and '.join(VIEW_SUFFIXES)}"
                )
    return sources


def read_source(path: Path, text: str) -> Source:
    """Read one module of declarations."""
    source = Source(path.as_posix(), path.stem)
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise source.reject(error, error.msg) from None
    for node in tree.body[1:]:
        if isinstance(node, ast.ImportFrom):
            source.imports += [node] if node.module != "__future__" else []
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not node.orelse:
            source.for_types += [each for each in node.body if isinstance(each, ast.ImportFrom)]
            if len(source.for_types) != len(node.body):
                raise source.reject(node, "only imports are understood under TYPE_CHECKING")
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            source.defined.add(node.targets[0].id)
            if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "TypeVar":
                source.typevars[node.targets[0].id] = node
        elif isinstance(node, ast.ClassDef):
            source.defined.add(node.name)
            if node.name.startswith("Async"):
                source.resources.append(read_resource(source, node))
            elif any(ast.unparse(base).startswith("Async") for base in node.bases):
                raise source.reject(node, f"the name of the resource {node.name} must begin with Async")
        elif not isinstance(node, (ast.FunctionDef, ast.AnnAssign, ast.Expr)):
            raise source.reject(node, f"not understood at the top of a module: {ast.unparse(node)[:40]}")
    return source


def read_resource(source: Source, node: ast.ClassDef) -> Resource:
    """Read a class of endpoints."""
    if len(node.bases) != 1 or node.keywords or node.decorator_list:
        raise source.reject(node, f"{node.name} must have one base, no keywords and no decorators")
    resource = Resource(node.name, ast.unparse(node.bases[0]), docstring(source, node), node)
    overloads: list[Method] = []
    for item in node.body[1:]:
        decorators = [ast.unparse(each) for each in getattr(item, "decorator_list", [])]
        if overloads and getattr(item, "name", None) != overloads[0].name:
            raise source.reject(item, f"the implementation of {overloads[0].name} must follow its overloads")
        if isinstance(item, (ast.Assign, ast.AnnAssign)):
            read_attribute(source, resource, item)
        elif isinstance(item, (ast.AsyncFunctionDef, ast.FunctionDef)) and decorators in ([], ["overload"]):
            page = page_of(item)
            if page is not None:
                item.returns = page
            check_endpoint(source, item)
            if decorators:
                if [ast.unparse(line) for line in item.body] != ["..."]:
                    raise source.reject(item, f"{item.name}: the body of an overload must be ...")
                overloads.append(item)
                continue
            if any(endpoint.node.name == item.name for endpoint in resource.endpoints):
                raise source.reject(item, f"{item.name} is declared twice")
            docstring(source, item)
            if {type(each) for each in overloads} - {type(item)}:
                raise source.reject(item, f"{item.name}: its overloads must be of its own kind, async or not")
            if page is not None and overloads:
                raise source.reject(item, f"{item.name}: a list of pages cannot have overloads")
            resource.endpoints.append(Endpoint(item, overloads, page is not None))
            overloads = []
        else:
            raise source.reject(item, f"not understood in a class of endpoints: {ast.unparse(item)[:40]}")
    if overloads:
        raise source.reject(overloads[-1], f"{overloads[0].name} has overloads and no implementation")
    for endpoint in resource.endpoints:
        if endpoint.is_composed:
            check_composed(source, resource, endpoint.node)
        elif isinstance(endpoint.node, ast.FunctionDef) and not endpoint.is_paged:
            raise source.reject(
                endpoint.node, f"{endpoint.node.name}: a plain def cannot use self._transport"
            )
    return resource


def read_attribute(source: Source, resource: Resource, node: ast.stmt) -> None:
    """Read ``name: child[AsyncX] = child(AsyncX)``, ``... = child(".x.AsyncX")`` or ``with_raw_response: view[...] = view(...)``."""
    text = ast.unparse(node)
    found = re.fullmatch(r"(\w+): (child|view)\[(Async\w+)\] = \2\((?:\3|'\.(\w+)\.\3')\)", text)
    if found and found[2] == "child":
        resource.children[found[1]] = found[3]
        if found[4]:
            resource.lazy[found[1]] = found[4]
    elif found and found[1] in VIEW_SUFFIXES and found[3] == resource.name + VIEW_SUFFIXES[found[1]]:
        resource.views.append(found[1])
    else:
        raise source.reject(node, f"neither a child nor a view of {resource.name}: {text}")


def page_of(node: Method) -> ast.expr | None:
    """Return ``Page`` of a plain ``def`` that returns ``AsyncPaginator[Item, Page]``, else None."""
    returns = node.returns
    if (
        isinstance(node, ast.FunctionDef)
        and isinstance(returns, ast.Subscript)
        and ast.unparse(returns.value) == "AsyncPaginator"
        and isinstance(returns.slice, ast.Tuple)
    ):
        return returns.slice.elts[1]
    return None


def of_self(node: Method) -> set[str]:
    """Return the attributes of ``self`` that a method uses."""
    attributes = [each for each in ast.walk(node) if isinstance(each, ast.Attribute)]
    return {each.attr for each in attributes if ast.unparse(each.value) == "self"}


def check_composed(source: Source, resource: Resource, node: Method) -> None:
    """Raise `RejectedError` for a composed method whose body has no sync version."""
    used = of_self(node)
    known = {endpoint.node.name for endpoint in resource.endpoints} | resource.children.keys()
    if not used or used - known:
        which = f"uses self.{min(used - known)}" if used else "uses nothing of self"
        raise source.reject(node, f"{node.name} {which}: only self._transport, or methods of its class")
    imports = [each for each in ast.walk(node) if isinstance(each, ast.ImportFrom)]
    paired = {alias.name for each in imports for alias in each.names if pair_of(each, alias)}
    for inner in ast.walk(node):
        is_loop = isinstance(inner, ast.comprehension) and inner.is_async
        if is_loop or (isinstance(inner, NOT_COMPOSED) and inner is not node):
            raise source.reject(node, f"{node.name}: not understood: {ast.unparse(inner).strip()}")
        elif isinstance(inner, ast.Await):
            called = ast.unparse(inner.value.func) if isinstance(inner.value, ast.Call) else ""
            if called not in paired | {f"self.{name}" for name in known}:
                raise source.reject(inner, f"{node.name}: {called or 'what it awaits'} is not in PAIRS")
    left = re.search(r"\bAsync\w+", to_sync("\n".join(map(ast.unparse, node.body[1:]))))
    if left:
        raise source.reject(node, f"{node.name}: {left[0]} is not in PAIRS")


def pair_of(node: ast.ImportFrom, alias: ast.alias) -> str | None:
    """Return the module and name that sync code imports instead, or None if it imports the same."""
    return PAIRS.get(f"{'.' * node.level}{node.module or ''}.{alias.name}")


def check_endpoint(source: Source, node: Method) -> None:
    """Raise `RejectedError` for a signature that cannot be repeated in the generated files."""
    args, name = node.args, node.name
    if name.startswith("_"):
        raise source.reject(node, f"{name}: a class of endpoints cannot have private methods")
    if args.posonlyargs or args.vararg or not args.args or args.args[0].arg != "self":
        raise source.reject(node, f"{name}: only (self, names, *, keywords, **options) is understood")
    if node.returns is None or any(arg.annotation is None for arg in parameters(args)):
        raise source.reject(node, f"{name} is not fully annotated")
    for arg in parameters(args):
        if arg.arg in RESERVED:
            raise source.reject(arg, f"{name}: generated code uses the name {arg.arg}")
    for default in [*args.defaults, *filter(None, args.kw_defaults)]:
        if not isinstance(default, (ast.Constant, ast.Name)):
            raise source.reject(default, f"{name}: a default must be a constant or a name")
    if any(isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in ast.walk(node)):
        raise source.reject(node, f"{name} is a generator; an endpoint must return its stream")
    imports = [*source.imports, *source.for_types]
    imported = {alias.asname or alias.name for each in imports for alias in each.names}
    annotations = [arg.annotation for arg in parameters(args)]
    names = [each for each in [*args.defaults, *args.kw_defaults] if isinstance(each, ast.Name)]
    for part in [*annotations, node.returns, *names]:
        found = part and re.search(r"\b(Async\w+|Awaitable|Coroutine)", to_sync(ast.unparse(part)))
        if found:
            raise source.reject(part, f"{name}: {found[0]} has no sync version")
        for used in names_in(part):
            if used not in imported | source.defined and not hasattr(builtins, used):
                raise source.reject(part, f"{name}: {used} is neither imported nor defined")


def docstring(source: Source, node: ast.ClassDef | Method) -> str:
    """Return the docstring of a node, which must have one."""
    doc = ast.get_docstring(node)
    if doc is None:
        raise source.reject(node, f"{node.name} has no docstring")
    return doc


def parameters(args: ast.arguments) -> list[ast.arg]:
    """Return all parameters but ``self``."""
    return [*args.args[1:], *args.kwonlyargs, *filter(None, [args.kwarg])]


def names_in(node: ast.AST | None) -> Iterator[str]:
    """Yield the names that a type or a default mentions, including those in quoted annotations."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from names_in(ast.parse(node.value, mode="eval"))
    elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal":
        yield "Literal"
    elif node is not None:
        for child in ast.iter_child_nodes(node):
            yield from names_in(child)


# ------------------------------------------------------------------------------------------------- writing


def to_sync(text: str, names: str = "") -> str:
    """Rewrite async code or prose as sync. ``names`` are the resources to rename, separated by ``|``."""
    for pattern, replacement in SYNC_WORDS.items():
        text = re.sub(pattern, replacement, text)
    return re.sub(rf"\bAsync({names})(?=\b|With)", r"\1", text) if names else text


class Unawaited(ast.NodeTransformer):
    """Replaces ``await x`` by ``x``."""

    def visit_Await(self, node: ast.Await) -> ast.AST:
        return self.visit(node.value)


class Writer:
    """Writes one generated module: async views, or the sync views and resources, of one source."""

    def __init__(self, source: Source, sources: list[Source], *, is_sync: bool) -> None:
        self.source = source
        self.is_sync = is_sync
        self._names = "|".join(r.name.removeprefix("Async") for each in sources for r in each.resources)
        self._sources = {each.stem: each for each in sources}

    def rename(self, text: str) -> str:
        """Return code or prose as this module has it."""
        return to_sync(text, self._names) if self.is_sync else text

    def text(self) -> str:
        """Return the source of the module, not yet formatted; it may have unused imports."""
        classes: list[str] = []
        for resource in self.source.resources:
            classes += [self._view(resource, kind) for kind in resource.views]
            classes += [self._sync_resource(resource)] if self.is_sync else []
        code = "\n\n\n".join(classes)
        for node in self.source.typevars.values():
            line = self.rename(ast.unparse(node))
            code = f"{line}\n{code}" if re.search(rf"\b{line.split(' = ')[0]}\b", code) else code
        subject = "Sync versions" if self.is_sync else "Raw and streaming views"
        return "\n".join(
            [
                f"{BANNER} from {self.source.path}. Do not edit.",
                f'"""{subject} of ``{self.source.path}``."""',
                "from __future__ import annotations",
                *self._imports(code),
                "",
                code,
            ]
        )

    def _imports(self, code: str) -> Iterator[str]:
        def line(module: str, *names: str) -> Iterator[str]:
            used = [name for name in names if re.search(rf"\b{name.split()[-1]}\b", code)]
            if used:
                yield f"from {module} import {', '.join(used)}"

        responses = [self._name_here(name) for name in (*RESPONSES, *WRAPPERS)]
        home = f"..resources.{self.source.stem}" if self.is_sync else f"..{self.source.stem}"
        yield from line("collections.abc", "Callable")
        yield from line("typing", "Any", "TypeVar", "cast", "overload")
        if self.is_sync:
            yield from line("..resources._base", "View", "child", "view")
            yield from line("._base", "SyncResource", "run", "to_sync")
            yield from line(".pages", "first_page")
            yield from line(".stream", "Stream")
            yield from line(".response", *responses)
        else:
            yield from line(".._base", "View", "child")
            yield from line("...response", *responses)
        for node in self.source.imports:
            if node.level == 1:
                yield from line(f".{node.module}", *self._written_for(node.module))
                continue
            names = [ast.unparse(alias) for alias in node.names]
            names = [name for name in names if not (self.is_sync and name.startswith("Async"))]
            dots = "." * (node.level + (node.level > 0 and not self.is_sync))
            yield from line(f"{dots}{node.module or ''}", *names)
        yield from line(
            home, *(name for name in self.source.defined if not name.startswith(("Async", "_", "T")))
        )
        types = [resource.name for resource in self.source.resources if f": {resource.name}" in code]
        for_types = [f"from {home} import {', '.join(types)}"] if types else []
        for node in self.source.for_types:
            if node.level == 1 and node.module in self._sources:
                for_types += line(f".{node.module}", *self._written_for(node.module))
                continue
            for alias in node.names:
                for_types += line(*self._import_of(node, alias))
        if for_types:
            yield from ("from typing import TYPE_CHECKING", "if TYPE_CHECKING:", *map(indented, for_types))

    def _import_of(self, node: ast.ImportFrom, alias: ast.alias) -> tuple[str, str]:
        """Return the module, and the name with its alias, of an import."""
        pair = pair_of(node, alias) if self.is_sync else None
        if pair:
            module, name = pair.rsplit(".", 1)
            return module, name
        dots = "." * (node.level + (node.level > 0 and not self.is_sync))
        home = "..resources." if self.is_sync and node.level == 1 else dots
        return f"{home}{node.module or ''}", ast.unparse(alias)

    def _written_for(self, stem: str | None) -> list[str]:
        """Return the names of the classes written for another source."""
        source = self._sources.get(stem or "")
        if source is None:
            return []
        names = [self.rename(r.name) + VIEW_SUFFIXES[kind] for r in source.resources for kind in r.views]
        return names + [self.rename(r.name) for r in source.resources if self.is_sync]

    def _name_here(self, name: str) -> str:
        """Return the name that a response class, wrapper or resource has in this module."""
        prefix = "async_" if name.startswith("to_") else "Async"
        return name if self.is_sync else prefix + name

    # ------------------------------------------------------------------------------------ the sync resource

    def _sync_resource(self, resource: Resource) -> str:
        cls, is_root = self.rename(resource.name), resource.base == ROOT
        base = "SyncResource" if is_root else self.rename(resource.base)
        ignore = "" if is_root else "  # pyright: ignore[reportIncompatibleVariableOverride]"
        members = [f"_async: {resource.name}{ignore}\n"]
        members += [
            attribute("child", name, self.rename(child), resource.lazy.get(name))
            for name, child in resource.children.items()
        ]
        members += [attribute("view", kind, cls + VIEW_SUFFIXES[kind]) for kind in resource.views]
        members += [self._sync_method(endpoint) for endpoint in resource.endpoints]
        return f"class {cls}({base}):\n" + indented("\n".join([self._doc(resource.doc), "", *members]))

    def _sync_method(self, endpoint: Endpoint) -> str:
        node = endpoint.node
        doc = ast.get_docstring(node) or ""
        if endpoint.is_composed:
            return self._method(
                endpoint, lambda each: ast.unparse(each.returns or each), doc, self._composed(node)
            )
        # Where only the overloads tell the type of the result, the type checkers cannot verify the body.
        is_untyped = ast.unparse(node.returns or node) == "Any"
        for arg in parameters(node.args):
            if not is_untyped and self.rename(ast.unparse(arg)) != ast.unparse(arg):
                raise self.source.reject(
                    arg, f"{node.name}: {arg.arg} differs between async and sync, so it must return Any"
                )
        target = 'cast("Any", self._async)' if is_untyped else "self._async"
        # IPython and pytest leave frames with this name out of tracebacks.
        call = f"{target}.{node.name}({passed_on(node.args)})"
        value = f"first_page({call})" if endpoint.is_paged else f"to_sync(run({call}))"
        body = f"__tracebackhide__ = True\nreturn {value}"
        return self._method(endpoint, lambda each: ast.unparse(each.returns or each), doc, body)

    def _composed(self, node: Method) -> str:
        """Return the body of a composed method as sync code."""
        lines = ["__tracebackhide__ = True"]
        for statement in node.body[1:]:
            if isinstance(statement, ast.ImportFrom):
                imports = [self._import_of(statement, alias) for alias in statement.names]
                lines += [f"from {module} import {name}" for module, name in imports]
            else:
                lines.append(self.rename(ast.unparse(Unawaited().visit(deepcopy(statement)))))
        return "\n".join(lines)

    # --------------------------------------------------------------------------------------------- the views

    def _view(self, resource: Resource, kind: str) -> str:
        """Write the class behind ``with_raw_response`` or ``with_streaming_response``."""
        cls, ending = self.rename(resource.name), VIEW_SUFFIXES[kind]
        wrapped = [self._wrapped(each, kind) for each in resource.viewed]
        members = [
            attribute("child", name, self.rename(child) + ending, resource.lazy.get(name))
            for name, child in resource.children.items()
        ]
        if wrapped:
            start = [f"def __init__(self, resource: {cls}) -> None:", "    super().__init__(resource)"]
            members.append("\n".join([*start, *map(indented, wrapped)]))
        members += [self._view_method(each, kind, cls) for each in resource.viewed]
        doc = self._doc(f"The methods of `{cls}`, which here {VIEW_DOCS[kind]}.")
        return f"class {cls}{ending}(View):\n" + indented("\n".join([doc, "", *members]))

    def _wrapped(self, endpoint: Endpoint, kind: str) -> str:
        """Write the line that wraps an endpoint."""
        name, returned = endpoint.node.name, union(endpoint.node.returns)
        is_binary = "AsyncBinaryAPIResponse" in returned
        if is_binary and (endpoint.overloads or len(returned) > 1):
            raise self.source.reject(endpoint.node, f"{name}: a binary endpoint cannot return anything else")
        is_raw = kind == "with_raw_response"
        wrapper = self._name_here(
            f"to_{'custom_' * is_binary}{'raw' if is_raw else 'streamed'}_response_wrapper"
        )
        response = f", {self._response('AsyncBinaryAPIResponse', kind)}" if is_binary else ""
        # Through a ParamSpec type checkers see one overload only. The view's own method has the overloads.
        annotation = ": Callable[..., Any]" if endpoint.overloads else ""
        return f"self._{name}{annotation} = {wrapper}(resource.{name}{response})"

    def _view_method(self, endpoint: Endpoint, kind: str, cls: str) -> str:
        is_raw = kind == "with_raw_response"

        def returns(node: Method) -> str:
            parts = union(node.returns) if endpoint.overloads else [ast.unparse(node.returns or node)]
            responses = [self._response(part, kind) for part in parts]
            if not is_raw:
                responses = [f"{self._name_here('ResponseContextManager')}[{each}]" for each in responses]
            return " | ".join(responses)

        is_async = is_raw and not self.is_sync
        value = f"{'await ' * is_async}self._{endpoint.node.name}({passed_on(endpoint.node.args)})"
        if endpoint.overloads:
            value = f"cast({returns(endpoint.node)!r}, {value})"
        doc = f"See `{cls}.{endpoint.node.name}`."
        return self._method(endpoint, returns, doc, f"return {value}", is_async=is_async)

    def _response(self, returned: str, kind: str) -> str:
        """Return the response around what an endpoint returns."""
        if returned == "AsyncBinaryAPIResponse":
            is_raw = kind == "with_raw_response"
            return self._name_here("BinaryAPIResponse" if is_raw else "StreamedBinaryAPIResponse")
        return self.rename(f"AsyncAPIResponse[{returned}]")

    # ------------------------------------------------------------------------------------------------- text

    def _method(
        self,
        endpoint: Endpoint,
        returns: Callable[[Method], str],
        doc: str,
        body: str,
        *,
        is_async: bool = False,
    ) -> str:
        """Write a method with the signature and the overloads of an endpoint."""

        def signature(node: Method) -> str:
            line = f"{'async ' * is_async}def {node.name}({ast.unparse(node.args)}) -> {returns(node)}:"
            return self.rename(line)

        overloads = [f"@overload\n{signature(each)} ..." for each in endpoint.overloads]
        return "\n".join([*overloads, signature(endpoint.node), indented(self._doc(doc)), indented(body)])

    def _doc(self, text: str) -> str:
        return docstring_of(self.rename(text))


def client(root: Path) -> str:
    """Return the module of `Groq`, whose members forward to those of `AsyncGroq`."""
    source, tree = Source(CLIENT, "client"), ast.parse((root / CLIENT).read_text(encoding="utf-8"))
    node = next(each for each in tree.body if isinstance(each, ast.ClassDef) and each.name == "AsyncGroq")
    imports = [ast.unparse(each) for each in tree.body[2:] if isinstance(each, ast.ImportFrom)]
    for_types = next(each for each in tree.body if isinstance(each, ast.If))  # if TYPE_CHECKING:
    members: list[str] = []
    for item in node.body[1:]:
        decorators = [ast.unparse(each) for each in getattr(item, "decorator_list", [])]
        if isinstance(item, ast.FunctionDef) and decorators in ([], ["property"]):
            members += client_member(item, decorators) if item.name not in BY_HAND else []
        elif isinstance(item, ast.Assign):
            members.append(ast.unparse(item))
        elif getattr(item, "name", "if") not in BY_HAND:
            raise source.reject(item, f"not understood in AsyncGroq: {ast.unparse(item)[:40]}")
    doc = to_sync(ast.get_docstring(node) or "").replace("async client", "sync client")
    by_hand = ast.parse((root / SYNC / "_client.py").read_text(encoding="utf-8")).body
    base = next(each for each in by_hand if isinstance(each, ast.ClassDef))
    doc = doc.replace("\n\n", f"\n\n{ast.get_docstring(base)}\n\n", 1)
    return "\n".join(
        [
            f"{BANNER} from {CLIENT}. Do not edit.",
            '"""`Groq`: the sync client."""',
            "from __future__ import annotations",
            *(line.replace("from .", "from ..", 1) for line in imports),
            "from ..client import AsyncGroq",
            "from ._client import SyncClient",
            ast.unparse(for_types).replace("from .", "from .."),
            "class Groq(SyncClient):",
            indented(docstring_of(doc)),
            *map(indented, members),
        ]
    )


def client_member(node: ast.FunctionDef, decorators: list[str]) -> Iterator[str]:
    """Yield the lines of a property or a method that forwards to the async client."""
    yield from (f"@{name}" for name in decorators)
    yield f"def {node.name}({ast.unparse(node.args)}) -> {ast.unparse(node.returns or node)}:"
    doc = ast.get_docstring(node)
    body = [docstring_of(doc)] if doc else []
    # The statements up to the check of the keywords hide secrets, and are the same in both clients.
    lines = [ast.unparse(line) for line in node.body[len(body) :]]
    checked = next((i for i, line in enumerate(lines, 1) if line.startswith("reject_unknown_kwargs(")), 0)
    body += [to_sync(line) for line in lines[:checked]]
    arguments = ", ".join(f"{arg.arg}={arg.arg}" for arg in node.args.kwonlyargs)
    if node.name == "__init__":
        body.append("self._prepare(http_client)")
        body.append(f"super().__init__(AsyncGroq({arguments}))")
    elif "property" in decorators:
        body.append(f"return self._async.{node.name}")
    else:
        call = f"self._async.{node.name}({arguments})"
        body.append(
            f"return self._over({call})" if ast.unparse(node.returns or node) == "Self" else f"return {call}"
        )
    yield from map(indented, body)


def keywords(root: Path, sources: list[Source]) -> str:
    """Return the module that documents the keywords of the endpoints."""
    tables: dict[str, str] = {}
    options = set(fields_of(root, Path(OPTIONS), "CallOptions"))
    for source in sources:
        for name in re.findall(r"Unpack\[(\w+)\]", "".join(ast.unparse(r.node) for r in source.resources)):
            fields = sorted(
                fields_of(root, Path(source.path), name), key=options.__contains__
            )  # options last
            tables[name] = f"{name!r}: {{{', '.join(fields)}}},\n"
    return "\n".join(
        [
            f"{BANNER} from the TypedDicts in aiogroq/types. Do not edit.",
            '"""The keywords that endpoints take as a TypedDict: the type and the documentation of each."""',
            "from __future__ import annotations",
            "KEYWORDS: dict[str, dict[str, tuple[str, str]]] = {",
            *(tables[name] for name in sorted(tables)),
            "}",
        ]
    )


def fields_of(root: Path, path: Path, name: str) -> Iterator[str]:
    """Yield an entry for each field of a TypedDict, those of its base first. ``path`` defines or imports it."""
    for node in ast.parse((root / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and any(alias.name == name for alias in node.names):
            module = f"{(node.module or '').replace('.', '/')}.py"
            yield from fields_of(root, path.parents[node.level - 1] / module, name)
        elif isinstance(node, ast.ClassDef) and node.name == name:
            for base in map(ast.unparse, node.bases):
                yield from fields_of(root, path, base) if base != "TypedDict" else ()
            for item, doc in zip(node.body, [*node.body[1:], node], strict=True):
                if isinstance(item, ast.AnnAssign):
                    if not (isinstance(doc, ast.Expr) and isinstance(doc.value, ast.Constant)):
                        raise RejectedError(f"{path}:{item.lineno}: {name} has a field with no docstring")
                    text = re.sub(r"^Required\[(.*)\]$", r"\1", ast.unparse(item.annotation))
                    text = re.sub(r"^Opt\[(.*)\]$", r"\1 | Omit | None", text)
                    yield f"{ast.unparse(item.target)!r}: {(text, inspect.cleandoc(str(doc.value.value)))!r}"


def indented(text: str) -> str:
    return textwrap.indent(text, "    ")


def docstring_of(text: str) -> str:
    """Return a text as the source of a docstring."""
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""{escaped}\n"""' if "\n" in escaped else f'"""{escaped}"""'


def attribute(kind: str, name: str, cls: str, module: str | None = None) -> str:
    """Return the declaration of a child or a view. ``module`` is that of a child that is imported at its first access."""
    return f"{name}: {kind}[{cls}] = {kind}({cls if module is None else repr(f'.{module}.{cls}')})"


def passed_on(args: ast.arguments) -> str:
    """Return the arguments of a call that passes on the parameters of a signature."""
    given = [arg.arg for arg in args.args[1:]] + [f"{arg.arg}={arg.arg}" for arg in args.kwonlyargs]
    return ", ".join([*given, *([f"**{args.kwarg.arg}"] if args.kwarg else [])])


def union(returns: ast.expr | None) -> list[str]:
    """Return the members of a union, or the one type."""
    if isinstance(returns, ast.BinOp):
        return [*union(returns.left), *union(returns.right)]
    return [ast.unparse(returns)] if returns else []


def outputs(root: Path) -> dict[str, str]:
    """Return the text of every generated file, by its path under ``root``."""
    sources = read(root)
    texts = {f"{SOURCES}/_keywords.py": keywords(root, sources), f"{SYNC}/client.py": client(root)}
    for source in sources:
        if any(resource.views for resource in source.resources):
            texts[f"{VIEWS}/{source.stem}.py"] = Writer(source, sources, is_sync=False).text()
        texts[f"{SYNC}/{source.stem}.py"] = Writer(source, sources, is_sync=True).text()
    for path in texts.keys() - written(root):
        if (root / path).exists():
            raise RejectedError(f"{path}:1: written by hand, and a source has the same name")
    return formatted(root, texts)


def formatted(root: Path, texts: dict[str, str]) -> dict[str, str]:
    """Remove unused imports, sort the rest, and lay the files out by the project's settings."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in texts.items():
            (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / path).write_text(text, encoding="utf-8")
        config = f"--config={root / 'pyproject.toml'}"
        for command in (["check", "--select=F401,I", "--fix-only", "--exit-zero"], ["format"]):
            ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", config, folder]
            done = subprocess.run(ruff, capture_output=True, text=True)
            if done.returncode:
                raise RejectedError(f"ruff cannot format the result: {done.stdout}{done.stderr}")
        return {path: (Path(folder) / path).read_text(encoding="utf-8") for path in texts}


def is_current(path: Path, text: str) -> bool:
    """Return whether a generated file has this text, or on another version of Python the same syntax tree."""
    if not path.exists():
        return False
    written = path.read_text(encoding="utf-8")
    if sys.version_info[:2] == PYTHON:
        return written == text
    return ast.dump(ast.parse(written)) == ast.dump(ast.parse(text))


def written(root: Path) -> set[str]:
    """Return the paths of the generated files that there are."""
    paths = [path for folder in (SOURCES, VIEWS, SYNC) for path in (root / folder).glob("*.py")]
    return {path.relative_to(root).as_posix() for path in paths if path.read_text().startswith(BANNER)}


def main(arguments: list[str] | None = None) -> int:
    """Return 0 on success, 1 if a file is stale, 2 if a declaration is rejected."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file is stale")
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[1], help="another checkout")
    options = parser.parse_args(arguments)
    try:
        if not options.check and sys.version_info[:2] != PYTHON:
            wanted = ".".join(map(str, PYTHON))
            raise RejectedError(f"Python {wanted} writes these files; other versions can only --check them")
        texts = outputs(options.root)
    except RejectedError as error:
        print(f"rejected: {error}", file=sys.stderr)
        return 2
    stale = [path for path, text in texts.items() if not is_current(options.root / path, text)]
    orphans = sorted(written(options.root) - texts.keys())
    for path in [*stale, *orphans]:
        if options.check:
            print(f"{path} is stale: run python tools/sync_facade.py", file=sys.stderr)
        elif path in orphans:
            (options.root / path).unlink()
        else:
            (options.root / path).write_text(texts[path], encoding="utf-8", newline="\n")
    return 1 if options.check and (stale or orphans) else 0


if __name__ == "__main__":
    sys.exit(main())
