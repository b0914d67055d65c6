"""Answers chat requests: from a checked request to a `Completion`, before it becomes a body or a stream."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, cast

from ..ids import Ids
from ..json_values import as_list, as_object, objects
from ..response import ApiError
from . import responder
from .catalog import MODELS, reasons
from .conversation import Conversation, format_type
from .json_output import cut_short, json_answer
from .scripted_replies import Replies
from .tool_calls import ToolCall, check_calls, choose_calls, executed_tools, tool_required
from .words import tokens
from .work_limit import Effort

_TOOL_CALL_TOKENS = 12


@dataclass(slots=True)
class Completion:
    """One answer, whole. `pieces` and `thoughts` are the deltas in which content and reasoning are streamed."""

    model: str
    prompt_tokens: int
    pieces: list[str] = field(default_factory=list[str])
    thoughts: list[str] = field(default_factory=list[str])
    calls: list[tuple[str, ToolCall]] = field(default_factory=list[tuple[str, ToolCall]])
    """(call id, call)."""
    executed: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    deltas: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Scripted deltas, sent as they are instead of all the above."""
    extra: dict[str, Any] = field(default_factory=dict[str, Any])
    """Scripted message fields that have no place above."""
    hide_reasoning: bool = False
    finish_reason: str = "stop"
    service_tier: str = "on_demand"

    @property
    def reasoning_tokens(self) -> int:
        """Tokens spent on thinking, shown or not."""
        return len(self.thoughts)

    @property
    def completion_tokens(self) -> int:
        """Tokens of content, reasoning and calls together."""
        called = sum(_TOOL_CALL_TOKENS + len(tokens(call.arguments)) for _, call in self.calls)
        return len(self.pieces) + len(self.thoughts) + called + len(self.deltas)


def complete(body: dict[str, Any], talk: Conversation, ids: Ids, replies: Replies) -> Completion:
    """Answer a checked request. Raises `ApiError` 400 where the service would fail to make a valid answer."""
    made = Completion(body["model"], talk.prompt_tokens)
    tier = body.get("service_tier")
    made.service_tier = tier if tier in ("flex", "performance") else "on_demand"
    effort = Effort()
    given = replies.next(body)
    if given is not None:
        _from_reply(made, given, ids)
    else:
        _from_prompt(made, body, talk, ids, effort)
    if made.calls:
        check_calls(body, [call for _, call in made.calls], effort)
    elif (
        not made.deltas
        and (body.get("tool_choice") == "required" or isinstance(body.get("tool_choice"), dict))
        and not made.executed
    ):
        raise tool_required()
    _limit(made, body)
    return made


def budget(body: dict[str, Any]) -> int | None:
    """The most tokens that the answer may have, as asked; raises 400 where that is more than the model can give."""
    for name in ("max_completion_tokens", "max_tokens"):
        asked = body.get(name)
        if asked is not None:
            listed = MODELS.get(body["model"])
            if listed is not None and asked > listed["max_completion_tokens"]:
                most = listed["max_completion_tokens"]
                raise ApiError(
                    400,
                    f"`{name}` must be less than or equal to `{most}`, the maximum value for `{name}` is less than the "
                    "`context_window` for this model",
                )
            return int(asked)
    return None


def _from_prompt(
    made: Completion, body: dict[str, Any], talk: Conversation, ids: Ids, effort: Effort
) -> None:
    made.executed = executed_tools(body, talk)
    for call in choose_calls(body, talk, effort):
        made.calls.append((ids.tool_call(made.model), call))
    form = _reasoning_form(body)
    if form != "off":
        thoughts = responder.reasoning(talk, body.get("reasoning_effort"))
        if form == "raw":
            made.pieces = [] if made.calls else tokens(f"<think>\n{thoughts}\n</think>\n\n")
        else:
            made.thoughts = tokens(thoughts)
            made.hide_reasoning = form == "hidden"
    if made.calls:
        made.finish_reason = "tool_calls"
        return
    text = json_answer(body, talk, effort)
    if text is None:
        text = responder.answer(talk)
        if made.executed:
            source = "【0†source】" if made.executed[-1]["type"] == "search" else ""
            text = f"{made.executed[0]['output'].splitlines()[0]}: {text}{source}"
    made.pieces += tokens(text)


def _reasoning_form(body: dict[str, Any]) -> str:
    """`off`, `hidden`, `raw` or `parsed`, by the model and the three parameters that steer it."""
    model = body["model"]
    if not reasons(model) or body.get("reasoning_effort") == "none":
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


def _from_reply(made: Completion, given: Any, ids: Ids) -> None:
    if isinstance(given, str):
        made.pieces = tokens(given)
    elif isinstance(given, dict):
        _from_message(made, cast("dict[str, Any]", given), ids)
    else:
        for delta in cast("list[Any]", given):
            made.deltas.append({"content": delta} if isinstance(delta, str) else delta)
        made.finish_reason = "tool_calls" if any("tool_calls" in delta for delta in made.deltas) else "stop"


def _from_message(made: Completion, message: dict[str, Any], ids: Ids) -> None:
    rest = dict(message)
    made.pieces = tokens(rest.pop("content", None) or "")
    made.thoughts = tokens(rest.pop("reasoning", None) or "")
    made.executed = objects(rest.pop("executed_tools", None))
    for call in objects(rest.pop("tool_calls", None)):
        function = as_object(call.get("function", call))
        arguments = function.get("arguments", "{}")
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        made.calls.append((call.get("id") or ids.tool_call(made.model), ToolCall(function["name"], text)))
    made.finish_reason = rest.pop("finish_reason", None) or ("tool_calls" if made.calls else "stop")
    rest.pop("role", None)
    made.extra = rest


def _limit(made: Completion, body: dict[str, Any]) -> None:
    """Stop at the first stop sequence, then at the end of the token budget, which thinking uses up too."""
    stops = body.get("stop")
    text = "".join(made.pieces)
    ends = [text.find(stop) for stop in ([stops] if isinstance(stops, str) else as_list(stops)) if stop]
    ends = [end for end in ends if end >= 0]
    if ends:
        made.pieces = tokens(text[: min(ends)])
    most = budget(body)
    if most is None or made.calls or made.deltas or len(made.thoughts) + len(made.pieces) <= most:
        return
    if format_type(body) != "text":
        raise cut_short()
    made.thoughts = made.thoughts[:most]
    made.pieces = made.pieces[: most - len(made.thoughts)]
    made.finish_reason = "length"
