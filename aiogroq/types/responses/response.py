"""`Response`: what the Responses API returns."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from .._model import BaseModel
from .response_output_item import ResponseOutputItem, ResponseTextFormat, ResponseTool, parts_of
from .response_usage import ResponseUsage

TEXT_PARTS = frozenset({"output_text", "text"})
"""The types of content that are the text of a response."""
_TIMES = ("queue_time", "prompt_time", "completion_time", "total_time")


class ResponseError(BaseModel):
    """Why a response failed."""

    code: str | None = None
    """The code of the error, such as ``server_error`` or ``rate_limit_exceeded``."""
    message: str | None = None
    """The text of the error."""


class IncompleteDetails(BaseModel):
    """Why a response is incomplete."""

    reason: str | None = None
    """``max_output_tokens`` or ``content_filter``."""


class ResponseReasoning(BaseModel):
    """The settings of the reasoning, as the response repeats them."""

    effort: str | None = None
    """``low``, ``medium`` or ``high``."""
    summary: str | None = None
    """Not supported: always null."""


class ResponseTextConfig(BaseModel):
    """The settings of the text, as the response repeats them."""

    format: ResponseTextFormat | None = None
    """The format of the text."""


class ResponseTiming(BaseModel):
    """The times of a request, in seconds."""

    queue_time: float | None = None
    """Waiting for a worker."""
    prompt_time: float | None = None
    """Processing of the input."""
    completion_time: float | None = None
    """Generation of the output."""
    total_time: float | None = None
    """All of it, as the service sums it."""


class Response(BaseModel):
    """A complete response. Its text is ``response.output_text``, its function calls ``response.tool_calls``."""

    id: str = ""
    """The id of the response (``resp_...``). The service stores no responses, so it cannot be looked up."""
    object: str = ""
    """Always ``response``."""
    status: str | None = None
    """``completed``, ``incomplete`` (see ``incomplete_details``), ``failed`` (see ``error``) or ``in_progress``."""
    created_at: int = 0
    """Creation time, Unix seconds."""
    model: str = ""
    """The id of the model."""
    output: list[ResponseOutputItem] = msgspec.field(default_factory=list[ResponseOutputItem])
    """The items that the model made, in order. They can be passed in the next ``input`` unchanged."""
    usage: ResponseUsage | None = None
    """The token counts."""
    error: ResponseError | None = None
    """Why the response failed."""
    incomplete_details: IncompleteDetails | None = None
    """Why the response is incomplete."""
    instructions: Any = None
    """The instructions of the request."""
    max_output_tokens: int | None = None
    """The maximum of the request."""
    max_tool_calls: int | None = None
    """The maximum number of tool calls."""
    metadata: dict[str, Any] | None = None
    """The metadata of the request. With the header ``Groq-Beta: inference-metrics`` also the times, see `timing`."""
    parallel_tool_calls: bool | None = None
    """Whether the model may call several tools at once."""
    previous_response_id: str | None = None
    """Not supported: always null."""
    reasoning: ResponseReasoning | None = None
    """The settings of the reasoning."""
    service_tier: str | None = None
    """The tier that served the request."""
    store: bool | None = None
    """Not supported: always false."""
    temperature: float | None = None
    """The sampling temperature."""
    text: ResponseTextConfig | None = None
    """The settings of the text."""
    tool_choice: Any = None
    """The tool choice of the request."""
    tools: list[ResponseTool] = msgspec.field(default_factory=list[ResponseTool])
    """The tools of the request."""
    top_logprobs: int | None = None
    """The number of log probabilities at each position."""
    top_p: float | None = None
    """The nucleus sampling parameter."""
    truncation: str | None = None
    """How a long input is truncated: ``disabled``."""
    user: str | None = None
    """The identifier of the end user."""
    background: bool | None = None
    """Whether the response is made in the background: false."""

    @property
    def output_text(self) -> str:
        """The text of all messages of the output; empty if there is none."""
        texts: list[str] = []
        for item in items_of(self, "message"):
            content: Any = item.content
            if isinstance(content, str):
                texts.append(content)
            texts += [part.text or "" for part in parts_of(content) if part.type in TEXT_PARTS]
        return "".join(texts)

    @property
    def reasoning_text(self) -> str:
        """The text of the reasoning in the output; empty if there is none."""
        return "\n".join(text for item in items_of(self, "reasoning") if (text := item.text))

    @property
    def tool_calls(self) -> list[ResponseOutputItem]:
        """The function calls of the output, in order."""
        return items_of(self, "function_call")

    @property
    def timing(self) -> ResponseTiming | None:
        """The times in ``metadata``, as numbers; None where the request did not ask for them.

        They are there if the request has the header ``Groq-Beta: inference-metrics``.
        """
        metadata = cast("object", self.metadata)
        sent = cast("dict[str, object]", metadata) if isinstance(metadata, dict) else {}
        times = {name: number for name in _TIMES if (number := _number(sent.get(name))) is not None}
        return ResponseTiming(**times) if times else None


def items_of(response: Response, kind: str) -> list[ResponseOutputItem]:
    """Return the items of one type in an output, whatever the server has sent."""
    output = cast("object", response.output)
    if not isinstance(output, list):
        return []
    items = cast("list[object]", output)
    return [item for item in items if isinstance(item, ResponseOutputItem) and item.type == kind]


def _number(value: object) -> float | None:
    try:
        return float(cast("Any", value))
    except (TypeError, ValueError):
        return None
