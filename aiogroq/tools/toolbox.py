"""`Toolbox`: the tools of a runner by name, and as a request has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Protocol, TypeAlias, Union, cast

from ..protocol.arguments import did_you_mean
from .mcp import McpTool, is_session, list_tools, session_name
from .tool import Tool, ToolCall

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")
_MAX_NAME = 64


class RunnableTool(Protocol):
    """What a runner needs of a tool."""

    name: str
    timeout_s: float | None

    @property
    def is_async(self) -> bool:
        """Whether the bound call returns an awaitable."""
        ...

    def to_param(self) -> dict[str, Any]:
        """Return the tool as a dict for the ``tools`` of a request."""
        ...

    def decode(self, arguments: str) -> dict[str, Any]:
        """Return the arguments. Raises `ValueError` with what is wrong."""
        ...

    def bind(self, call: ToolCall) -> Callable[[], Any]:
        """Return a function without parameters that makes the call."""
        ...


class McpTools:
    """The tools of an MCP session, where not all of them are wanted, or another prefix is.

    ``allowed_tools`` are the names to take; None takes all. ``name`` is the prefix of tools whose name another tool has too
    (``name__tool``); by default the name of the server.
    """

    def __init__(
        self, session: Any, *, allowed_tools: Collection[str] | None = None, name: str | None = None
    ) -> None:
        if not is_session(session):
            raise TypeError(f"an MCP session has list_tools() and call_tool(), not {type(session).__name__}")
        if isinstance(allowed_tools, str):
            raise TypeError(f"allowed_tools must be a list of names, not {allowed_tools!r}")
        self.session = session
        """The session."""
        self.allowed_tools = allowed_tools
        """The names to take, or None for all."""
        self.name = name
        """The prefix of names that clash, or None for the name of the server."""


ToolTypes: TypeAlias = Union[Callable[..., Any], Tool[..., Any], McpTools, Mapping[str, Any], Any]
"""A tool: a function, a `Tool`, an MCP session, `McpTools`, or a tool of the service as a dict."""


class Toolbox:
    """The tools of a runner. MCP sessions are asked for theirs by `load`; until then they have none."""

    def __init__(self, tools: Iterable[ToolTypes]) -> None:
        if isinstance(tools, (str, bytes, Mapping)) or callable(tools) or is_session(tools):
            raise TypeError("tools must be a list such as [get_weather]")
        self.by_name: dict[str, RunnableTool] = {}
        """The tools that run here."""
        self._of_service: list[dict[str, Any]] = []
        self._sessions: list[McpTools] = []
        for each in tools:
            self._add(each)

    def _add(self, given: Any) -> None:
        if isinstance(given, McpTools):
            self._sessions.append(given)
        elif isinstance(given, Mapping):
            param = dict(cast("Mapping[str, Any]", given))
            if param.get("type") == "function":
                raise TypeError(
                    "a dict says nothing of how to run a tool: pass the function itself, or Tool(function, name=...)"
                )
            self._of_service.append(param)
        elif is_session(given):
            self._sessions.append(McpTools(given))
        else:
            tool: Tool[..., Any] = cast("Any", given) if isinstance(given, Tool) else Tool(given)
            if tool.name in self.by_name:
                raise ValueError(
                    f"two tools have the name {tool.name!r}: use Tool(function, name=...) for one of them"
                )
            self.by_name[tool.name] = tool

    @property
    def has_sessions(self) -> bool:
        """Whether `load` has something to do."""
        return bool(self._sessions)

    async def load(self) -> None:
        """Ask the MCP sessions for their tools, once. Raises what they raise."""
        found: list[tuple[McpTools, McpTool]] = []
        for source in self._sessions:
            listed = await list_tools(source.session, source.allowed_tools)
            missing = sorted(set(source.allowed_tools or ()) - {tool.name for tool in listed})
            if missing:
                names = [tool.name for tool in await list_tools(source.session)]
                hint = did_you_mean(missing[0], names) or f"; it has {', '.join(names) or 'none'}"
                raise ValueError(f"the MCP server has no tool {missing[0]!r}{hint}")
            found += [(source, tool) for tool in listed]
        self._sessions = []
        names = [*self.by_name, *(_cleaned(tool.name) for _, tool in found)]
        for source, tool in found:
            name = _cleaned(tool.name)
            if names.count(name) > 1:
                name = _cleaned(f"{source.name or session_name(source.session)}__{name}")
            tool.name = unused_name(name, self.by_name)
            self.by_name[tool.name] = tool

    def params(self) -> list[dict[str, Any]]:
        """Return the ``tools`` of a request."""
        return [*(tool.to_param() for tool in self.by_name.values()), *self._of_service]

    def unknown(self, name: str) -> str:
        """Return what the model is told when it calls a tool that does not exist."""
        names = ", ".join(self.by_name) or "none"
        return f"Error: there is no tool {name!r}; the tools are: {names}"


def _cleaned(name: str) -> str:
    return _NOT_IN_NAMES.sub("_", name)[:_MAX_NAME] or "tool"


def unused_name(name: str, used: Collection[str]) -> str:
    """Return a name, with a number at its end if it is used already."""
    number, free = 2, name
    while free in used:
        free = f"{name[: _MAX_NAME - 4]}_{number}"
        number += 1
    return free
