"""The message of an answer."""

from __future__ import annotations

from typing import Any

from aiogroq.types._model import BaseModel
from aiogroq.types._roles import REQUEST_FIELDS

from .chat_completion_message_tool_call import ChatCompletionMessageToolCall, Function
from .executed_tools import (
    Annotation,
    AnnotationDocumentCitation,
    AnnotationFunctionCitation,
    ExecutedTool,
    ExecutedToolBrowserResult,
    ExecutedToolCodeResult,
    ExecutedToolCodeResultChart,
    ExecutedToolCodeResultChartElement,
    ExecutedToolSearchResults,
    ExecutedToolSearchResultsResult,
)

__all__ = [
    "Annotation",
    "AnnotationDocumentCitation",
    "AnnotationFunctionCitation",
    "ChatCompletionMessage",
    "ChatCompletionMessageToolCall",
    "ExecutedTool",
    "ExecutedToolBrowserResult",
    "ExecutedToolCodeResult",
    "ExecutedToolCodeResultChart",
    "ExecutedToolCodeResultChartElement",
    "ExecutedToolSearchResults",
    "ExecutedToolSearchResultsResult",
    "Function",
    "FunctionCall",
]


class FunctionCall(BaseModel):
    """Deprecated: a call in the form that ``tool_calls`` replaced."""

    name: str = ""
    """The function's name."""
    arguments: str = ""
    """The arguments as JSON text, unparsed."""


class ChatCompletionMessage(BaseModel):
    """What the model answered. It can be put into the ``messages`` of the next request as it is."""

    role: str = ""
    """``assistant``."""
    content: str | None = None
    """The text. None when the model called tools instead."""
    reasoning: str | None = None
    """The model's thinking, when the request's ``reasoning_format`` or ``include_reasoning`` asked for it."""
    tool_calls: list[ChatCompletionMessageToolCall] | None = None
    """The calls that the model asks for; None when there are none."""
    executed_tools: list[ExecutedTool] | None = None
    """Tools that the service executed itself."""
    annotations: list[Annotation] | None = None
    """Citations in the content."""
    function_call: FunctionCall | None = None
    """Deprecated: see ``tool_calls``."""

    def to_param(self) -> dict[str, Any]:
        """The message as a plain dict for ``messages``: what the service accepts in a request, without nulls.

        Reasoning goes along, since models that call tools go on from it. What the service did itself
        (``executed_tools``, ``annotations``) and unknown fields stay behind: they would be refused.
        """
        role = self.role or "assistant"
        param: dict[str, Any] = {"role": role}
        for name in ("content", "reasoning", "tool_calls", "function_call"):
            value = getattr(self, name)
            if value is None or name not in REQUEST_FIELDS.get(role, REQUEST_FIELDS["assistant"]):
                continue
            if name == "tool_calls":
                if not value:
                    continue
                value = [_call_param(call) for call in value]
            elif name == "function_call":
                value = {"name": value.name, "arguments": value.arguments}
            param[name] = value
        return param


def _call_param(call: ChatCompletionMessageToolCall) -> dict[str, Any]:
    function = {"name": call.function.name, "arguments": call.function.arguments}
    return {"id": call.id, "type": call.type or "function", "function": function}
