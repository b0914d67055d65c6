"""No request blocks the server: expensive requests are rejected or bounded, and others are served meanwhile.

Each test would hang the process, or have it deaf for many seconds, if the work of one request had no bound.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from peak_memory import PEAK_MIB

# One server in its own process gets each request, then still responds to another, and exits.
PROGRAM = f"""
import json, sys, http.client, resource
{PEAK_MIB}
from aiogroq.local import LocalGroq
def ask(server, body):
    connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
    headers = {{"authorization": "Bearer k", "content-type": "application/json"}}
    connection.request("POST", "/openai/v1/chat/completions", body, headers)
    response = connection.getresponse()
    read = json.loads(response.read())
    connection.close()
    return response.status, read.get("error", {{}}).get("message", "")[:60]
resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
with LocalGroq() as server:
    for path in sys.argv[1:]:
        print(json.dumps(ask(server, open(path, "rb").read())), flush=True)
    plain = {{"model": "m", "messages": [{{"role": "user", "content": "hi"}}]}}
    print(ask(server, json.dumps(plain).encode())[0])
print("peak MiB", peak_mib())
"""
# On Unix only, as the program above limits its own time.
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits are set as on Unix")


def chat(text: str = "Give me JSON please", **properties: Any) -> dict[str, Any]:
    return {"model": "openai/gpt-oss-20b", "messages": [{"role": "user", "content": text}], **properties}


def schema(a: Any, **more: Any) -> dict[str, Any]:
    document = {"type": "object", "properties": {"a": a}, "required": ["a"], **more}
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": document, "strict": False}}
    return chat(response_format=form)


def tool(a: Any) -> dict[str, Any]:
    parameters = {"type": "object", "properties": {"a": a}, "required": ["a"]}
    function = {"name": "f", "parameters": parameters}
    return chat(tools=[{"type": "function", "function": function}], tool_choice="required")


OPTIONS = "a?" * 80 + "a" * 80
LARGE = {"B": {"type": "string", "pattern": "zzz", **{f"k{n}": 1 for n in range(100_000)}}}
REQUESTS: dict[str, dict[str, Any]] = {
    "optional letters": schema({"type": "string", "pattern": OPTIONS}),
    "optional letters and a constant": schema({"type": "string", "pattern": OPTIONS, "const": "a" * 80}),
    "optional letters in a tool": tool({"type": "string", "pattern": OPTIONS, "enum": ["a" * 80]}),
    "alternatives": schema({"type": "string", "pattern": "^" + "(a|aa)" * 40 + "b", "enum": ["a" * 60]}),
    "backreferences": schema({"type": "string", "pattern": r"(.*)(.*)\1\2x", "enum": ["a" * 300]}),
    "nested repetitions": schema({"type": "string", "pattern": "((((((a{9}){9}){9}){9}){9}){9}){9}b", "enum": ["a"]}),
    "repeated nothing": schema({"type": "string", "pattern": "((((){999}){999}){999}){999}", "enum": ["a"]}),
    "a huge repetition": schema({"type": "string", "pattern": "(?:a{65000}){65000}", "enum": ["a"]}),
    "many patterns": schema({"anyOf": [{"type": "string", "pattern": OPTIONS + str(n)} for n in range(2000)]}),
    "references to one large definition": schema({"anyOf": [{"$ref": "#/$defs/B"}] * 20_000}, **{"$defs": LARGE}),
    "copies of one large definition": schema(
        {"anyOf": [{"$ref": "#/$defs/B", "title": "t"}] * 20_000}, **{"$defs": LARGE}),
    "references to themselves": schema({"anyOf": [{"$ref": "#"}] * 10, "allOf": [{"$ref": "#"}] * 10}),
    "a million choices": schema({"type": "string", "enum": [f"x{n}" for n in range(1_000_000)]}),
    "unique items of one value": schema(
        {"type": "array", "uniqueItems": True, "minItems": 1000, "items": {"enum": [1]}}),
    "many properties of a long prompt": schema(
        {"type": "object", "properties": {f"name{n}": {"type": "string"} for n in range(5000)}})
        | {"messages": [{"role": "user", "content": "name " * 20_000}]},
    "brackets": chat("What is " + "(" * 50_000),
    "digits": chat("1" * 5_000_000 + "+" + "1" * 5_000_000),
    "digits for a price": tool({"type": "number"}) | {"messages": [{"role": "user", "content": "1" * 100_000}]},
    "a long prompt": chat("word " * 6_000_000),
    "blanks": chat("say " + " " * 3_000_000 + "x"),
    "blanks for keys": chat("json, extract " + " " * 480, response_format={"type": "json_object"}),
    "quotes": chat("say “" * 200_000),
    "hyphens": tool({"type": "string", "description": "name"}) | {"messages": [{"role": "user", "content": "A-" * 50_000}]},
    "sums": chat("What is " + "*".join(["999999999"] * 20_000)),
}  # fmt: skip


@pytest.mark.timeout(120)
@pytest.mark.slow
def test_no_request_blocks_the_process(tmp_path: Any) -> None:
    paths = []
    for number, body in enumerate(REQUESTS.values()):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(body))
        paths.append(str(path))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *paths], capture_output=True, text=True, timeout=110, check=False
    )
    *responses, last, peak = done.stdout.splitlines()
    found = {name: tuple(json.loads(response)) for name, response in zip(REQUESTS, responses, strict=False)}
    assert {name: status for name, (status, _) in found.items() if status not in (200, 400)} == {}
    assert (list(found), last) == (list(REQUESTS), "200")
    too_complex = {name for name, (_, message) in found.items() if "too complex" in message}
    assert {"many patterns", "copies of one large definition", "a million choices"} <= too_complex
    assert not too_complex & {
        "optional letters",
        "alternatives",
        "digits",
        "a long prompt",
    }
    assert int(peak.removeprefix("peak MiB ")) < 1500


@pytest.mark.parametrize("limit", [10**400, -(10**400), 10**30, -1])
@pytest.mark.parametrize(
    "word", ["minimum", "maximum", "exclusiveMinimum", "multipleOf", "minLength", "maxItems"]
)
@pytest.mark.parametrize("kind", ["integer", "number", "string", "array"])
def test_a_schema_may_contain_any_number(kind: str, word: str, limit: int, chat: Any) -> None:
    form = schema({"type": kind, word: limit})["response_format"]
    assert chat("Give me JSON please", model="openai/gpt-oss-20b", response_format=form).status in (200, 400)
