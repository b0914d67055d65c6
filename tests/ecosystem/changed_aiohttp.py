"""Runs calls on an aiohttp whose private names were changed: reads changes from stdin and writes the results.

A change is made in the source of aiohttp as it is imported, everywhere at once, as a release of aiohttp would make it. Each is
tried in a process of its own, forked before aiohttp was imported.
"""

from __future__ import annotations

import ast
import asyncio
import gc
import importlib.machinery
import json
import logging
import os
import re
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import CodeType
from typing import Any

NEW = "something_new"
MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "What is 2+2?"}]
TIMEOUT_S = 10
"""None expires: each call ends before."""
LIMIT_S = 60
CALLED_AS = {"ClientRequest": ("_request_class",), "ClientResponse": ("response_class", "_response_class")}
"""By which names aiohttp makes instances of a class."""


def renamed(source: str, owner: str, name: str) -> str:
    """The source with another name for a name."""
    return re.sub(rf"\b{name}\b", f"{name}_renamed", source)


def with_argument(source: str, owner: str, name: str) -> str:
    """The source with one more argument of a method, which aiohttp's own calls pass."""
    tree = ast.parse(source)
    # Nobody but aiohttp calls a private method or makes a request or a response; the others may be called by asyncio.
    is_required = name.startswith("_")
    called = CALLED_AS.get(owner, ()) if name == "__init__" else (name,)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and (node.name == owner or not name.endswith("__")):
            for function in node.body:
                if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and function.name == name:
                    if not is_required and node.name != owner:
                        continue
                    function.args.kwonlyargs.append(ast.arg(NEW))
                    function.args.kw_defaults.append(None if is_required else ast.Constant(None))
        elif isinstance(node, ast.Call) and is_required:
            function_name = getattr(node.func, "attr", getattr(node.func, "id", None))
            if function_name in called and not _is_super(node.func):
                node.keywords.append(ast.keyword(NEW, ast.Constant(None)))
    return ast.unparse(ast.fix_missing_locations(tree))


def _is_super(called: ast.expr) -> bool:
    return isinstance(called, ast.Attribute) and called.attr == "__init__"


CHANGES: dict[str, Callable[[str, str, str], str]] = {
    "renamed": renamed,
    "renamed, the old name is left": renamed,
    "one more argument": with_argument,
}


class Changing(importlib.machinery.SourceFileLoader):
    """Loads a module of aiohttp with a change in it."""

    change: Callable[[str], str]

    def get_code(self, fullname: str) -> CodeType | None:
        with open(self.path, encoding="utf-8") as file:
            source = file.read()
        changed = self.change(source)
        if changed == source:
            return super().get_code(fullname)
        return compile(changed, self.path, "exec", dont_inherit=True)


class Finder(importlib.machinery.PathFinder):
    """Finds the modules of aiohttp, and none of its C extensions, to which a private name may be known."""

    def __init__(self, change: Callable[[str], str]) -> None:
        self.change = change

    def find_spec(  # type: ignore[override]
        self, fullname: str, path: Sequence[str] | None = None, target: Any = None
    ) -> ModuleSpec | None:
        if fullname.split(".")[0] != "aiohttp":
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = Changing(fullname, spec.loader.path)
            spec.loader.change = self.change
        return spec


def change_aiohttp(owner: str, name: str, kind: str) -> None:
    """Have the aiohttp that is imported after this changed."""
    os.environ["AIOHTTP_NO_EXTENSIONS"] = "1"
    sys.meta_path.insert(0, Finder(lambda source: CHANGES[kind](source, owner, name)))
    import aiohttp
    from aiohttp import client_proto, connector

    if kind == "renamed, the old name is left":
        holder: Any = next(
            vars(module)[owner] for module in (aiohttp, client_proto, connector) if owner in vars(module)
        )
        setattr(holder, name, getattr(holder, f"{name}_renamed", None))


async def one_call(base_url: str, case: str) -> str:
    """A client that is not closed, as many leave it."""
    from aiogroq import AsyncGroq

    client = AsyncGroq(api_key="gsk_x", base_url=base_url, default_headers={"x-case": case}, max_retries=0)
    completion = await client.chat.completions.create(model=MODEL, messages=QUESTION)
    return str(completion.choices[0].message.content)


async def calls(base_url: str, case: str) -> list[Any]:
    """What comes of calls of every kind: values, or the errors' names."""
    from aiogroq import APIError, AsyncGroq

    seen: list[Any] = []

    async def ask(**more: Any) -> Any:
        return await client.chat.completions.create(model=MODEL, **{"messages": QUESTION, **more})

    client = AsyncGroq(
        api_key="gsk_x",
        base_url=base_url,
        default_headers={"x-case": case},
        max_retries=0,
        timeout=TIMEOUT_S,
    )
    async with client:
        seen.append((await ask()).choices[0].message.content)
        seen.append((await (await ask(stream=True)).collect()).choices[0].message.content)
        seen.append(len((await ask(messages=[{"role": "user", "content": "x" * 100_000}])).choices))
        seen.append(len((await client.models.list()).data) > 3)
        responses = await asyncio.gather(*(ask() for _ in range(5)))
        seen.append([response.choices[0].message.content for response in responses])
        stream = await ask(stream=True)
        await stream.close()
        for fault in (
            '{"status": 503}',
            '{"before_head": true, "end": "close"}',
            '{"after_bytes": 9, "end": "close"}',
        ):
            began_at = asyncio.get_running_loop().time()
            try:
                await ask(extra_headers={"x-local-fault": fault})
            except APIError as error:
                is_at_once = asyncio.get_running_loop().time() - began_at < TIMEOUT_S
                seen.append([type(error).__name__, is_at_once])
        reading = asyncio.ensure_future(
            ask(extra_headers={"x-local-fault": '{"after_bytes": 9, "end": "stall"}'})
        )
        # The server has read that request when it has answered two that were sent after it.
        for _ in range(2):
            seen.append(len((await client.models.list()).data) > 3)
    try:
        await asyncio.wait_for(reading, 60)
    except APIError as error:
        seen.append(type(error).__name__)
    return seen


EXPECTED = [
    "2+2 = 4.",
    "2+2 = 4.",
    1,
    True,
    ["2+2 = 4."] * 5,
    ["InternalServerError", True],
    ["APIConnectionError", True],
    ["APIConnectionError", True],
    True,
    True,
    "APIConnectionError",
    "2+2 = 4.",
    "2+2 = 4.",
]
"""What comes of the calls, whatever has changed."""
REQUESTS = 18
"""How many the server receives: a request that is sent twice is paid twice."""


def try_change(base_url: str, owner: str, name: str, kind: str, case: str) -> dict[str, Any]:
    """What becomes of calls after a change. ``logged`` is why the public path is taken."""
    logged: list[str] = []
    problems: list[str] = []

    class Collected(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "public API" in record.getMessage():
                logged.append(record.getMessage())
            elif record.levelno >= logging.WARNING:
                problems.append(record.getMessage())

    logging.getLogger().addHandler(Collected())
    logging.getLogger("aiogroq").setLevel(logging.DEBUG)
    sys.unraisablehook = lambda unraisable: problems.append(repr(unraisable.exc_value))
    warnings.simplefilter("always")
    warnings.showwarning = lambda message, *_: problems.append(repr(message))  # type: ignore[assignment]
    change_aiohttp(owner, name, kind)
    from aiogroq import Groq

    seen = asyncio.run(calls(base_url, case))
    descriptors = len(os.listdir("/dev/fd"))
    seen.append(asyncio.run(one_call(base_url, case)))
    gc.collect()
    leaked = len(os.listdir("/dev/fd")) - descriptors
    headers = {"x-case": case}
    with Groq(api_key="gsk_x", base_url=base_url, default_headers=headers, max_retries=0) as client:
        response = client.chat.completions.create(model=MODEL, messages=QUESTION)
        seen.append(response.choices[0].message.content)
    return {"seen": seen, "logged": logged, "problems": problems, "leaked": leaked}


def in_a_process(base_url: str, owner: str, name: str, kind: str, case: str) -> dict[str, Any]:
    """`try_change` in a process of its own, or the error that ended it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        signal.alarm(LIMIT_S)
        try:
            result = try_change(base_url, owner, name, kind, case)
        except BaseException:
            result = {"error": traceback.format_exc()[-1500:]}
        os.write(writer, json.dumps(result).encode())
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        content = pipe.read()
    os.waitpid(child, 0)
    return json.loads(content) if content else {"error": "it hangs"}


def main() -> None:
    """Try the changes that are read from standard input, each a line of JSON with the arguments of `in_a_process`."""
    # What does not import aiohttp is shared by all.
    import msgspec
    import multidict
    import yarl

    import aiogroq.errors
    import aiogroq.protocol.request
    import aiogroq.types.chat

    del msgspec, multidict, yarl, aiogroq
    assert "aiohttp" not in sys.modules
    for line in sys.stdin:
        print(json.dumps(in_a_process(**json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
