"""Writes what follows from the declarations in ``resources/``: the views of both colours, and the blocking facade.

``python -m aiogroq.sync.generate`` writes the three files, ``--check`` only says (by exit status 1) which are stale.

An endpoint is declared once, as an ``async def``. Its blocking twin, its raw and its streaming view are the same
signature round one line, which no person should type and which type checkers should prove: hence source that is checked
in, neither run-time wrappers nor stubs. One version of Python writes it, because `ast.unparse` differs between versions;
on the others the check compares syntax trees.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

from ._declarations import BASES, VIEW_KINDS, Endpoint, RefusedError, Resource, Source, parameters, read

PYTHON = (3, 11)
"""The version that writes."""

_PACKAGE = "aiogroq"
_VIEWS, _BLOCKING_VIEWS, _FACADE = "aiogroq.resources.views", "aiogroq.sync.views", "aiogroq.sync.facade"
_DOCS = {
    _VIEWS: "The raw and the streaming views of the resources.",
    _BLOCKING_VIEWS: "The raw and the streaming views of the blocking resources.",
    _FACADE: "The blocking resources: each runs the coroutines of its async twin on the portal.",
}
_TWINS = {
    "AsyncStream": "aiogroq.sync.stream",
    "AsyncAPIResponse": "aiogroq.sync.response",
    "AsyncBinaryAPIResponse": "aiogroq.sync.response",
    "AsyncStreamedBinaryAPIResponse": "aiogroq.sync.response",
    "AsyncResponseContextManager": "aiogroq.sync.response",
}
"""What has a blocking twin, besides the resources, and where that is; its name is without the ``Async``."""
_BLOCKING_WORDS = {
    r"\basync (with|for|def)\b": r"\1",
    r"\bawait (?=[\w`])": "",
    r"\bAsync(Groq|StreamT)\b": r"\1",
}
"""How docstrings and names of the async source read in the blocking colour."""
_WRAPPERS = [f"to_{kind}_response_wrapper" for kind in ("raw", "streamed", "custom_raw", "custom_streamed")]


class Module:
    """A module as it is being written."""

    def __init__(self, name: str, resources: list[Resource]) -> None:
        self.name = name
        self.is_blocking = name != _VIEWS
        self.resources = resources
        self._twins = [*_TWINS, *(resource.name for resource in resources)]
        self._imports: dict[str, tuple[str, str, bool]] = {}
        self._typevars: dict[str, str] = {}
        self._classes: list[str] = []
        self._import_all("functools", "cached_property")
        self._import_all("collections.abc", "Callable")
        self._import_all("typing", "TYPE_CHECKING", "Any", "cast", "overload")
        if name == _FACADE:
            self._import_all("aiogroq.sync._base", "SyncResource", "lift", "run")
        else:
            origin = "aiogroq.sync.response" if self.is_blocking else "aiogroq.response"
            classes = [self.rename(twin) for twin, home in _TWINS.items() if home == "aiogroq.sync.response"]
            self._import_all(origin, *classes, *(self.wrapper(wrapper) for wrapper in _WRAPPERS))

    # ------------------------------------------------------------------------------------------------ names

    def rename(self, text: str) -> str:
        """Code or prose of the async colour in the colour of this module."""
        if not self.is_blocking:
            return text
        for pattern, replacement in _BLOCKING_WORDS.items():
            text = re.sub(pattern, replacement, text)
        return re.sub(rf"\bAsync({'|'.join(twin[5:] for twin in self._twins)})(?=\b|With)", r"\1", text)

    def wrapper(self, name: str) -> str:
        return name if self.is_blocking else f"async_{name}"

    def need(self, name: str, origin: str, original: str | None = None, *, at_run_time: bool = False) -> str:
        """Import ``name``; give it back."""
        wanted = (origin, original or name)
        *before, was_at_run_time = self._imports.get(name, (*wanted, False))
        if tuple(before) != wanted:
            raise RefusedError(f"{self.name}: {name} would come from both {before[0]} and {origin}")
        self._imports[name] = (*wanted, at_run_time or was_at_run_time)
        return name

    def _import_all(self, origin: str, *names: str) -> None:
        for name in names:
            self.need(name, origin, at_run_time=True)

    def code(self, source: Source, node: ast.AST, *, at_run_time: bool = False) -> str:
        """A type or a default of a declaration, as it stands in this module, with what it needs imported."""
        for name in _names(node):
            self._need_of(source, node, name, at_run_time)
        return self.rename(ast.unparse(node))

    def _need_of(self, source: Source, node: ast.AST, name: str, at_run_time: bool) -> None:
        twin = self.rename(name)
        if self.is_blocking and twin != name and name in _TWINS:
            self.need(twin, _TWINS[name])
        elif name in source.typevars:
            assign = source.typevars[name]
            for inner in [*getattr(assign.value, "args", [])[1:], *getattr(assign.value, "keywords", [])]:
                self.code(source, inner)
            self.need("TypeVar", "typing", at_run_time=True)
            text = self.rename(ast.unparse(assign))
            if self._typevars.setdefault(twin, text) != text:
                raise source.refuse(node, f"another module declares the type variable {name} differently")
        elif self.is_blocking and name.startswith(("Async", "Awaitable", "Coroutine")):
            raise source.refuse(node, f"{name} has no blocking twin")
        elif name in source.imports:
            origin, original, typing_only = source.imports[name]
            ours = origin.startswith(_PACKAGE)
            self.need(name, origin, original, at_run_time=at_run_time or not (ours or typing_only))
        elif name in source.defined:
            self.need(name, source.module, at_run_time=at_run_time)
        elif not hasattr(builtins, name):
            raise source.refuse(node, f"{name} is neither imported nor defined")

    # -------------------------------------------------------------------------------------------- signatures

    def _signature(self, source: Source, node: ast.AsyncFunctionDef, returns: str, is_async: bool) -> str:
        for part in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self.code(source, part, at_run_time=True)
        for arg in parameters(node.args):
            self.code(source, arg.annotation or arg)
        keyword = "async def" if is_async else "def"
        return f"{keyword} {node.name}({self.rename(ast.unparse(node.args))}) -> {returns}:"

    def _method(
        self,
        source: Source,
        endpoint: Endpoint,
        returns: Callable[[ast.AsyncFunctionDef], str],
        body: str,
        is_async: bool,
    ) -> str:
        lines: list[str] = []
        for overload in endpoint.overloads:
            lines += ["@overload", self._signature(source, overload, returns(overload), is_async) + " ..."]
        lines.append(self._signature(source, endpoint.node, returns(endpoint.node), is_async))
        doc = self.doc(ast.get_docstring(endpoint.node) or "")
        return _indented("\n".join([*lines, _indented(doc), _indented(body)]))

    def doc(self, text: str) -> str:
        escaped = self.rename(text).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
        return f'"""{escaped}\n"""' if "\n" in escaped else f'"""{escaped}"""'

    # ----------------------------------------------------------------------------------------------- classes

    def add_view(self, resource: Resource, kind: str) -> None:
        """The class behind ``with_raw_response`` or ``with_streaming_response`` of a resource."""
        streaming = kind == "with_streaming_response"
        cls = self._resource_class(resource.name)
        held = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", resource.name.removeprefix("Async")).lower()
        doc = resource.views[kind]
        lines = [
            f"class {cls}{VIEW_KINDS[kind]}:",
            _indented(self.doc(f"`{cls}`: {doc[0].lower()}{doc[1:]}")),
            "",
            f"    def __init__(self, {held}: {cls}) -> None:",
        ]
        if resource.children:
            lines.append(f"        self._{held} = {held}")
        for endpoint in resource.endpoints:
            lines.append(f"        {self._stored(resource.source, endpoint, held, streaming)}")
        for name, (child, doc) in resource.children.items():
            child_view = self.rename(child) + VIEW_KINDS[kind]
            lines += _property(name, child_view, self.doc(doc), f"return {child_view}(self._{held}.{name})")
        for endpoint in resource.endpoints:
            lines += ["", self._view_method(resource.source, endpoint, streaming)]
        self._classes.append("\n".join(lines))

    def _stored(self, source: Source, endpoint: Endpoint, held: str, streaming: bool) -> str:
        returned = _members(endpoint.node.returns)
        is_binary = "AsyncBinaryAPIResponse" in returned
        if is_binary and (endpoint.overloads or len(returned) > 1):
            raise source.refuse(
                endpoint.node, f"{endpoint.node.name}: a binary endpoint returns nothing else"
            )
        wrapper = self.wrapper(
            f"to_{'custom_' * is_binary}{'streamed' if streaming else 'raw'}_response_wrapper"
        )
        response = f", {self._response('AsyncBinaryAPIResponse', streaming)}" if is_binary else ""
        # Through a ParamSpec type checkers see one overload only; here the overloads below are what they see.
        annotation = ": Callable[..., Any]" if endpoint.overloads else ""
        name = endpoint.node.name
        return f"self._{name}{annotation} = {wrapper}({held}.{name}{response})"

    def _view_method(self, source: Source, endpoint: Endpoint, streaming: bool) -> str:
        is_async = not (self.is_blocking or streaming)

        def returns(node: ast.AsyncFunctionDef) -> str:
            self.code(source, node.returns or node)
            members = _members(node.returns) if endpoint.overloads else [ast.unparse(node.returns or node)]
            responses = [self._response(self.rename(member), streaming) for member in members]
            if streaming:
                responses = [f"{self.rename('AsyncResponseContextManager')}[{each}]" for each in responses]
            return " | ".join(responses)

        value = f"{'await ' * is_async}self._{endpoint.node.name}({_arguments(endpoint.node.args)})"
        if endpoint.overloads:
            value = f'cast("{returns(endpoint.node)}", {value})'
        return self._method(source, endpoint, returns, f"return {value}", is_async)

    def _response(self, returned: str, streaming: bool) -> str:
        """The response round a returned type."""
        if returned in ("AsyncBinaryAPIResponse", "BinaryAPIResponse"):
            return self.rename("AsyncStreamedBinaryAPIResponse" if streaming else "AsyncBinaryAPIResponse")
        return f"{self.rename('AsyncAPIResponse')}[{returned}]"

    def add_blocking(self, resource: Resource) -> None:
        """The blocking twin of a resource."""
        self.need(resource.name, resource.source.module)
        is_root = resource.base in BASES
        # The attribute of a subclass is narrower, and is never assigned from outside.
        ignore = "" if is_root else "  # pyright: ignore[reportIncompatibleVariableOverride]"
        lines = [
            f"class {self.rename(resource.name)}({'SyncResource' if is_root else self.rename(resource.base)}):",
            _indented(self.doc(resource.doc)),
            "",
            f"    _async: {resource.name}{ignore}",
            "",
            f"    def __init__(self, resource: {resource.name}) -> None:",
            "        self._async = resource" if is_root else "        super().__init__(resource)",
        ]
        for name, (child, doc) in resource.children.items():
            cls = self.rename(child)
            lines += _property(name, cls, self.doc(doc), f"return {cls}(self._async.{name})")
        for kind, doc in resource.views.items():
            view = self.need(self.rename(resource.name) + VIEW_KINDS[kind], _BLOCKING_VIEWS)
            body = f"from .views import {view}\n\nreturn {view}(self)"
            lines += _property(kind, view, self.doc(doc), body)
        for endpoint in resource.endpoints:
            lines += ["", self._blocking_method(resource.source, endpoint)]
        self._classes.append("\n".join(lines))

    def _blocking_method(self, source: Source, endpoint: Endpoint) -> str:
        node = endpoint.node
        # Where only the overloads say what comes back, nothing in the body can be proven.
        is_untyped = ast.unparse(node.returns or node) == "Any"
        renamed = [arg for arg in parameters(node.args) if self.rename(ast.unparse(arg)) != ast.unparse(arg)]
        if renamed and not is_untyped:
            raise source.refuse(
                renamed[0], f"{node.name}: {renamed[0].arg} differs between the colours; return Any"
            )
        target = 'cast("Any", self._async)' if is_untyped else "self._async"
        body = f"return lift(run({target}.{node.name}({_arguments(node.args)})))"
        return self._method(
            source, endpoint, lambda each: self.code(source, each.returns or each), body, False
        )

    def _resource_class(self, name: str) -> str:
        source = next(resource.source for resource in self.resources if resource.name == name)
        return self.need(self.rename(name), _FACADE if self.is_blocking else source.module)

    # -------------------------------------------------------------------------------------------- the module

    def text(self) -> str:
        """The source, not yet formatted."""
        package = self.name.split(".")[:-1]
        first: list[str] = []
        later: list[str] = []
        for name, (origin, original, at_run_time) in sorted(self._imports.items()):
            lines = first if at_run_time else later
            renamed = name if original == name else f"{original} as {name}"
            lines.append(
                f"from {_relative(origin, package)} import {renamed}" if origin else f"import {renamed}"
            )
        inputs = ", ".join(dict.fromkeys(sorted(resource.source.path for resource in self.resources)))
        banner = textwrap.fill(
            f"Written by python -m aiogroq.sync.generate from {inputs}. Do not edit.",
            width=100,
            initial_indent="# ",
            subsequent_indent="# ",
            break_on_hyphens=False,
        )
        return "\n".join(
            [
                *(banner, f'"""{_DOCS[self.name]}"""', "from __future__ import annotations"),
                *first,
                *("if TYPE_CHECKING:", _indented("\n".join(later))),
                *("", *self._typevars.values()),
                *self._classes,
            ]
        )


def outputs(root: Path) -> dict[str, str]:
    """The text of each written file, by its path under ``root``."""
    resources = read(root)
    modules = [Module(name, resources) for name in (_VIEWS, _BLOCKING_VIEWS, _FACADE)]
    for module in modules:
        for resource in resources:
            if module.name == _FACADE:
                module.add_blocking(resource)
            else:
                for kind in resource.views:
                    module.add_view(resource, kind)
    texts = {module.name.replace(".", "/") + ".py": module.text() for module in modules}
    return {path: _formatted(root, path, text) for path, text in texts.items()}


def _formatted(root: Path, path: str, text: str) -> str:
    """``text`` without the imports that it does not use, sorted and laid out as the project's settings say."""
    for command in (["check", "--select=F401,I", "--fix-only", "--exit-zero"], ["format"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--quiet", f"--stdin-filename={path}", "-"]
        done = subprocess.run(ruff, cwd=root, input=text, capture_output=True, text=True, encoding="utf-8")
        if done.returncode:
            raise RefusedError(f"{path}: ruff cannot format it: {done.stderr.strip()}")
        text = done.stdout
    return text


def stale(root: Path) -> list[str]:
    """The paths of the written files that do not follow from the declarations any more."""
    return [path for path, text in outputs(root).items() if not _same(root / path, text)]


def _same(path: Path, text: str) -> bool:
    if not path.exists():
        return False
    written = path.read_text(encoding="utf-8")
    if sys.version_info[:2] == PYTHON:
        return written == text
    return ast.dump(ast.parse(written)) == ast.dump(ast.parse(text))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m aiogroq.sync.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is stale")
    parser.add_argument(
        "--root", type=Path, default=Path(__file__).parents[2], help="the checkout (this one)"
    )
    options = parser.parse_args(arguments)
    try:
        if options.check:
            old = stale(options.root)
            for path in old:
                print(f"{path} is stale: run python -m aiogroq.sync.generate", file=sys.stderr)
            return 1 if old else 0
        if sys.version_info[:2] != PYTHON:
            raise RefusedError(
                f"Python {PYTHON[0]}.{PYTHON[1]} writes these files; others can only --check them"
            )
        for path, text in outputs(options.root).items():
            (options.root / path).write_text(text, encoding="utf-8")
    except RefusedError as error:
        print(f"refused: {error}", file=sys.stderr)
        return 2
    return 0


def _property(name: str, returns: str, doc: str, body: str) -> list[str]:
    return [
        "",
        "    @cached_property",
        f"    def {name}(self) -> {returns}:",
        _indented(doc, 8),
        _indented(body, 8),
    ]


def _arguments(args: ast.arguments) -> str:
    """The parameters of a signature, passed on."""
    given = [arg.arg for arg in args.args[1:]] + [f"{arg.arg}={arg.arg}" for arg in args.kwonlyargs]
    return ", ".join([*given, *([f"**{args.kwarg.arg}"] if args.kwarg else [])])


def _members(returns: ast.expr | None) -> list[str]:
    """The members of a union."""
    if isinstance(returns, ast.BinOp):
        return [*_members(returns.left), *_members(returns.right)]
    return [ast.unparse(returns)] if returns else []


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
    if parts[0] != package[0]:
        return origin
    common = next(
        (i for i, (a, b) in enumerate(zip(parts, package, strict=False)) if a != b),
        min(len(parts), len(package)),
    )
    return "." * (len(package) - common + 1) + ".".join(parts[common:])


def _indented(text: str, by: int = 4) -> str:
    return textwrap.indent(text, " " * by)


if __name__ == "__main__":
    sys.exit(main())
