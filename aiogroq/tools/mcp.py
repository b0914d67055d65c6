"""The tools of an MCP session as tools of a runner.

A session is what has ``list_tools`` and ``call_tool``: ``ClientSession`` of mcp 1.x, ``Client`` and ``ClientSession`` of
2.x, ``Client`` of fastmcp. No such package is imported. Field names are read in both spellings (``inputSchema``,
``input_schema``). The session belongs to the caller, who opens and closes it.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Collection, Mapping
from typing import Any, cast

from ..errors import GroqError, ToolError
from ..protocol.arguments import did_you_mean
from ..schemas.dialect import inline_refs
from ..schemas.functions import decode_object, without_titles
from ..types.tool_call import ToolCall
from ..types.tool_runner_params import McpSession
from .tool import tool_param

_MAX_PAGES = 1000


class McpTool:
    """A tool of an MCP server."""

    timeout_s: float | None = None
    is_async: bool = True

    def __init__(self, session: Any, listed: Any) -> None:
        self._session = session
        self._server_name = str(_field(listed, "name"))
        self.name: str = self._server_name
        """The name that the model calls: that of the server, or with a prefix if another tool has it too."""
        self.description: str = _field(listed, "description") or ""
        schema = _field(listed, "input_schema", "inputSchema")
        self.parameters: dict[str, Any] = without_titles(
            inline_refs(schema or {"type": "object", "properties": {}})
        )

    def to_param(self) -> dict[str, Any]:
        """Return the tool as a dict for the ``tools`` of a request."""
        return tool_param(self.name, self.description, self.parameters)

    def decode(self, arguments: str) -> dict[str, Any]:
        """Return the arguments as plain data; the server validates them. Raises `ValueError` if they are no object."""
        return decode_object(arguments)

    def bind(self, call: ToolCall) -> Callable[[], Any]:
        """Return a function without parameters that makes the call."""

        async def make() -> str:
            return _result(await self._session.call_tool(self._server_name, dict(call.arguments)))

        return make


def is_session(source: object) -> bool:
    """Return whether an object is an MCP session. Raises `TypeError` for the class of one."""
    has_methods = callable(getattr(source, "list_tools", None)) and callable(
        getattr(source, "call_tool", None)
    )
    if has_methods and inspect.isclass(source):
        raise TypeError(
            f"an MCP session is an object, not the class {source.__name__}: open a session and pass that"
        )
    return has_methods


def session_name(session: Any) -> str:
    """Return the name of the server, for the prefix of names that clash; ``"mcp"`` if the session does not say it."""
    if isinstance(session, McpTools):
        return session.name
    for path in (("server_info", "name"), ("initialize_result", "server_info", "name"), ("name",)):
        found: Any = session
        for step in path:
            found = getattr(found, step, None)
        if isinstance(found, str):
            return found
    return "mcp"


async def list_tools(session: Any) -> list[McpTool]:
    """Return the tools of a session, of all pages."""
    if isinstance(session, McpTools):
        return await session.listed()
    found: list[McpTool] = []
    page: Any = await _first_page(session)
    for _ in range(_MAX_PAGES):
        is_all = isinstance(page, list)  # fastmcp reads the pages itself
        listed: Any = page if is_all else _field(page, "tools")
        found += [McpTool(session, each) for each in listed or ()]
        cursor = None if is_all else _field(page, "next_cursor", "nextCursor")
        if not cursor:
            break
        page = await _next_page(session, page, cursor)
    return found


class McpTools:
    """Some tools of an MCP session, or with another prefix. It is passed in place of the session.

    ``allowed_tools`` are the names to take; None takes all. ``name`` is the prefix of tools whose name another tool has too
    (``name__tool``); by default the name of the server. A runner raises `ValueError` for a name that the server does not have.
    """

    def __init__(
        self, session: McpSession, *, allowed_tools: Collection[str] | None = None, name: str | None = None
    ) -> None:
        if not is_session(session):
            raise TypeError(f"an MCP session has list_tools() and call_tool(), not {type(session).__name__}")
        if isinstance(allowed_tools, str):
            raise TypeError(f"allowed_tools must be a list of names, not {allowed_tools!r}")
        self.session: McpSession = session
        """The session."""
        self.allowed_tools: Collection[str] | None = allowed_tools
        """The names to take, or None for all."""
        self.name: str = name or session_name(session)
        """The prefix of names that clash."""

    async def list_tools(self, *args: Any, **options: Any) -> Any:
        """Call ``list_tools`` of the session."""
        return await self.session.list_tools(*args, **options)

    async def call_tool(self, *args: Any, **options: Any) -> Any:
        """Call ``call_tool`` of the session."""
        return await self.session.call_tool(*args, **options)

    async def listed(self) -> list[McpTool]:
        """Return the allowed tools. Raises `ValueError` if the server does not have one of them."""
        found = await list_tools(self.session)
        names = [tool.name for tool in found]
        for name in self.allowed_tools or ():
            if name not in names:
                hint = did_you_mean(name, names) or f"; it has {', '.join(names) or 'none'}"
                raise ValueError(f"the MCP server has no tool {name!r}{hint}")
        return [tool for tool in found if self.allowed_tools is None or tool.name in self.allowed_tools]


async def _first_page(session: Any) -> Any:
    """Return the first page. Raises `GroqError` where the server responds with an error because of a missing handshake."""
    try:
        return await session.list_tools()
    except Exception as error:
        if _needs_handshake(session):
            raise GroqError(
                "the MCP session is not initialized: await session.initialize() before the run"
            ) from error
        raise


def _needs_handshake(session: Any) -> bool:
    """Return whether a ``ClientSession`` was not initialized: then it does not know the capabilities of the server."""
    if not callable(getattr(session, "initialize", None)):
        return False
    of_1: Any = getattr(session, "get_server_capabilities", None)
    return (of_1() if callable(of_1) else getattr(session, "server_capabilities", True)) is None


async def _next_page(session: Any, page: Any, cursor: Any) -> Any:
    if "cursor" in inspect.signature(session.list_tools).parameters:
        return await session.list_tools(cursor=cursor)
    # ClientSession of mcp 2.x takes an object, whose class is where that of the page is.
    params: Any = getattr(sys.modules[type(page).__module__], "PaginatedRequestParams")  # noqa: B009
    return await session.list_tools(params=params(cursor=cursor))


def _field(value: Any, *names: str) -> Any:
    """Return the first field that is there, of an object or a dict. fastmcp warns of the older spelling."""
    for name in names:
        found = (
            cast("Mapping[str, Any]", value).get(name)
            if isinstance(value, Mapping)
            else getattr(value, name, None)
        )
        if found is not None:
            return found
    return None


def _result(result: Any) -> str:
    """Return the text of a result: its text parts, else its structured content. Raises `ToolError` if it is an error."""
    parts: Any = _field(result, "content") or ()
    texts = [_part_text(part) for part in parts]
    structured = _field(result, "structured_content", "structuredContent")
    has_text = any(_field(part, "type") in ("text", "resource") for part in parts)
    if structured is not None and not has_text:
        texts.insert(0, json.dumps(structured, ensure_ascii=False, default=str))
    text = "\n".join(texts)
    if _field(result, "is_error", "isError"):
        raise ToolError(f"Error: {text}" if text else "Error")
    return text


def _part_text(part: Any) -> str:
    kind = _field(part, "type")
    if kind == "text":
        return str(_field(part, "text") or "")
    if kind == "resource":
        text = _field(_field(part, "resource"), "text")
        return text if isinstance(text, str) else "[binary resource left out: the model reads text only]"
    if kind == "resource_link":
        return f"[resource: {_field(part, 'uri')}]"
    return f"[{kind} left out: the model reads text only]"
