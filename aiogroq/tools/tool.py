"""`Tool` and `tool`: a function that the model may call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial, update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar, cast, overload

from ..errors import SchemaError
from ..protocol.arguments import require_timeout
from ..schemas.functions import FunctionSchema, function_schema
from ..types.tool_call import ToolCall

P = ParamSpec("P")
R = TypeVar("R")


class Tool(Generic[P, R]):
    """A function as a tool. It can still be called like the function.

    ``name`` and ``description`` replace those of the function: the model chooses by them. ``timeout_s`` replaces the
    ``tool_timeout_s`` of the runner for this tool. Raises `SchemaError`, which names the parameter, for a function that a
    model cannot call.
    """

    name: str
    """The name that the model calls."""
    description: str
    """What the model is told of the tool; may be empty."""
    parameters: dict[str, Any]
    """The JSON schema of the arguments."""
    timeout_s: float | None
    """Seconds that a call may take, or None for those of the runner."""

    def __init__(
        self,
        function: Callable[P, R],
        *,
        name: str | None = None,
        description: str | None = None,
        timeout_s: float | None = None,
    ) -> None:
        if isinstance(function, Tool):  # a tool under another name
            function = cast("Callable[P, R]", function.function)
        schema = function_schema(function, name=name, description=description, call_type=ToolCall)
        update_wrapper(cast("Callable[..., Any]", self), function)
        self._schema: FunctionSchema = schema
        self.function: Callable[P, R] = function
        """The function."""
        self.name = schema.name
        self.description = schema.description
        self.parameters = schema.parameters
        self.timeout_s = require_timeout("timeout_s", timeout_s)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        """Return the tool of a method: that of the instance."""
        function: Any = self.function
        if instance is None or not hasattr(function, "__get__"):
            return self
        bound = function.__get__(instance, owner)
        return Tool(bound, name=self.name, description=self.description, timeout_s=self.timeout_s)

    def __repr__(self) -> str:
        return f"<Tool {self.name}>"

    @property
    def is_async(self) -> bool:
        """Whether the function is an ``async def``."""
        return is_async(self.function)

    def to_param(self) -> dict[str, Any]:
        """Return the tool as a dict for the ``tools`` of `create`. Raises `SchemaError` for a method without its object."""
        self.require_object()
        return tool_param(self.name, self.description, self.parameters)

    def require_object(self) -> None:
        """Raise `SchemaError` for a method that was taken from its class: it cannot be called without an object."""
        owner = self._schema.owner
        if owner is not None:
            method = getattr(self.function, "__name__", self.name)
            raise SchemaError(
                f"{self.name}: {owner}.{method} is a method without its object: pass that of an object, as in {owner}(...).{method}"
            )

    def decode(self, arguments: str) -> dict[str, Any]:
        """Return the keyword arguments in the JSON text that a model wrote. Raises `ValueError` with what is wrong."""
        return self._schema.decode(arguments)

    def bind(self, call: ToolCall) -> Callable[[], Any]:
        """Return a function without parameters that makes the call. If `is_async`, it returns an awaitable."""
        function: Callable[..., Any] = self.function
        first = (call,) if self._schema.takes_call else ()
        return partial(function, *first, **call.arguments)


def tool_param(name: str, description: str | None, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return a function tool as a dict for the ``tools`` of a request."""
    described = {"description": description} if description else {}
    return {"type": "function", "function": {"name": name, **described, "parameters": dict(parameters)}}


def is_async(function: Any) -> bool:
    """Return whether a function, partial or object with ``__call__`` is an ``async def``."""
    if isinstance(function, partial):
        return is_async(cast("Any", function).func)
    call: Any = type(function).__call__
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)


@overload
def tool(function: Callable[P, R], /) -> Tool[P, R]: ...
@overload
def tool(
    *, name: str | None = None, description: str | None = None, timeout_s: float | None = None
) -> Callable[[Callable[P, R]], Tool[P, R]]: ...
def tool(function: Any = None, /, **options: Any) -> Any:
    """Make a `Tool` of a function: ``@tool``, or ``@tool(name=..., description=..., timeout_s=...)``.

    A plain function is a tool as it is; this gives it another name, description or timeout, and shows mistakes in its
    signature when it is defined.
    """
    return partial(Tool, **options) if function is None else Tool(function, **options)
