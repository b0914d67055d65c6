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
import re
import subprocess
import sys
from pathlib import Path

from ._declarations import BASES, VIEW_KINDS, Endpoint, RefusedError, Resource, Source, parameters, read
from ._module import BLOCKING_VIEWS, FACADE, VIEWS, Module

PYTHON = (3, 11)
"""The version that writes."""


def outputs(root: Path) -> dict[str, str]:
    """The text of each written file, by its path under ``root``."""
    resources = read(root)
    modules = {name: Module(name, resources) for name in (VIEWS, BLOCKING_VIEWS, FACADE)}
    for resource in resources:
        _add_blocking(modules[FACADE], resource)
        for kind in resource.views:
            _add_view(modules[VIEWS], resource, kind)
            _add_view(modules[BLOCKING_VIEWS], resource, kind)
    texts = {name.replace(".", "/") + ".py": module.text() for name, module in modules.items()}
    return {path: _formatted(root, path, text) for path, text in texts.items()}


def stale(root: Path) -> list[str]:
    """The paths of the written files that do not follow from the declarations any more."""
    return [path for path, text in outputs(root).items() if not _is_same(root / path, text)]


def _is_same(path: Path, text: str) -> bool:
    if not path.exists():
        return False
    written = path.read_text(encoding="utf-8")
    if sys.version_info[:2] == PYTHON:
        return written == text
    return ast.dump(ast.parse(written)) == ast.dump(ast.parse(text))


def _formatted(root: Path, path: str, text: str) -> str:
    """``text`` without the imports that it does not use, sorted and laid out as the project's settings say."""
    for command in (["check", "--select=F401,I", "--fix-only", "--exit-zero"], ["format"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--quiet", f"--stdin-filename={path}", "-"]
        done = subprocess.run(ruff, cwd=root, input=text, capture_output=True, text=True, encoding="utf-8")
        if done.returncode:
            raise RefusedError(f"{path}: ruff cannot format it: {done.stderr.strip()}")
        text = done.stdout
    return text


# ------------------------------------------------------------------------------------------------ the facade


def _add_blocking(module: Module, resource: Resource) -> None:
    """The blocking twin of a resource."""
    cls = module.rename(resource.name)
    module.need(resource.name, resource.source.module)
    is_root = resource.base in BASES
    # In a subclass the attribute is narrower; nobody assigns it from outside.
    ignore = "" if is_root else "  # pyright: ignore[reportIncompatibleVariableOverride]"
    keep = "self._async = resource" if is_root else "super().__init__(resource)"
    members = [
        module.doc(resource.doc),
        f"_async: {resource.name}{ignore}",
        f"def __init__(self, resource: {resource.name}) -> None:\n    {keep}",
    ]
    for name, (declared, doc) in resource.children.items():
        child = module.rename(declared)
        members.append(module.property(name, child, doc, f"return {child}(self._async.{name})"))
    for kind, doc in resource.views.items():
        view = module.need(cls + VIEW_KINDS[kind], BLOCKING_VIEWS)
        body = f"from .views import {view}\n\nreturn {view}(self)"
        members.append(module.property(kind, view, doc, body))
    members += [_blocking_method(module, resource.source, endpoint) for endpoint in resource.endpoints]
    module.add_class(cls, f"({'SyncResource' if is_root else module.rename(resource.base)})", *members)


def _blocking_method(module: Module, source: Source, endpoint: Endpoint) -> str:
    node = endpoint.node
    # Where only the overloads say what comes back, the checkers cannot prove the body.
    is_untyped = module.code(source, node.returns) == "Any"
    for arg in parameters(node.args):
        if not is_untyped and module.rename(ast.unparse(arg)) != ast.unparse(arg):
            raise source.refuse(
                arg, f"{node.name}: {arg.arg} differs between the colours, so it must return Any"
            )
    target = 'cast("Any", self._async)' if is_untyped else "self._async"
    call = f"return to_sync(run({target}.{node.name}({_arguments(node.args)})))"
    body = f"__tracebackhide__ = True\n{call}"  # IPython and pytest leave such frames out
    return module.method(
        source, endpoint, lambda each: module.code(source, each.returns), body, is_async=False
    )


# ------------------------------------------------------------------------------------------------- the views


def _add_view(module: Module, resource: Resource, kind: str) -> None:
    """The class behind ``with_raw_response`` or ``with_streaming_response`` of a resource."""
    is_streaming = kind == "with_streaming_response"
    cls = module.resource(resource.name)
    held = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", resource.name.removeprefix("Async")).lower()
    doc = resource.views[kind]
    keep = [f"self._{held} = {held}"] if resource.children else []
    keep += [_wrapped(module, resource.source, each, held, is_streaming) for each in resource.endpoints]
    members = [
        module.doc(f"`{cls}`: {doc[0].lower()}{doc[1:]}"),
        "\n    ".join([f"def __init__(self, {held}: {cls}) -> None:", *keep]),
    ]
    for name, (declared, doc) in resource.children.items():
        child = module.rename(declared) + VIEW_KINDS[kind]
        members.append(module.property(name, child, doc, f"return {child}(self._{held}.{name})"))
    members += [_view_method(module, resource.source, each, is_streaming) for each in resource.endpoints]
    module.add_class(cls + VIEW_KINDS[kind], "", *members)


def _wrapped(module: Module, source: Source, endpoint: Endpoint, held: str, is_streaming: bool) -> str:
    """The line that keeps the wrapped endpoint."""
    name, returned = endpoint.node.name, _union(endpoint.node.returns)
    is_binary = "AsyncBinaryAPIResponse" in returned
    if is_binary and (endpoint.overloads or len(returned) > 1):
        raise source.refuse(endpoint.node, f"{name}: an endpoint with a binary answer has no other")
    wrapper = module.wrapper(
        f"to_{'custom_' * is_binary}{'streamed' if is_streaming else 'raw'}_response_wrapper"
    )
    response = f", {_response(module, 'AsyncBinaryAPIResponse', is_streaming)}" if is_binary else ""
    # Through a ParamSpec the type checkers see one overload only; they are told by those of the view's own method.
    annotation = ": Callable[..., Any]" if endpoint.overloads else ""
    return f"self._{name}{annotation} = {wrapper}({held}.{name}{response})"


def _view_method(module: Module, source: Source, endpoint: Endpoint, is_streaming: bool) -> str:
    is_async = not (module.is_blocking or is_streaming)

    def returns(node: ast.AsyncFunctionDef) -> str:
        module.code(source, node.returns)
        returned = _union(node.returns) if endpoint.overloads else [ast.unparse(node.returns or node)]
        responses = [_response(module, each, is_streaming) for each in returned]
        if is_streaming:
            responses = [f"{module.rename('AsyncResponseContextManager')}[{each}]" for each in responses]
        return " | ".join(responses)

    value = f"{'await ' * is_async}self._{endpoint.node.name}({_arguments(endpoint.node.args)})"
    if endpoint.overloads:
        value = f"cast({returns(endpoint.node)!r}, {value})"
    return module.method(source, endpoint, returns, f"return {value}", is_async=is_async)


def _response(module: Module, returned: str, is_streaming: bool) -> str:
    """The response round what an endpoint returns."""
    if returned == "AsyncBinaryAPIResponse":
        return module.rename("AsyncStreamedBinaryAPIResponse" if is_streaming else returned)
    return module.rename(f"AsyncAPIResponse[{returned}]")


def _arguments(args: ast.arguments) -> str:
    """The parameters of a signature, passed on."""
    given = [arg.arg for arg in args.args[1:]] + [f"{arg.arg}={arg.arg}" for arg in args.kwonlyargs]
    return ", ".join([*given, *([f"**{args.kwarg.arg}"] if args.kwarg else [])])


def _union(returns: ast.expr | None) -> list[str]:
    """The members of a union, or the one type."""
    if isinstance(returns, ast.BinOp):
        return [*_union(returns.left), *_union(returns.right)]
    return [ast.unparse(returns)] if returns else []


# ---------------------------------------------------------------------------------------------- command line


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 when all is well, 1 when a file is stale, 2 when a declaration is refused."""
    parser = argparse.ArgumentParser(
        prog="python -m aiogroq.sync.generate", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is stale")
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[2], help="another checkout")
    options = parser.parse_args(arguments)
    try:
        if options.check:
            old = stale(options.root)
            for path in old:
                print(f"{path} is stale: run python -m aiogroq.sync.generate", file=sys.stderr)
            return 1 if old else 0
        if sys.version_info[:2] != PYTHON:
            raise RefusedError(
                f"Python {PYTHON[0]}.{PYTHON[1]} writes these files; this one can only --check them"
            )
        for path, text in outputs(options.root).items():
            (options.root / path).write_text(text, encoding="utf-8", newline="\n")
    except RefusedError as error:
        print(f"refused: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
