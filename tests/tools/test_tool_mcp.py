"""MCP sessions as tools: plain objects of both spellings, and the real package in process and over stdio."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tool_runs import MODEL, QUESTION, Client, calling, check_conversation, contents
from virtual_time import in_virtual_time, served_here

from aiogroq import AsyncGroq, GroqError, McpTools
from aiogroq.local import LocalGroq

SCHEMA = {"title": "Arguments", "type": "object", "properties": {"text": {"title": "Text", "type": "string"}}}
ONE = {1: {"inputSchema": SCHEMA}, 2: {"input_schema": SCHEMA}}


def text(value: str) -> SimpleNamespace:
    return SimpleNamespace(type="text", text=value)


class Session:
    """A session that lists one tool a page and records its calls. ``version`` is the spelling of its fields."""

    def __init__(self, version: int, results: Any = None, names: tuple[str, ...] = ("echo", "other")) -> None:
        self.version = version
        self.results = results or {}
        self.names = names
        self.calls: list[tuple[str, Any]] = []

    def _named(self, **fields: Any) -> SimpleNamespace:
        spelling = {
            "next_cursor": "nextCursor",
            "is_error": "isError",
            "structured_content": "structuredContent",
        }
        return SimpleNamespace(
            **{
                name if self.version == 2 else spelling.get(name, name): value
                for name, value in fields.items()
            }
        )

    async def list_tools(self, *, cursor: str | None = None) -> Any:
        at = int(cursor or 0)
        tool = SimpleNamespace(
            name=self.names[at], description=f"The tool {self.names[at]}.", **ONE[self.version]
        )
        return self._named(tools=[tool], next_cursor=str(at + 1) if at + 1 < len(self.names) else None)

    async def call_tool(self, name: str, arguments: Any) -> Any:
        self.calls.append((name, arguments))
        return self._named(**self.results.get(name, {"content": [text(f"{name}: {arguments['text']}")]}))


@pytest.fixture(params=[1, 2], ids=["mcp 1.x", "mcp 2.x"])
def version(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


async def run(client: AsyncGroq, *tools: Any, **params: Any) -> Any:
    """Run to the end and return the runner."""
    runner = client.chat.completions.tool_runner(model=MODEL, messages=QUESTION, tools=list(tools), **params)
    await runner
    check_conversation(runner.messages)
    return runner


def functions(server: LocalGroq) -> list[Any]:
    """Return the functions of the first request."""
    return [tool["function"] for tool in server.requests[0].json["tools"]]


async def test_the_tools_of_all_pages_are_offered_and_called(
    client: AsyncGroq, server: LocalGroq, version: int
) -> None:
    server.reply = [calling(("echo", {"text": "a"}), ("other", {"text": "b"})), "Done."]
    session = Session(version)
    runner = await run(client, session)
    assert session.calls == [("echo", {"text": "a"}), ("other", {"text": "b"})]
    assert contents(runner.messages) == ["echo: a", "other: b"]
    assert [each["name"] for each in functions(server)] == ["echo", "other"]
    assert functions(server)[0] == {
        "name": "echo",
        "description": "The tool echo.",
        "parameters": {"type": "object", "properties": {"text": {"type": "string"}}},
    }


@pytest.mark.parametrize(
    ("result", "content"),
    [
        ({"content": [text("a"), text("b")]}, "a\nb"),
        ({"content": [], "structured_content": {"n": 1}}, '{"n": 1}'),
        ({"content": [text("n is 1")], "structured_content": {"n": 1}}, "n is 1"),
        ({"content": [text("no such note")], "is_error": True}, "Error: no such note"),
        ({"content": [], "is_error": True}, "Error"),
        ({"content": []}, ""),
        (
            {"content": [text("a chart:"), SimpleNamespace(type="image", data="...")]},
            "a chart:\n[image left out: the model reads text only]",
        ),
        (
            {"content": [SimpleNamespace(type="image", data="...")], "structured_content": {"n": 1}},
            '{"n": 1}\n[image left out: the model reads text only]',
        ),
        ({"content": [SimpleNamespace(type="resource", resource=SimpleNamespace(text="a file"))]}, "a file"),
        (
            {"content": [SimpleNamespace(type="resource", resource=SimpleNamespace(blob="AA=="))]},
            "[binary resource left out: the model reads text only]",
        ),
        ({"content": [SimpleNamespace(type="resource_link", uri="file:///a")]}, "[resource: file:///a]"),
    ],
)
async def test_a_result_is_told_as_text(
    client: AsyncGroq, server: LocalGroq, version: int, result: dict[str, Any], content: str
) -> None:
    server.reply = [calling(("echo", {"text": "a"})), "Done."]
    runner = await run(client, Session(version, {"echo": result}), on_error="raise")
    assert contents(runner.messages) == [content]


async def test_what_the_session_raises_is_told_or_raised(client: AsyncGroq, server: LocalGroq) -> None:
    class Broken(Session):
        async def call_tool(self, name: str, arguments: Any) -> Any:
            raise ConnectionError("the server is gone")

    server.reply = [calling(("echo", {"text": "a"})), "Done."]
    runner = await run(client, Broken(2))
    assert contents(runner.messages) == ["Error: ConnectionError: the server is gone"]
    server.reply = [calling(("echo", {"text": "a"})), "Done."]
    with pytest.raises(ConnectionError, match="the server is gone"):
        await run(client, Broken(2), on_error="raise")


async def test_names_that_clash_get_the_name_of_their_server_before_them(
    client: AsyncGroq, server: LocalGroq
) -> None:
    def echo(text: str) -> str:
        """Echo here."""
        return f"here: {text}"

    first, second = Session(2), Session(2, names=("echo", "add.note"))
    server.reply = [
        calling(
            *[(name, {"text": "x"}) for name in ("echo", "mcp__echo", "files__echo", "other", "add_note")]
        ),
        "Done.",
    ]
    runner = await run(client, echo, first, McpTools(second, name="files"))
    assert contents(runner.messages) == ["here: x", "echo: x", "echo: x", "other: x", "add.note: x"]
    assert [name for name, _ in second.calls] == ["echo", "add.note"]


async def test_only_allowed_tools_are_offered(client: AsyncGroq, server: LocalGroq) -> None:
    server.reply = "Done."
    await run(client, McpTools(Session(2), allowed_tools=["other"]))
    assert [each["name"] for each in functions(server)] == ["other"]


async def test_an_allowed_tool_that_does_not_exist_is_named(client: AsyncGroq) -> None:
    with pytest.raises(ValueError, match=r"the MCP server has no tool 'ohter'\. Did you mean 'other'"):
        await run(client, McpTools(Session(2), allowed_tools=["ohter"]))


async def test_a_session_is_asked_for_its_tools_once(client: AsyncGroq, server: LocalGroq) -> None:
    asked: list[Any] = []

    class Counting(Session):
        async def list_tools(self, *, cursor: str | None = None) -> Any:
            asked.append(cursor)
            return await super().list_tools(cursor=cursor)

    server.reply = [calling(("echo", {"text": "a"})), "Done."]
    await run(client, Counting(2))
    assert asked == [None, "1"]


async def test_a_list_of_tools_is_all_of_them_as_fastmcp_returns_it(
    client: AsyncGroq, server: LocalGroq
) -> None:
    class Fast(Session):
        async def list_tools(self) -> Any:
            return (await super().list_tools()).tools

    server.reply = [calling(("echo", {"text": "a"})), "Done."]
    runner = await run(client, Fast(1))
    assert contents(runner.messages) == ["echo: a"]


def test_a_sync_client_takes_no_session(server: LocalGroq) -> None:
    with pytest.raises(TypeError, match="an MCP session belongs to an event loop: use it with AsyncGroq"):
        Client("sync", server).runner(Session(2))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            lambda: Client("async", LocalGroq()).runner(Session),
            "an MCP session is an object, not the class Session",
        ),
        (lambda: McpTools(Session), "an MCP session is an object, not the class Session"),  # type: ignore[arg-type]
        (lambda: McpTools(object()), "an MCP session has list_tools"),  # type: ignore[arg-type]
        (
            lambda: McpTools(Session(2), allowed_tools="echo"),
            "allowed_tools must be a list of names, not 'echo'",
        ),
    ],
)
def test_a_mistake_is_named(make: Any, text: str) -> None:
    with pytest.raises(TypeError, match=text):
        make()


@in_virtual_time
async def test_a_session_that_lists_no_tools_in_time_ends_the_run() -> None:
    session = Session(2)
    listed, session.list_tools = session.list_tools, asyncio.Event().wait  # type: ignore[assignment, method-assign]
    async with served_here() as (client, server):
        runner = client.chat.completions.tool_runner(
            model=MODEL, messages=QUESTION, tools=[session], tool_timeout_s=30
        )
        with pytest.raises(
            TimeoutError, match=r"listing the tools of the MCP sessions took longer than 30 s"
        ):
            await runner
        assert len(server.requests) == 0
        session.list_tools = listed  # type: ignore[method-assign]
        await runner
        assert [each["name"] for each in functions(server)] == ["echo", "other"]


class Uninitialized(Session):
    """A ``ClientSession`` of mcp 1.x or 2.x before its handshake."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        if version == 1:
            self.get_server_capabilities = lambda: None
        else:
            self.server_capabilities = None

    async def initialize(self) -> None: ...

    async def list_tools(self, *, cursor: str | None = None) -> Any:
        raise ValueError("Invalid request parameters")


async def test_a_session_without_its_handshake_is_named(client: AsyncGroq, version: int) -> None:
    with pytest.raises(GroqError, match="the MCP session is not initialized") as caught:
        await run(client, Uninitialized(version))
    assert isinstance(caught.value.__cause__, ValueError)


# ------------------------------------------------------------------------------------------------ the real package


@pytest.fixture(scope="module")
def mcp() -> Any:
    """Import the package before the detector of blocking calls replaces `subprocess.Popen`, which it subscribes."""
    return pytest.importorskip("mcp")


@asynccontextmanager
async def in_process(mcp: Any) -> AsyncIterator[Any]:
    """Open a session with a server in this process."""
    from mcp_server import make_server

    if hasattr(mcp, "Client"):
        async with mcp.Client(make_server()) as session:
            await session.call_tool("list_notes", {})  # its first call imports modules, which blocks the loop
            yield session
    else:
        memory = importlib.import_module("mcp.shared.memory")
        async with memory.create_connected_server_and_client_session(make_server()._mcp_server) as session:
            yield session


@asynccontextmanager
async def over_stdio(mcp: Any) -> AsyncIterator[Any]:
    """Open a session with a server in another process."""
    script = str(Path(__file__).with_name("mcp_server.py"))
    parameters = mcp.StdioServerParameters(command=sys.executable, args=[script], env=dict(os.environ))
    async with mcp.stdio_client(parameters) as streams, mcp.ClientSession(*streams) as session:
        await session.initialize()
        yield session


@pytest.mark.slow
@pytest.mark.parametrize("open_session", [in_process, over_stdio])
async def test_a_real_server_is_used(
    client: AsyncGroq, server: LocalGroq, mcp: Any, open_session: Any
) -> None:
    server.reply = [
        calling(("add_note", {"text": "milk"})),
        calling(("add_note", {"text": "tea", "urgent": True}), ("fail", {})),
        calling(("list_notes", {})),
        "Done.",
    ]
    async with open_session(mcp) as session:
        runner = await run(client, session)
    first, second, failure, notes = contents(runner.messages)
    assert (first, second) == ("1 notes", "2 notes")
    assert failure.startswith("Error: ")
    assert notes.replace("\n", " ") == "milk tea!"
    assert [each["name"] for each in functions(server)] == ["add_note", "list_notes", "fail"]
    assert functions(server)[0]["parameters"]["required"] == ["text"]


@pytest.mark.slow
async def test_the_name_of_a_real_server_is_the_prefix(
    client: AsyncGroq, server: LocalGroq, mcp: Any
) -> None:
    def add_note(text: str) -> str:
        """Add a note here."""
        return text

    server.reply = [calling(("add_note", {"text": "a"}), ("notes__add_note", {"text": "b"})), "Done."]
    async with in_process(mcp) as session:
        runner = await run(client, add_note, McpTools(session, name="notes"))
    assert contents(runner.messages) == ["a", "1 notes"]
