"""The scripts of `examples/`, each run as a process whose stderr must stay empty."""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from aiogroq.local import Fault, LocalGroq
from aiogroq.local.request_log import ReceivedRequest
from aiogroq.types import ChatCompletionMessageToolCall

from .conftest import EXAMPLES, LIMIT_S, PYTHON, Run, environment_of

# Each starts a Python process or several.
pytestmark = pytest.mark.slow


def most_at_once(requests: list[ReceivedRequest]) -> int:
    """The most requests that were running at the same time."""
    began = [(request.received_at, 1) for request in requests]
    ended = [(request.finished_at or request.disconnected_at or float("inf"), -1) for request in requests]
    running, most = 0, 0
    for _, step in sorted(began + ended):
        running += step
        most = max(most, running)
    return most


def all_of(terminal: int) -> str:
    """What a terminal was shown until the last process left it."""
    shown = b""
    with contextlib.suppress(OSError):  # Linux ends a terminal with EIO, other systems with no bytes
        while chunk := os.read(terminal, 65_536):
            shown += chunk
    return shown.decode()


# ------------------------------------------------------------------------------------------------ gather_fan_out.py


def test_a_fan_out_prints_the_responses_in_the_order_of_the_questions_and_a_summary(run: Run) -> None:
    outcome = run("gather_fan_out.py")
    assert (outcome.code, outcome.err) == (0, "")
    *responses, _, counts, tokens = outcome.lines
    assert responses == [f"What is {n} times {n + 1}? {n} * {n + 1} = {n * (n + 1)}." for n in range(1, 21)]
    assert counts.startswith("20 of 20 completed, 0 failed, in ")
    assert tokens.endswith(" tokens/s")


def test_a_fan_out_has_eight_requests_in_flight(run: Run, local_groq: LocalGroq) -> None:
    local_groq.script(Fault(before_head=True, end="stall", times=8))
    with ThreadPoolExecutor() as executor:
        running = executor.submit(run, "gather_fan_out.py")
        local_groq.wait_for_requests(8, timeout_s=LIMIT_S)
        local_groq.close_connections()  # they are sent again
        assert running.result().code == 0
    assert most_at_once(local_groq.requests) == 8


def test_a_failed_question_does_not_affect_the_others(run: Run, local_groq: LocalGroq) -> None:
    local_groq.script(Fault(status=400, skip=5))
    outcome = run("gather_fan_out.py")
    assert (outcome.code, outcome.err) == (1, "")
    assert sum("[Error code: 400" in line for line in outcome.lines) == 1
    assert sum(" = " in line for line in outcome.lines) == 19
    assert outcome.lines[-2].startswith("19 of 20 completed, 1 failed")


def test_a_fan_out_asks_the_lines_of_a_file(run: Run, tmp_path: Path, local_groq: LocalGroq) -> None:
    questions = tmp_path / "questions.txt"
    questions.write_text("What is 2 times 3?\n\nSay 'grüße'.\n", encoding="utf-8")
    assert run("gather_fan_out.py", questions).lines[:2] == [
        "What is 2 times 3? 2 * 3 = 6.",
        "Say 'grüße'. grüße",
    ]
    assert local_groq.request_count == 2


def test_a_terminal_sees_the_progress_of_a_fan_out(local_groq: LocalGroq) -> None:
    pty = pytest.importorskip("pty", reason="a terminal is made by pty, which this system has not")
    terminal, terminal_of_process = pty.openpty()
    try:
        with subprocess.Popen(
            [*PYTHON, str(EXAMPLES / "gather_fan_out.py")],
            stdout=subprocess.DEVNULL,
            stderr=terminal_of_process,
            env={**environment_of(local_groq), "TERM": "xterm-256color", "COLUMNS": "80"},
        ) as process:
            os.close(terminal_of_process)
            shown = all_of(terminal)
    finally:
        os.close(terminal)
    assert process.returncode == 0
    assert "responses" in shown
    assert "100%" in shown


# ------------------------------------------------------------------------------------------------ tools_and_json.py


def test_each_tool_call_is_executed_and_sent_back_until_there_is_a_text(
    run: Run, local_groq: LocalGroq
) -> None:
    outcome = run("tools_and_json.py")
    assert (outcome.code, outcome.err) == (0, "")
    assert '{"city":"Lisbon","celsius":24,"sky":"clear"}' in outcome.lines[0]
    assert '{"city":"Oslo","celsius":9,"sky":"clear"}' in outcome.lines[0]
    _, second, _ = local_groq.requests
    _, asking, *results = second.json["messages"]
    assert [message["role"] for message in second.json["messages"]] == ["user", "assistant", "tool", "tool"]
    assert [call["id"] for call in asking["tool_calls"]] == [result["tool_call_id"] for result in results]


def test_a_json_response_becomes_a_struct_with_a_strict_schema(run: Run, local_groq: LocalGroq) -> None:
    outcome = run("tools_and_json.py")
    assert outcome.lines[-1] == "Person(name='Ada Lovelace', age=36, email='ada@example.com')"
    requested = local_groq.requests[-1].json["response_format"]["json_schema"]
    assert requested["strict"] is True
    assert requested["schema"]["additionalProperties"] is False
    assert requested["schema"]["required"] == ["name", "age", "email"]


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    [
        ("get_time", "{}", "there is no tool 'get_time'"),
        ("get_weather", '{"town": "Oslo"}', "Object contains unknown field `town`"),
        ("get_weather", '{"city": "Os', "Input data was truncated"),
    ],
)
async def test_a_failed_call_tells_the_model_why(name: str, arguments: str, error: str) -> None:
    example = runpy.run_path(str(EXAMPLES / "tools_and_json.py"))
    call = ChatCompletionMessageToolCall.model_validate(
        {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
    )
    message = await example["carry_out"](call)
    assert message == {
        "role": "tool",
        "tool_call_id": "call_1",
        "content": json.dumps({"error": error}, separators=(",", ":")),
    }


ENDLESS = {"tool_calls": [{"function": {"name": "get_weather", "arguments": '{"city": "Oslo"}'}}]}


@pytest.mark.local_groq(reply=lambda request: ENDLESS)
def test_endless_tool_calls_are_stopped(run: Run, local_groq: LocalGroq) -> None:
    outcome = run("tools_and_json.py")
    assert outcome.err.endswith("RuntimeError: no text after 5 rounds of tool calls\n")
    assert local_groq.request_count == 5


# --------------------------------------------------------------------------------------------------------- batch.py


def test_a_batch_prints_its_progress_and_its_responses(run: Run) -> None:
    outcome = run("batch.py")
    assert (outcome.code, outcome.err) == (0, "")
    *progress, product, capital, author, _ = outcome.lines
    order = ["validating", "in_progress", "finalizing", "completed"]
    statuses = [line.split()[0] for line in progress]
    assert statuses == sorted(statuses, key=order.index)
    assert len(set(progress)) == len(progress)
    assert (progress[0], progress[-1]) == ("validating 0/0", "completed 4/4")
    assert product == "What is 6 times 7? 6 * 7 = 42."
    assert capital.endswith(" The capital of Portugal is Lisbon.")
    assert author.endswith(" William Shakespeare wrote it.")


def result_line(number: int, text: str) -> bytes:
    """A line of a results file, as the service writes it."""
    body = {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}
    response = {"status_code": 200, "request_id": "req_1", "body": body}
    line = {"id": "batch_req_1", "custom_id": f"question-{number}", "response": response, "error": None}
    return json.dumps(line).encode() + b"\n"


def test_the_results_of_a_batch_are_sorted_by_its_questions(run: Run, local_groq: LocalGroq) -> None:
    shuffled = [result_line(number, f"answer {number}") for number in (2, 0, 3, 1)]
    local_groq.script(Fault(on="/content", body=b"".join(shuffled)))
    outcome = run("batch.py")
    assert [line.rpartition("? ")[2] for line in outcome.lines[-4:]] == [f"answer {n}" for n in range(4)]


def reject_hamlet(request: dict[str, Any]) -> Any:
    """A model that calls an unknown tool for the question about Hamlet: the service responds with 400."""
    if "Hamlet" in request["messages"][-1]["content"]:
        return {"tool_calls": [{"function": {"name": "library", "arguments": "{}"}}]}
    return "fine"


@pytest.mark.local_groq(reply=reject_hamlet)
def test_a_failed_request_of_a_batch_is_reported_in_its_place(run: Run) -> None:
    outcome = run("batch.py")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.lines[-4:-2] == ["What is 6 times 7? fine", "What is the capital of Portugal? fine"]
    assert outcome.lines[-2].startswith("Who wrote Hamlet? [400: ")
    assert outcome.lines[-1] == "What is 2 to the 10? fine"


@pytest.mark.local_groq(max_batch_lines=2)
def test_a_rejected_batch_says_why_and_fails(run: Run) -> None:
    outcome = run("batch.py")
    assert (outcome.code, outcome.err) == (1, "")
    assert "The input file has more than 2 lines." in outcome.out
    assert outcome.lines[-1] == "What is 2 to the 10? [not processed]"
