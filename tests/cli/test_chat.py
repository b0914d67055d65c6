"""``aiogroq chat``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from aiogroq.cli.defaults import CHAT_MODEL
from aiogroq.local import Fault, LocalGroq

from .conftest import KEY, Run, Screen, start


def bodies(service: LocalGroq) -> list[dict[str, Any]]:
    """The bodies of the received chat requests."""
    return [request.json for request in service.requests if request.path.endswith("/chat/completions")]


def prompts(service: LocalGroq) -> list[str]:
    """The content of the last message of each request."""
    return [body["messages"][-1]["content"] for body in bodies(service)]


def test_a_prompt_gets_a_response(run: Run, service: LocalGroq) -> None:
    outcome = run("chat", "What is 6 times 7?")
    assert (outcome.code, outcome.out, outcome.err) == (0, "6 * 7 = 42.\n", "")
    assert bodies(service)[0]["model"] == CHAT_MODEL
    assert bodies(service)[0]["stream"] is True


def test_without_streaming_the_response_is_the_same(run: Run, service: LocalGroq) -> None:
    assert run("chat", "What is 6 times 7?", "--no-stream").out == "6 * 7 = 42.\n"
    assert "stream" not in bodies(service)[0]


@pytest.mark.parametrize(
    ("arguments", "stdin", "prompt"),
    [
        (["hi"], "", "hi"),
        ([], "hi there\n", "hi there"),
        (["-"], "hi\r\n", "hi"),
        (["Summarise:"], "\ufeffone\r\ntwo\n", "Summarise:\n\none\ntwo"),
        (["Grüße"], "日本", "Grüße\n\n日本"),
    ],
)
def test_standard_input_follows_the_prompt(
    run: Run, service: LocalGroq, arguments: list[str], stdin: str, prompt: str
) -> None:
    assert run("chat", *arguments, stdin=stdin).code == 0
    assert prompts(service) == [prompt]


def test_a_process_reads_its_prompt_from_a_pipe(service: LocalGroq) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"What is 6 times 7?\n")
    os.close(writing)  # a pipe that stays open for a second is noted
    process = start("chat", stdin=reading)
    os.close(reading)
    out, err = process.communicate(timeout=60)
    assert (out, err) == (b"6 * 7 = 42.\n", b"")


def test_a_pipe_that_stays_open_is_noted(service: LocalGroq) -> None:
    process = start("chat", "What is 6 times 7?")
    assert process.stderr is not None
    assert b"< /dev/null" in process.stderr.readline()
    out, _ = process.communicate(b"", timeout=60)
    assert out == b"6 * 7 = 42.\n"


@pytest.mark.parametrize("stdin", ["", "  \n", None])
def test_a_missing_prompt_is_a_usage_error(run: Run, service: LocalGroq, stdin: str | None) -> None:
    outcome = run("chat", stdin=stdin)
    assert outcome.code == 2
    assert "no prompt" in outcome.err
    assert service.request_count == 0


def test_input_that_is_not_text_is_an_error(run: Run, service: LocalGroq) -> None:
    outcome = run("chat", stdin=b"RIFF\xff\xfe")
    assert (outcome.code, outcome.err) == (1, "aiogroq: error: standard input is not UTF-8 text\n")


def test_options_are_sent(run: Run, service: LocalGroq) -> None:
    run("chat", "hi", "-m", "m/odel", "-s", "Be brief.", "-t", "0.5", "--max-tokens", "99")
    body = bodies(service)[0]
    assert body["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}]
    assert (body["model"], body["temperature"]) == ("m/odel", 0.5)


@pytest.mark.parametrize("how", [[], ["--no-stream"]])
@pytest.mark.parametrize(
    ("base_url", "name"),
    [("http://api.groq.com", "max_completion_tokens"), ("http://llama.example/v1", "max_tokens")],
)
def test_the_token_limit_has_the_name_that_the_server_supports(
    run: Run, monkeypatch: pytest.MonkeyPatch, base_url: str, name: str, how: list[str]
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", KEY)
    with LocalGroq(api_key=KEY, allowed_hosts=["api.groq.com", "llama.example"]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url)
        run("chat", "hi", "--max-tokens", "99", "--base-url", base_url, *how)
        body = bodies(proxy)[0]
    assert {key: body[key] for key in body if key.startswith("max")} == {name: 99}


def test_a_truncated_response_is_printed_as_far_as_received_and_ends_with_code_1(
    run: Run, service: LocalGroq
) -> None:
    service.script(Fault(after_events=40, end="close"))
    outcome = run("chat", "Tell me a story")
    assert outcome.code == 1
    assert outcome.out.strip()
    assert outcome.err.startswith("aiogroq: error: ")


def test_done_without_a_finish_reason_ends_with_code_1(run: Run, service: LocalGroq) -> None:
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    event = {**chunk, "choices": [{"index": 0, "delta": {"content": "Half of an"}, "finish_reason": None}]}
    body = f"data: {json.dumps(event)}\n\ndata: [DONE]\n\n"
    service.script(Fault(body=body, content_type="text/event-stream"))
    outcome = run("chat", "Tell me a story")
    assert (outcome.code, outcome.out.strip()) == (1, "Half of an")
    assert outcome.err.startswith("aiogroq: error: ")


def test_options_that_are_not_given_are_not_sent(run: Run, service: LocalGroq) -> None:
    run("chat", "hi")
    assert set(bodies(service)[0]) == {"messages", "model", "stream"}


def test_json_is_the_whole_completion(run: Run, service: LocalGroq) -> None:
    outcome = run("chat", "What is 6 times 7?", "--json", terminal=True)
    completion = json.loads(outcome.out_bytes)
    assert completion["choices"][0]["message"]["content"] == "6 * 7 = 42."
    assert completion["usage"]["completion_tokens"] > 0
    assert outcome.err == ""


def test_a_response_truncated_at_the_token_limit_is_noted(run: Run, service: LocalGroq) -> None:
    outcome = run("chat", "Tell me a story", "--max-tokens", "40")
    assert outcome.code == 0
    assert "--max-tokens" in outcome.err


def test_the_speed_is_printed_at_a_terminal_only(run: Run, service: LocalGroq) -> None:
    assert run("chat", "hi").err == ""
    assert "tokens/s" in run("chat", "hi", terminal=True).err


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalGroq]:
    """A server whose responses contain terminal control sequences."""
    with LocalGroq(api_key=KEY, reply=lambda body: "be\x1b[2Jgone\n") as server:
        monkeypatch.setenv("GROQ_BASE_URL", server.base_url)
        monkeypatch.setenv("GROQ_API_KEY", KEY)
        yield server


@pytest.mark.parametrize("how", [[], ["--no-stream"]])
def test_a_response_cannot_control_the_terminal(run: Run, hostile: LocalGroq, how: list[str]) -> None:
    assert run("chat", "hi", *how).out == "be\x1b[2Jgone\n"
    assert run("chat", "hi", *how, terminal=True).out == "be[2Jgone\n"


def test_a_broken_stream_prints_what_was_received_and_one_error_line(run: Run, service: LocalGroq) -> None:
    service.script(Fault(on="/chat/completions", after_events=45, end="close"))
    outcome = run("chat", "Tell me a story about tea")
    assert outcome.code == 1
    assert outcome.out.startswith("Once upon")
    assert outcome.out.endswith("\n")
    assert outcome.err.count("\n") == 1


def test_an_interactive_chat_sends_its_history(run: Run, service: LocalGroq) -> None:
    outcome = run("chat", "-s", "Be brief.", stdin="My name is Ada.\n\nWhat is my name?\n", terminal=True)
    assert outcome.code == 0
    assert "Your name is Ada." in outcome.out
    assert [message["role"] for message in bodies(service)[1]["messages"]] == [
        "system",
        "user",
        "assistant",
        "user",
    ]


def test_an_interactive_chat_works_with_the_embedded_server(run: Run) -> None:
    outcome = run("chat", "--local", stdin="What is 6 times 7?\n", terminal=True)
    assert "42" in outcome.out
    assert "embedded server" in outcome.err


def test_an_interactive_chat_continues_after_an_error(run: Run, service: LocalGroq) -> None:
    service.script(Fault(status=400, body={"error": {"message": "not today"}}))
    outcome = run("chat", stdin="first\nWhat is 6 times 7?\n", terminal=True)
    assert outcome.code == 0
    assert "not today" in outcome.err
    assert "42" in outcome.out
    assert len(bodies(service)[-1]["messages"]) == 1


def test_an_interactive_chat_requires_a_key(run: Run) -> None:
    outcome = run("chat", stdin="hi\n", terminal=True)
    assert outcome.code == 1
    assert "GROQ_API_KEY" in outcome.err


def test_an_interactive_chat_has_no_json(run: Run, service: LocalGroq) -> None:
    assert run("chat", "--json", terminal=True).code == 2


class CtrlC(Screen):
    """Standard input on which Ctrl-C is pressed."""

    def readline(self, size: int | None = -1, /) -> Any:
        raise KeyboardInterrupt


def test_ctrl_c_at_the_prompt_ends_the_chat(run: Run, service: LocalGroq) -> None:
    outcome = run("chat", stdin=CtrlC(terminal=True), terminal=True)
    assert outcome.code == 130
    assert "Traceback" not in outcome.err


def test_ctrl_c_during_a_response_stops_that_response_only(run: Run) -> None:
    def reply(body: dict[str, Any]) -> str:
        if body["messages"][-1]["content"] == "stop me":
            os.kill(os.getpid(), signal.SIGINT)
        return " ".join(str(number) for number in range(len(body["messages"]), 400))

    with LocalGroq(reply=reply, tokens_per_second=2000) as server:
        arguments = ("--base-url", server.base_url, "--api-key", "k")
        outcome = run("chat", *arguments, stdin="stop me\nhi\n", terminal=True)
        sent = bodies(server)
    assert outcome.code == 0
    assert "[stopped]" in outcome.err
    assert "398 399" in outcome.out
    assert [message["content"] for message in sent[1]["messages"]] == ["hi"]


def test_ctrl_c_during_a_response_ends_a_single_prompt() -> None:
    with LocalGroq(tokens_per_second=1) as server:
        arguments = ("--base-url", server.base_url, "--api-key", "k")
        process = start("chat", "Tell me a story", *arguments, stdin=subprocess.DEVNULL)
        server.wait_for_requests(1, timeout_s=60)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.strip() == b""
