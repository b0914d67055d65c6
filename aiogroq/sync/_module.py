"""A module as `generate` writes it: the colour of its code, what it imports, and its text."""

from __future__ import annotations

import ast
import builtins
import re
import textwrap
from collections.abc import Callable, Iterator

from ._declarations import Endpoint, RefusedError, Resource, Source, parameters

VIEWS, BLOCKING_VIEWS, FACADE = "aiogroq.resources.views", "aiogroq.sync.views", "aiogroq.sync.facade"
_DOCS = {
    VIEWS: "The raw and the streaming views of the resources.",
    BLOCKING_VIEWS: "The raw and the streaming views of the blocking resources.",
    FACADE: "The blocking resources: each runs the coroutines of its async twin on the portal.",
}
_RESPONSE = "aiogroq.sync.response"
_TWINS = {
    "AsyncStream": "aiogroq.sync.stream",
    "AsyncAPIResponse": _RESPONSE,
    "AsyncBinaryAPIResponse": _RESPONSE,
    "AsyncStreamedBinaryAPIResponse": _RESPONSE,
    "AsyncResponseContextManager": _RESPONSE,
}
"""What has a blocking twin, besides the resources, and where that is; its name is without the ``Async``."""
_BLOCKING_WORDS = {
    r"\basync (with|for|def)\b": r"\1",
    r"\bawait (?=[\w`])": "",
    r"\bAsync(Groq|StreamT)\b": r"\1",
}
"""How the words of the async source read in the blocking colour."""
_WRAPPERS = [f"to_{kind}_response_wrapper" for kind in ("raw", "streamed", "custom_raw", "custom_streamed")]


class Module:
    """A module as it is being written."""

    def __init__(self, name: str, resources: list[Resource]) -> None:
        self.name = name
        self.is_blocking = name != VIEWS
        self._resources = {resource.name: resource for resource in resources}
        self._imports: dict[str, tuple[str, str, bool]] = {}
        """Where each name comes from, what it is called there, and whether it is needed at run time."""
        self._typevars: dict[str, str] = {}
        self._classes: dict[str, str] = {}
        # Whatever of this is not used is taken out again when the text is formatted.
        self._need_all("aiogroq.resources._cached", "cached_property")
        self._need_all("collections.abc", "Callable")
        self._need_all("typing", "TYPE_CHECKING", "Any", "TypeVar", "cast", "overload")
        if name == FACADE:
            self._need_all("aiogroq.sync._base", "SyncResource", "to_sync", "run")
        else:
            classes = [self.rename(name) for name, home in _TWINS.items() if home == _RESPONSE]
            wrappers = [self.wrapper(name) for name in _WRAPPERS]
            self._need_all(_RESPONSE if self.is_blocking else "aiogroq.response", *classes, *wrappers)

    # ------------------------------------------------------------------------------------------------ names

    def rename(self, text: str) -> str:
        """Code or prose of the async colour, in the colour of this module."""
        if not self.is_blocking:
            return text
        for pattern, replacement in _BLOCKING_WORDS.items():
            text = re.sub(pattern, replacement, text)
        names = "|".join(name.removeprefix("Async") for name in [*_TWINS, *self._resources])
        return re.sub(rf"\bAsync({names})(?=\b|With)", r"\1", text)

    def wrapper(self, name: str) -> str:
        """The name that a wrapper of response methods has in this colour."""
        return name if self.is_blocking else f"async_{name}"

    def resource(self, name: str) -> str:
        """The class of a resource, async as declared, in this colour."""
        return self.need(
            self.rename(name), FACADE if self.is_blocking else self._resources[name].source.module
        )

    def need(self, name: str, origin: str, original: str | None = None, *, at_run_time: bool = False) -> str:
        """Import ``name``, and give it back."""
        wanted = (origin, original or name)
        *before, was_at_run_time = self._imports.get(name, (*wanted, False))
        if tuple(before) != wanted:
            raise RefusedError(f"{self.name}: {name} would come from both {before[0]} and {origin}")
        self._imports[name] = (*wanted, at_run_time or was_at_run_time)
        return name

    def _need_all(self, origin: str, *names: str) -> None:
        for name in names:
            self.need(name, origin, at_run_time=True)

    def code(self, source: Source, node: ast.AST | None) -> str:
        """A type or a default of a declaration, as it stands in this module; its names are imported.

        At run time too: `typing.get_type_hints` looks them up there.
        """
        if node is None:
            return ""
        for name in _names(node):
            self._need_of(source, node, name)
        return self.rename(ast.unparse(node))

    def _need_of(self, source: Source, node: ast.AST, name: str) -> None:
        if self.is_blocking and name in _TWINS:
            self.need(self.rename(name), _TWINS[name], at_run_time=True)
        elif name in source.typevars:
            assign, call = source.typevars[name]
            for part in [*call.args[1:], *call.keywords]:
                self.code(source, part)
            text = self.rename(ast.unparse(assign))
            if self._typevars.setdefault(name, text) != text:
                raise source.refuse(node, f"another module declares the type variable {name} differently")
        elif self.is_blocking and name.startswith(("Async", "Awaitable", "Coroutine")):
            raise source.refuse(node, f"{name} has no blocking twin")
        elif name in source.imports:
            origin, original, _ = source.imports[name]
            self.need(name, origin, original, at_run_time=True)
        elif name in source.defined:
            self.need(name, source.module, at_run_time=True)
        elif not hasattr(builtins, name):
            raise source.refuse(node, f"{name} is neither imported nor defined")

    # ------------------------------------------------------------------------------------------------- text

    def method(
        self,
        source: Source,
        endpoint: Endpoint,
        returns: Callable[[ast.AsyncFunctionDef], str],
        body: str,
        *,
        is_async: bool,
    ) -> str:
        """A method with the signature and the overloads of an endpoint."""

        def signature(node: ast.AsyncFunctionDef) -> str:
            for default in [*node.args.defaults, *node.args.kw_defaults]:
                self.code(source, default)
            for arg in parameters(node.args):
                self.code(source, arg.annotation)
            start = f"{'async ' * is_async}def {node.name}"
            return f"{start}({self.rename(ast.unparse(node.args))}) -> {returns(node)}:"

        overloads = [f"@overload\n{signature(each)} ..." for each in endpoint.overloads]
        doc = self.doc(ast.get_docstring(endpoint.node) or "")
        return "\n".join([*overloads, signature(endpoint.node), indented(doc), indented(body)])

    def property(self, name: str, returns: str, doc: str, body: str) -> str:
        """A cached property."""
        start = f"@cached_property\ndef {name}(self) -> {returns}:"
        return "\n".join([start, indented(self.doc(doc)), indented(body)])

    def doc(self, text: str) -> str:
        """A docstring."""
        escaped = self.rename(text).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
        return f'"""{escaped}\n"""' if "\n" in escaped else f'"""{escaped}"""'

    def add_class(self, name: str, base: str, *members: str) -> None:
        """A class; it may take a base of its own name's place nowhere."""
        if name in self._classes:
            raise RefusedError(f"{self.name}: {name} would be there twice")
        self._classes[name] = f"class {name}{base}:\n" + indented("\n\n".join(members))

    def text(self) -> str:
        """The source, not yet formatted."""
        twice = sorted(self._imports.keys() & (self._classes.keys() | self._typevars.keys()))
        if twice:
            raise RefusedError(f"{self.name}: {twice[0]} would be both imported and defined")
        imports: dict[bool, list[str]] = {True: [], False: []}
        package = self.name.split(".")[:-1]
        for name, (origin, original, at_run_time) in sorted(self._imports.items()):
            renamed = name if original == name else f"{original} as {name}"
            start = f"from {_relative(origin, package)} " if origin else ""
            imports[at_run_time].append(f"{start}import {renamed}")
        inputs = sorted({resource.source.path for resource in self._resources.values()})
        banner = f"Written by python -m aiogroq.sync.generate from {', '.join(inputs)}. Do not edit."
        return "\n".join(
            [
                textwrap.fill(
                    banner, 100, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
                ),
                f'"""{_DOCS[self.name]}"""',
                "from __future__ import annotations",
                *imports[True],
                "if TYPE_CHECKING:",
                *map(indented, imports[False]),
                "",
                *self._typevars.values(),
                *self._classes.values(),
            ]
        )


def indented(text: str) -> str:
    return textwrap.indent(text, "    ")


def _names(node: ast.AST) -> Iterator[str]:
    """The names that a type or a default mentions, quoted ones too."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from _names(ast.parse(node.value, mode="eval"))
    elif isinstance(node, ast.Subscript) and ast.unparse(node.value).split(".")[-1] == "Literal":
        yield from _names(node.value)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _names(child)


def _relative(origin: str, package: list[str]) -> str:
    parts = origin.split(".")
    common = 0
    while parts[common : common + 1] == package[common : common + 1] != []:
        common += 1
    return "." * (len(package) - common + 1) + ".".join(parts[common:]) if common else origin
