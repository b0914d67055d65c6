"""Counts the modules that one call of aiogroq goes through, for `docs/internals/one-call.md`; ``--steps`` prints the way.

A step is a function of aiogroq that is entered during one chat call to a server in another thread, on a connection that
exists. The counts are:

* stays: the modules that the steps visit one after the other; several steps in one module in a row are one stay.
* modules: the different modules among them.
* returns: stays in a module that was left before (stays - modules).
* climbs: steps from a lower module into a higher one. A module is higher if it imports the module of the caller, at run
  time and directly or through others, or if one of its functions waits further up the stack.

Each climb is printed, and marked with ``^`` among the steps.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import importlib.util
import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

BODY = {
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "usage": {"total_tokens": 2},
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "four"}}],
}  # fmt: skip
CHUNK = {
    "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "delta": {"content": "four"}}],
}  # fmt: skip
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"


class Server(asyncio.Protocol):
    """Responds to every request at once with the same completion."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if b'"stream":true' in data:
            kind, body = "text/event-stream", f"data: {json.dumps(CHUNK)}\n\ndata: [DONE]\n\n"
        else:
            kind, body = "application/json", json.dumps(BODY)
        self.transport.write((HEAD % (kind, len(body)) + body).encode())


def serve() -> str:
    """Start the server in a thread. Return its base URL."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(Server, "127.0.0.1", 0))
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


class Walk:
    """Records the functions of aiogroq that are entered while ``is_on``."""

    def __init__(self) -> None:
        self.is_on = False
        self.steps: list[tuple[str, str, str, set[str]]] = []
        """Module, function, module of the caller, modules further up the stack."""
        self._entered: set[FrameType] = set()

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        if not self.is_on or event != "call" or frame in self._entered:
            return  # a coroutine that is resumed is no new step
        self._entered.add(frame)
        if (module := _module(frame)) and frame.f_code.co_name != "<module>":
            above: list[str] = []
            caller = frame.f_back
            while caller is not None:
                above += [found] if (found := _module(caller)) else []
                caller = caller.f_back
            name = getattr(frame.f_code, "co_qualname", frame.f_code.co_name)
            self.steps.append((module, name, above[0] if above else "", set(above[1:])))

    def report(self, with_steps: bool) -> str:
        imports = _imports()
        stays: list[str] = []
        climbs: list[str] = []
        lines: list[str] = []
        for module, name, caller, above in self.steps:
            if not stays or stays[-1] != module:
                stays.append(module)
            is_climb = (
                bool(caller) and module != caller and (caller in imports.get(module, ()) or module in above)
            )
            climbs += [f"{caller} -> {module}.{name}"] if is_climb else []
            lines.append(f"{'^' if is_climb else ' '} {module}: {name}")
        counts = f"{len(stays)} stays, {len(set(stays))} modules, {len(climbs)} climbs, {len(stays) - len(set(stays))} returns"
        return "\n".join([*(lines if with_steps else []), *dict.fromkeys(climbs), counts])


def _module(frame: FrameType) -> str | None:
    name = str(frame.f_globals.get("__name__", ""))
    return name.removeprefix("aiogroq.") if name.startswith("aiogroq.") else None


def _imports() -> dict[str, set[str]]:
    """Return the modules that each module of aiogroq imports at run time, directly or through others."""
    spec = importlib.util.find_spec("aiogroq")
    assert spec is not None
    root = Path(str(spec.origin)).parent
    known = {".".join(path.relative_to(root).with_suffix("").parts): path for path in root.rglob("*.py")}
    direct = {name: _direct(name, ast.parse(path.read_text()), set(known)) for name, path in known.items()}
    reached: dict[str, set[str]] = {}
    for name in direct:
        waiting, found = list(direct[name]), set[str]()
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += direct[each]
        reached[name] = found
    return reached


def _direct(name: str, tree: ast.Module, known: set[str]) -> set[str]:
    found: set[str] = set()
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            waiting += node.orelse
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = [*name.split(".")[: -node.level], *(node.module or "").split(".")]
            path = ".".join(part for part in base if part)
            found |= {path, *(f"{path}.{alias.name}".strip(".") for alias in node.names)}
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            waiting += ast.iter_child_nodes(node)
    return found & known


def main(kind: str, with_steps: bool) -> None:
    from aiogroq import AsyncGroq, Groq

    walk = Walk()
    threading.setprofile(walk)
    options: dict[str, Any] = {"api_key": "gsk_x", "base_url": serve()}
    chat: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "2+2"}]}

    def blocking() -> None:
        with Groq(**options) as client:
            _record(walk, lambda: client.chat.completions.create(**chat))

    async def awaited() -> None:
        async with AsyncGroq(**options) as client:
            completions = client.chat.completions
            for walk.is_on in (False, False, True):  # warmed: connected, and everything cached
                if kind == "stream":
                    stream = await completions.create(**chat, stream=True)
                    async for _ in stream:
                        pass
                elif kind == "raw":
                    response = await completions.with_raw_response.create(**chat)
                    parsed = response.parse()
                    await parsed
                else:
                    await client.chat.completions.create(**chat)
            walk.is_on = False

    sys.setprofile(walk)
    blocking() if kind == "sync" else asyncio.run(awaited())
    sys.setprofile(None)
    print(walk.report(with_steps))


def _record(walk: Walk, call: Callable[[], object]) -> None:
    for walk.is_on in (False, False, True):
        call()
    walk.is_on = False


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "kind", nargs="?", choices=["async", "stream", "raw", "sync"], default="async", help="default: async"
    )
    parser.add_argument("--steps", action="store_true", help="print every step")
    arguments = parser.parse_args()
    main(arguments.kind, arguments.steps)
