"""`Toolbox`: the tools of a runner by name, and as a request has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Protocol, cast

from ..types.tool_call import ToolCall
from ..types.tool_runner_params import ToolTypes
from .mcp import is_session, list_tools, session_name
from .tool import Tool

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


class Toolbox:
    """The tools of a runner. MCP sessions are asked for theirs by `load`; until then they have none."""

    def __init__(self, tools: Iterable[ToolTypes] | None) -> None:
        if tools is None:
            raise TypeError(
                "tool_runner() is missing the required argument tools; without tools use create()"
            )
        if isinstance(tools, (str, bytes, Mapping)) or callable(tools) or is_session(tools):
            raise TypeError("tools must be a list such as [get_weather]")
        self.by_name: dict[str, RunnableTool] = {}
        """The tools that run here."""
        self._of_service: list[dict[str, Any]] = []
        self._sessions: list[Any] = []
        for each in tools:
            self._add(each)

    def _add(self, given: Any) -> None:
        if isinstance(given, Mapping):
            param = dict(cast("Mapping[str, Any]", given))
            if param.get("type") == "function":
                raise TypeError(
                    "a dict says nothing of how to run a tool: pass the function itself, or Tool(function, name=...)"
                )
            self._of_service.append(param)
        elif is_session(given):
            self._sessions.append(given)
        else:
            tool: Tool[..., Any] = cast("Any", given) if isinstance(given, Tool) else Tool(given)
            tool.require_object()
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
        found = [(session, tool) for session in self._sessions for tool in await list_tools(session)]
        self._sessions = []
        names = [*self.by_name, *(_cleaned(tool.name) for _, tool in found)]
        for session, tool in found:
            name = _cleaned(tool.name)
            if names.count(name) > 1:
                name = _cleaned(f"{session_name(session)}__{name}")
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
