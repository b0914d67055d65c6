"""Generates the `Completion` of a validated chat request, before it is encoded as a body or a stream."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, cast

from ..ids import Ids
from ..json_values import as_list, as_object, objects
from ..response import ApiError
from . import responder
from .catalog import MODELS, is_reasoning_model
from .conversation import Conversation, format_type
from .json_output import json_output, json_truncated_error
from .scripted_replies import Replies
from .tool_calls import ToolCall, check_calls, choose_calls, executed_tools, tool_required_error
from .words import tokens
from .work_limit import WorkLimit

_TOOL_CALL_TOKENS = 12


@dataclass(slots=True)
class Completion:
    """One chat completion. `content`, `refusal` and `reasoning` are lists of tokens: the deltas of a stream."""

    model: str
    prompt_tokens: int
    content: list[str] = field(default_factory=list[str])
    refusal: list[str] = field(default_factory=list[str])
    """Only scripted replies have one, instead of content."""
    reasoning: list[str] = field(default_factory=list[str])
    calls: list[tuple[str, ToolCall]] = field(default_factory=list[tuple[str, ToolCall]])
    """(call id, call)."""
    executed_tools: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    deltas: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Scripted deltas, sent unchanged instead of the fields above."""
    extra: dict[str, Any] = field(default_factory=dict[str, Any])
    """Scripted message fields without an attribute of their own."""
    hide_reasoning: bool = False
    finish_reason: str = "stop"
    service_tier: str = "on_demand"

    @property
    def reasoning_tokens(self) -> int:
        """The number of reasoning tokens, shown or hidden."""
        return len(self.reasoning)

    @property
    def completion_tokens(self) -> int:
        """The number of tokens of content, refusal, reasoning and tool calls."""
        call_tokens = sum(_TOOL_CALL_TOKENS + len(tokens(call.arguments)) for _, call in self.calls)
        texts = len(self.content) + len(self.refusal) + len(self.reasoning)
        return texts + call_tokens + len(self.deltas)


async def complete(
    body: dict[str, Any], conversation: Conversation, ids: Ids, replies: Replies, *, is_replaced: bool = False
) -> Completion:
    """Complete a validated request. Raises `ApiError` 400 where the service would fail to generate valid output.

    *is_replaced*: a fault replaces the response, so no reply is taken.
    """
    completion = Completion(body["model"], conversation.prompt_tokens)
    tier = body.get("service_tier")
    completion.service_tier = tier if tier in ("flex", "performance") else "on_demand"
    if is_replaced and replies.source is not None:
        return completion
    work = WorkLimit()
    reply = await replies.next(body)
    if reply is not None:
        _apply_reply(completion, reply, ids)
    else:
        _generate(completion, body, conversation, ids, work)
    if completion.calls:
        check_calls(body, [call for _, call in completion.calls], work)
    elif (
        not completion.deltas
        and (body.get("tool_choice") == "required" or isinstance(body.get("tool_choice"), dict))
        and not completion.executed_tools
    ):
        raise tool_required_error()
    _truncate(completion, body)
    return completion


def max_tokens(body: dict[str, Any]) -> int | None:
    """Return the requested maximum of tokens, or `None`. Raises `ApiError` 400 above the maximum of the model."""
    for name in ("max_completion_tokens", "max_tokens"):
        requested = body.get(name)
        if requested is not None:
            listed = MODELS.get(body["model"])
            if listed is not None and requested > listed["max_completion_tokens"]:
                maximum = listed["max_completion_tokens"]
                raise ApiError(
                    400,
                    f"`{name}` must be less than or equal to `{maximum}`, the maximum value for `{name}` is less than the "
                    "`context_window` for this model",
                )
            return int(requested)
    return None


def _generate(
    completion: Completion, body: dict[str, Any], conversation: Conversation, ids: Ids, work: WorkLimit
) -> None:
    completion.executed_tools = executed_tools(body, conversation)
    for call in choose_calls(body, conversation, work):
        completion.calls.append((ids.tool_call(completion.model), call))
    form = _reasoning_form(body)
    if form != "off":
        reasoning = responder.reasoning(conversation, body.get("reasoning_effort"))
        if form == "raw":
            completion.content = [] if completion.calls else tokens(f"<think>\n{reasoning}\n</think>\n\n")
        else:
            completion.reasoning = tokens(reasoning)
            completion.hide_reasoning = form == "hidden"
    if completion.calls:
        completion.finish_reason = "tool_calls"
        return
    text = json_output(body, conversation, work)
    if text is None:
        text = responder.respond(conversation)
        if completion.executed_tools:
            source = "【0†source】" if completion.executed_tools[-1]["type"] == "search" else ""
            text = f"{completion.executed_tools[0]['output'].splitlines()[0]}: {text}{source}"
    completion.content += tokens(text)


def _reasoning_form(body: dict[str, Any]) -> str:
    """Return `off`, `hidden`, `raw` or `parsed`, from the model and the three parameters that control it."""
    model = body["model"]
    if not is_reasoning_model(model) or body.get("reasoning_effort") == "none":
        return "off"
    if body.get("include_reasoning") is not None:
        return "parsed" if body["include_reasoning"] else "hidden"
    form = body.get("reasoning_format")
    if form == "hidden":
        return "hidden"
    json_or_tools = bool(body.get("tools")) or format_type(body) != "text"
    if form == "parsed" or "gpt-oss" in model or json_or_tools:
        return "parsed"
    return "raw"


def _apply_reply(completion: Completion, reply: Any, ids: Ids) -> None:
    if isinstance(reply, str):
        completion.content = tokens(reply)
    elif isinstance(reply, dict):
        _apply_message(completion, cast("dict[str, Any]", reply), ids)
    else:
        for delta in cast("list[Any]", reply):
            completion.deltas.append({"content": delta} if isinstance(delta, str) else delta)
        completion.finish_reason = (
            "tool_calls" if any("tool_calls" in delta for delta in completion.deltas) else "stop"
        )


def _apply_message(completion: Completion, message: dict[str, Any], ids: Ids) -> None:
    rest = dict(message)
    completion.content = tokens(rest.pop("content", None) or "")
    completion.refusal = tokens(rest.pop("refusal", None) or "")
    completion.reasoning = tokens(rest.pop("reasoning", None) or "")
    completion.executed_tools = objects(rest.pop("executed_tools", None))
    for call in objects(rest.pop("tool_calls", None)):
        function = as_object(call.get("function", call))
        arguments = function.get("arguments", "{}")
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        completion.calls.append(
            (call.get("id") or ids.tool_call(completion.model), ToolCall(function["name"], text))
        )
    completion.finish_reason = rest.pop("finish_reason", None) or (
        "tool_calls" if completion.calls else "stop"
    )
    rest.pop("role", None)
    completion.extra = rest


def _truncate(completion: Completion, body: dict[str, Any]) -> None:
    """Truncate at the first stop sequence, then at the token limit, which reasoning counts against too."""
    stops = body.get("stop")
    text = "".join(completion.content)
    ends = [text.find(stop) for stop in ([stops] if isinstance(stops, str) else as_list(stops)) if stop]
    ends = [end for end in ends if end >= 0]
    if ends:
        completion.content = tokens(text[: min(ends)])
    limit = max_tokens(body)
    if (
        limit is None
        or completion.calls
        or completion.deltas
        or len(completion.reasoning) + len(completion.content) <= limit
    ):
        return
    if format_type(body) != "text":
        raise json_truncated_error()
    completion.reasoning = completion.reasoning[:limit]
    completion.content = completion.content[: limit - len(completion.reasoning)]
    completion.finish_reason = "length"
