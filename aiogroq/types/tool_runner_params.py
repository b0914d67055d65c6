"""Parameters of ``client.chat.completions.tool_runner``."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Literal, Optional, Protocol, Union

from ._typing import Required, TypeAlias
from .chat_params import BaseChatParams
from .tool_call import ToolCall


class McpSession(Protocol):
    """A session with an MCP server: ``ClientSession`` of mcp 1.x, ``Client`` of mcp 2.x or of fastmcp."""

    @property
    def list_tools(self) -> Callable[..., Awaitable[Any]]:
        """The method that lists the tools of the server."""
        ...

    @property
    def call_tool(self) -> Callable[..., Awaitable[Any]]:
        """The method that calls a tool of the server."""
        ...


ToolTypes: TypeAlias = Union[Callable[..., Any], McpSession, Mapping[str, object]]
"""A tool: a function, a `Tool`, an MCP session, or a tool of the service as a dict."""

Approval: TypeAlias = Union[bool, str]
"""True to run a call; False not to; a text not to, and to tell the model why."""


class ToolRunnerParams(BaseChatParams, total=False):
    """Parameters of a tool runner: those of a chat completion, and how the tools run."""

    tools: Required[Iterable[ToolTypes]]
    """The tools: functions with annotated parameters, `Tool` objects, MCP sessions, and tools of the service as
    dicts, such as ``{"type": "browser_search"}``."""
    max_iterations: int
    """The maximum number of requests; default 10. If the model calls tools after that, `MaxIterationsError` is
    raised."""
    max_rescues: int
    """The maximum number of requests in a row that the service may reject with ``tool_use_failed``; default 2."""
    parallel: bool
    """Whether the calls of one message run at the same time; default True."""
    tool_timeout_s: Optional[float]
    """The seconds that one call may take, then the model is told that it took too long. Default: no timeout. A
    function in a thread cannot be stopped: its result is ignored. MCP sessions must list their tools within this time,
    or the run raises `TimeoutError`."""
    approve: Optional[Callable[[ToolCall], Union[Approval, Awaitable[Approval]]]]
    """A function that is asked before each call, one after another. It returns True, False, or a text that the model
    is told instead of the result. It may be async."""
    on_error: Literal["tell", "raise"]
    """``tell`` (default): the model is told the class and the text of what a tool raises. ``raise``: the run raises
    it. The text of a `ToolError` is told in both cases."""
