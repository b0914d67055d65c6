"""``aiogroq batch``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aiogroq.local import Fault, LocalGroq

from .conftest import KEY, Run


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalGroq]:
    """An embedded server whose batches end at once."""
    with LocalGroq(api_key=KEY, batch_step_s=0.0) as server:
        monkeypatch.setenv("GROQ_BASE_URL", server.base_url)
        monkeypatch.setenv("GROQ_API_KEY", KEY)
        yield server


def line(number: int, **changes: Any) -> dict[str, Any]:
    body = {"model": "m", "messages": [{"role": "user", "content": f"What is {number}+{number}?"}]}
    return {
        "custom_id": f"row-{number}",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": body,
    } | changes


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path, [line(number) for number in range(3)])


def written(folder: Path, lines: list[Any]) -> Path:
    path = folder / "in.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in lines))
    return path


def created(run: Run, file: Path, *options: str) -> str:
    outcome = run("batch", "create", str(file), "--wait", *options)
    assert outcome.code == 0, outcome.err
    return outcome.out.strip()


def test_create_prints_the_id_and_results_are_json_lines(run: Run, service: LocalGroq, file: Path) -> None:
    batch_id = created(run, file)
    assert batch_id.startswith("batch_")
    outcome = run("batch", "results", batch_id)
    assert outcome.code == 0
    found = {each["custom_id"]: each for each in map(json.loads, outcome.out.splitlines())}
    assert sorted(found) == ["row-0", "row-1", "row-2"]
    assert found["row-2"]["response"]["body"]["choices"][0]["message"]["content"] == "2+2 = 4."


def test_results_are_written_to_a_file(run: Run, service: LocalGroq, file: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    outcome = run("batch", "results", created(run, file), "-o", str(target))
    assert (outcome.code, outcome.out) == (0, "")
    assert len(target.read_bytes().splitlines()) == 3
    assert [each.name for each in tmp_path.glob("*.part")] == []


def test_failed_requests_are_among_the_results_and_make_the_exit_code_1(
    run: Run, service: LocalGroq, tmp_path: Path
) -> None:
    wrong = line(1)
    wrong["body"]["temperature"] = 9
    outcome = run("batch", "results", created(run, written(tmp_path, [line(0), wrong])))
    assert outcome.code == 1
    assert [json.loads(each)["response"]["status_code"] for each in outcome.out.splitlines()] == [200, 400]
    assert "1 of its requests failed" in outcome.err


def test_status_names_state_counts_and_metadata(run: Run, service: LocalGroq, file: Path) -> None:
    batch_id = created(run, file, "--metadata", "job=a=b", "--metadata", "part=1")
    outcome = run("batch", "status", batch_id)
    assert outcome.code == 0
    facts = dict(each.split(maxsplit=1) for each in outcome.out.splitlines())
    assert (facts["batch"], facts["status"]) == (batch_id, "completed")
    assert facts["requests"] == "3 done, 0 failed, of 3"
    assert facts["metadata"] == "job=a=b part=1"
    assert json.loads(run("batch", "status", batch_id, "--json").out_bytes)["id"] == batch_id


def test_the_status_of_a_rejected_batch_has_its_errors_and_exit_code_1(run: Run, service: LocalGroq) -> None:
    errors = [{"code": "x", "message": "The url is wrong.", "line": 2}, {"code": "quota"}]
    service.script(Fault(status=200, body={"id": "batch_1", "status": "failed", "errors": errors}))
    outcome = run("batch", "status", "batch_1")
    assert outcome.code == 1
    assert "error      line 2: The url is wrong.\nerror      quota\n" in outcome.out


def test_list_shows_all_pages_newest_first(run: Run, service: LocalGroq) -> None:
    pages: list[Any] = [
        {
            "object": "list",
            "data": [{"id": "batch_3", "status": "completed"}],
            "paging": {"next_cursor": "c"},
        },
        {
            "object": "list",
            "data": [{"id": "batch_2", "status": "in_progress"}, {"id": "batch_1", "status": "x"}],
        },
    ]
    service.script(*[Fault(on="/batches", status=200, body=page) for page in pages * 3])
    rows = [each.split("\t") for each in run("batch", "list").out.splitlines()]
    assert [row[:2] for row in rows] == [
        ["batch_3", "completed"],
        ["batch_2", "in_progress"],
        ["batch_1", "x"],
    ]
    assert [each.query for each in service.requests] == [{}, {"cursor": "c"}]
    assert len(run("batch", "list", "--limit", "2").out.splitlines()) == 2
    assert [each["id"] for each in json.loads(run("batch", "list", "--json").out_bytes)["data"]] == [
        "batch_3",
        "batch_2",
        "batch_1",
    ]


def test_list_at_a_terminal_is_a_table(run: Run, service: LocalGroq, file: Path) -> None:
    batch_id = created(run, file)
    outcome = run("batch", "list", terminal=True)
    assert "processed" in outcome.out
    assert batch_id in outcome.out


def test_cancel_prints_the_new_status(run: Run, service: LocalGroq) -> None:
    service.script(Fault(on="/cancel", status=200, body={"id": "batch_1", "status": "cancelling"}))
    outcome = run("batch", "cancel", "batch_1")
    assert (outcome.code, outcome.out) == (0, "cancelling\n")


def test_a_batch_that_has_not_ended_has_no_results(run: Run, service: LocalGroq) -> None:
    service.script(Fault(status=200, body={"id": "batch_1", "status": "in_progress"}))
    outcome = run("batch", "results", "batch_1")
    assert outcome.code == 1
    assert "batch_1 is in_progress: it has no results yet; --wait waits for them" in outcome.err


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ([line(0), line(0)], "line 2: the custom_id 'row-0' is used more than once"),
        ([line(0, url="/v1/embeddings")], "line 1: the url must be one of /v1/chat/completions"),
        ([line(0, method="GET")], "line 1: the method must be POST, not 'GET'"),
        ([line(0), {"custom_id": "a"}], "line 2: it must be an object with custom_id, method, url and body"),
        ([line(0, body={"messages": []})], "line 1: the body has no model"),
        ([line(0, body={"model": "m", "stream": True})], "line 1: a batch has no streams"),
        ([], "in.jsonl has no lines"),
        ([line(0, method="GET")] * 7, "(and more)"),
    ],
)
def test_a_wrong_file_is_rejected_before_it_is_uploaded(
    run: Run, service: LocalGroq, tmp_path: Path, lines: list[Any], text: str
) -> None:
    outcome = run("batch", "create", str(written(tmp_path, lines)))
    assert outcome.code == 1
    assert text in outcome.err
    assert service.requests == []


@pytest.mark.parametrize(
    ("options", "text"),
    [(["--window", "2h"], "24h to 7d"), (["--metadata", "x"], "--metadata is NAME=VALUE")],
)
def test_wrong_options_of_create_are_named(
    run: Run, service: LocalGroq, file: Path, options: list[str], text: str
) -> None:
    outcome = run("batch", "create", str(file), *options)
    assert outcome.code == 2
    assert text in outcome.err


def test_a_create_whose_response_is_lost_is_not_repeated(run: Run, service: LocalGroq, file: Path) -> None:
    service.script(Fault(on="/batches", method="POST", status=504))
    assert run("batch", "create", str(file)).code == 1
    assert sum(each.path.endswith("/batches") for each in service.requests) == 1


def test_waiting_says_each_state_at_a_terminal(run: Run, service: LocalGroq) -> None:
    counts = {"total": 9, "completed": 4, "failed": 1}
    service.script(
        Fault(status=200, body={"id": "batch_1", "status": "in_progress", "request_counts": counts}),
        Fault(status=200, body={"id": "batch_1", "status": "expired"}),
    )
    outcome = run("batch", "status", "batch_1", "--wait", terminal=True)
    assert outcome.code == 1
    assert "batch_1 is in_progress, 5 of 9 processed" in outcome.err
