"""Chooses the tools to call and their arguments, and simulates the built-in tools."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ..json_values import JsonObject, as_object, objects
from ..response import ApiError
from .arithmetic import evaluate, find_expression
from .conversation import Conversation
from .json_schema import problems, types_of
from .schema_sampler import Finder, SchemaSampler
from .text_finder import TextFinder, name_parts
from .words import MAX_READ, STOPWORDS, keywords, stem, topic
from .work_limit import WorkLimit

_GENERIC = frozenset(
    [
        "get", "set", "fetch", "find", "search", "call", "tool", "function", "current", "make", "run",
        "do", "lookup", "look", "retrieve", "list", "show", "by", "info", "information", "data", "details",
        "api", "the", "of", "for", "use", "new", "value", "result",
    ]
)  # fmt: skip
_FINISHING = "final_answer"
"""Some agents let the model call this tool to end their loop."""
_PLACE_NAMES = frozenset(["location", "city", "place", "town"])


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a function tool. `arguments` is JSON text as sent."""

    name: str
    arguments: str


def choose_calls(body: dict[str, Any], conversation: Conversation, work: WorkLimit) -> list[ToolCall]:
    """Return the tool calls for a validated request; an empty list means a response in text."""
    functions = _functions(body)
    choice = body.get("tool_choice")
    if not functions or choice == "none":
        return []
    if isinstance(choice, dict):
        name = as_object(choice)["function"]["name"]
        return _calls([tool for tool in functions if tool["name"] == name][:1], body, conversation, work)
    finishing = next((tool for tool in functions if tool["name"] == _FINISHING), None)
    result = _result(conversation)
    if finishing is not None and result is not None:
        name = next(iter(as_object(as_object(finishing.get("parameters")).get("properties"))), "answer")
        return [ToolCall(_FINISHING, json.dumps({name: result}, ensure_ascii=False))]
    if choice != "required" and conversation.tool_results:
        return []
    scores = [(_score(tool, conversation.user), tool) for tool in functions]
    scores.sort(key=lambda scored: -scored[0])
    ranked = [tool for _, tool in scores]
    chosen = [tool for score, tool in scores if score >= 1.0]
    if not chosen and choice == "required":
        chosen = ranked[:1]
    return _calls(chosen, body, conversation, work)


def _result(conversation: Conversation) -> str | None:
    """Return the last tool result, also if an agent sends it as a user message."""
    if conversation.tool_results:
        return conversation.tool_results[-1][1].strip()
    _, marker, seen = conversation.user[:MAX_READ].partition("Observation:")
    return seen.strip() if marker else None


def check_calls(body: dict[str, Any], calls: list[ToolCall], work: WorkLimit) -> None:
    """Raise `ApiError` 400 for calls of unknown tools and for invalid arguments."""
    schemas = {tool["name"]: as_object(tool.get("parameters")) for tool in _functions(body)}
    for call in calls:
        if call.name not in schemas:
            if not body.get("disable_tool_validation"):
                raise _failed(f"attempted to call tool '{call.name}' which was not in request.tools", call)
            continue
        try:
            arguments = json.loads(call.arguments or "{}")
        except ValueError:
            raise _failed(f"parameters for tool {call.name} are not valid JSON", call) from None
        wrong = problems(schemas[call.name], arguments, work=work)
        if wrong:
            raise _failed(
                f"parameters for tool {call.name} did not match schema: errors: [{', '.join(wrong)}]", call
            )


def tool_required_error() -> ApiError:
    """Return the error for a required tool call that is missing."""
    return ApiError(
        400, "Tool choice is required, but model did not call a tool", "tool_use_failed", failed_generation=""
    )


def executed_tools(body: dict[str, Any], conversation: Conversation) -> list[JsonObject]:
    """Return the `executed_tools` of a request with built-in tools, in the recorded form."""
    kinds = [str(tool["type"]) for tool in objects(body.get("tools"))]
    if "compound" in body["model"] and not kinds:
        kinds = ["browser_search"]
    done: list[JsonObject] = []
    if body.get("tool_choice") == "none":
        return done
    if "code_interpreter" in kinds:
        done.append({"index": len(done), **_run_code(conversation.user)})
    if "browser_search" in kinds:
        done.append({"index": len(done), **_search_web(conversation.user)})
    return done


def _functions(body: dict[str, Any]) -> list[JsonObject]:
    # `functions` is the deprecated name.
    tools = [as_object(tool["function"]) for tool in objects(body.get("tools")) if tool["type"] == "function"]
    return tools or objects(body.get("functions"))


def _score(tool: JsonObject, message: str) -> float:
    """Return a score >= 1 if the message mentions the tool's name or much of its description."""
    message = message[:MAX_READ]
    said = {stem(word) for word in keywords(message)}
    named = {stem(part) for part in name_parts(tool["name"])} - _GENERIC - STOPWORDS
    described = {stem(word) for word in keywords((tool.get("description") or "")[:MAX_READ])} - _GENERIC
    score = 1.0 * len(named & said) + 0.4 * len(described & said - named)
    properties = as_object(as_object(tool.get("parameters")).get("properties"))
    if find_expression(message) and (named | set(properties)) & {
        "calculate",
        "calculator",
        "calculat",
        "math",
        "expression",
        "sum",
        "add",
        "multiply",
    }:
        score += 2.0
    return score


def _calls(
    tools: list[JsonObject], body: dict[str, Any], conversation: Conversation, work: WorkLimit
) -> list[ToolCall]:
    calls: list[ToolCall] = []
    for tool in tools:
        schema = as_object(tool.get("parameters"))
        finder = TextFinder(conversation.user, conversation.user, work)
        for values in _value_sets(schema, finder, single=body.get("parallel_tool_calls") is False):
            made = (
                as_object(SchemaSampler(schema, values, optional=False, work=work).sample()) if schema else {}
            )
            calls.append(ToolCall(tool["name"], json.dumps(made, ensure_ascii=False)))
    if body.get("parallel_tool_calls") is False:
        return calls[:1]
    return calls[:16]


def _value_sets(schema: JsonObject, finder: TextFinder, *, single: bool) -> list[Finder]:
    """Return one finder per call: a tool with one place parameter is called once per place."""
    taking = [
        name
        for name, inner in as_object(schema.get("properties")).items()
        if set(name_parts(name)) & _PLACE_NAMES and types_of(as_object(inner)) in (["string"], [])
    ]
    places = finder.places() if len(taking) == 1 else []
    if single or len(places) < 2:
        return [finder]

    def at(place: str) -> Finder:
        def find(name: str, inner: JsonObject, index: int) -> Any:
            return place if name == taking[0] else finder(name, inner, index)

        return find

    return [at(place) for place in places]


def _failed(reason: str, call: ToolCall) -> ApiError:
    return ApiError(
        400,
        f"Tool call validation failed: tool call validation failed: {reason}",
        "tool_use_failed",
        failed_generation=json.dumps({"name": call.name, "arguments": _arguments(call)}, ensure_ascii=False),
    )


def _arguments(call: ToolCall) -> Any:
    try:
        return json.loads(call.arguments)
    except ValueError:
        return call.arguments


def _run_code(message: str) -> JsonObject:
    expression = find_expression(message)
    value = evaluate(expression) if expression else None
    code = f"print({expression})" if value is not None else f"print({topic(message)!r})"
    output = f"{value if value is not None else topic(message)}\n"
    # As recorded, the arguments of this tool are Python, not JSON.
    return {"type": "python", "arguments": code, "output": output, "code_results": [{"text": output}]}


def _search_web(message: str) -> JsonObject:
    about = topic(message)
    content = f"A page that speaks about {about} and says what is known of it."
    result = {
        "title": about.capitalize(),
        "url": "https://example.com/search",
        "content": content,
        "score": 0.9842,
    }
    return {
        "type": "search",
        "arguments": json.dumps({"query": message[:400]}, ensure_ascii=False),
        "output": f"Title: {result['title']}\nURL: {result['url']}\nContent: {content}\n",
        "search_results": {"results": [result], "images": []},
    }
