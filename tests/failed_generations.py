"""Every form of ``failed_generation`` that models write, with the calls in it."""

from __future__ import annotations

import json
from typing import Any

PARIS = '{"city": "Paris"}'
ROME = '{"city": "Rome"}'
OBJECT: dict[str, Any] = {"name": "get_weather", "arguments": {"city": "Paris"}}

# The names of the tools and their arguments are in each form the same, so that only the form differs.
ONE = [("get_weather", PARIS)]
TWO = [("get_weather", PARIS), ("get_weather", ROME)]
FORMS: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    # Llama's own form, and what its smaller sisters make of it
    "function tag": (f"<function=get_weather>{PARIS}</function>", ONE),
    "function tag with prose": (f"I'll look it up {{now}}: <function=get_weather>{PARIS}</function> Done.", ONE),
    "function tag as a call": (f"<function=get_weather({PARIS})</function>", ONE),
    "function tag as a whole call": (f"<function=get_weather({PARIS})></function>", ONE),
    "function tag without its bracket": (f"<function=get_weather{PARIS}</function>", ONE),
    "function tag with a comma": (f"<function=get_weather, {PARIS}</function>", ONE),
    "function tag that closes as it opens": (f"<function=get_weather>{PARIS}<function>", ONE),
    "function tag never closed": (f"<function=get_weather>{PARIS}", ONE),
    "function tag with a slash": (f"<function/get_weather>{PARIS}</function>", ONE),
    "two function tags": (f"<function=get_weather>{PARIS}</function>\n<function=get_weather>{ROME}</function>", TWO),
    "function tag of a list": ('<function=add>[1, {"b": [2]}]</function>', [("add", '[1, {"b": [2]}]')]),
    "function tag without arguments": ("<function=get_time></function>", [("get_time", "{}")]),
    "function tag with a bare word": ("<function=get_weather>Paris</function>", [("get_weather", "Paris")]),
    "function tag with brackets in a text": (
        '<function=run>{"code": "if (x) { \\"}\\" ]"}</function>', [("run", '{"code": "if (x) { \\"}\\" ]"}')]),
    "function tag with Python's quotes": ("<function=run>{'a': 1}</function>", [("run", "{'a': 1}")]),
    "function tag cut short": ('<function=get_weather>{"city": "Pa', [("get_weather", '{"city": "Pa')]),
    # Qwen's and Hermes' form
    "tool_call": (f'<tool_call>\n{{"name": "get_weather", "arguments": {PARIS}}}\n</tool_call>', ONE),
    "two tool_calls": (
        f'<tool_call>{{"name": "get_weather", "arguments": {PARIS}}}</tool_call>'
        f'<tool_call>{{"name": "get_weather", "arguments": {ROME}}}</tool_call>', TWO),
    "tool_call never closed": (f'<tool_call>{{"name": "get_weather", "arguments": {PARIS}}}', ONE),
    "tool_call after an open bracket": (
        f'Say {{ first. <tool_call>{{"name": "get_weather", "arguments": {PARIS}}}</tool_call>', ONE),
    # JSON, as the service documents it and as the models vary it
    "object": (json.dumps(OBJECT), ONE),
    "object over lines": ('{"name": "get_weather", "arguments": {\n  "city": "Paris"\n}}', ONE),
    "object of parameters": (f'{{"type": "function", "name": "get_weather", "parameters": {PARIS}}}', ONE),
    "object of OpenAI": (
        json.dumps({"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": PARIS}}), ONE),
    "object whose function is a name": (f'{{"function": "get_weather", "parameters": {PARIS}}}', ONE),
    "object of parallel use": (f'{{"recipient_name": "functions.get_weather", "parameters": {PARIS}}}', ONE),
    "object with null arguments": ('{"name": "get_time", "arguments": null}', [("get_time", "{}")]),
    "objects with a semicolon": (
        f'{{"name": "get_weather", "parameters": {PARIS}}}; {{"name": "get_weather", "parameters": {ROME}}}', TWO),
    "object in a code fence": (f"Here:\n```json\n{json.dumps(OBJECT)}\n```", ONE),
    "object after a tag of Llama's": (f"<|python_tag|>{json.dumps(OBJECT)}<|eom_id|>", ONE),
    "list": (json.dumps([OBJECT, {"name": "get_weather", "arguments": {"city": "Rome"}}]), TWO),
    "list after a tag of Mistral's": (f"[TOOL_CALLS][{json.dumps(OBJECT)}]", ONE),
    "message": (json.dumps({"role": "assistant", "tool_calls": [{"function": OBJECT}]}), ONE),
    # gpt-oss
    "channel": (
        f"<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{PARIS}<|call|>", ONE),
    # plain data instead of text, as an example of the service's documentation has it
    "plain object": (OBJECT, ONE),
    "plain list": ([OBJECT], ONE),
    "half a character": ('{"name": "f", "arguments": {"a": "\ud83d"}}', [("f", '{"a": "\ufffd\ufffd\ufffd"}')]),
    "not ASCII": ('{"name": "f", "arguments": {"a": "Zürich \\ud83d"}}', [("f", '{"a": "Zürich \ud83d"}')]),
}  # fmt: skip
