"""The benchmarks run and check what they measure. Nothing here looks at a time: that is not a test's affair."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.clients import ASYNC, SYNC
from benchmarks.instructions import markdown as instruction_table
from benchmarks.load.process import LoadServer, ask
from benchmarks.plan import (
    AIOGROQ,
    AIOGROQ_SYNC,
    GROQ_AIOHTTP,
    HAND_WRITTEN,
    ROWS,
    Client,
    Row,
    chosen,
    params_of,
    with_clients,
)
from benchmarks.report import markdown, summary
from benchmarks.results import Measured, Results, load, ratio_of
from benchmarks.run import run
from benchmarks.spec import Result
from benchmarks.targets import Target, judge
from benchmarks.workloads.clock import WrongResult, check, percentile
from benchmarks.workloads.cold import kind

FOLDER = Path(__file__).parents[2]


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m benchmarks` with these arguments."""
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=170,
    )


@pytest.fixture(autouse=True)
def in_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in the directory of the package `benchmarks`, which the child processes need."""
    monkeypatch.chdir(FOLDER)


def test_every_client_of_the_plan_is_known() -> None:
    used = {client for row in ROWS for client in row.clients if client[0] != "bare interpreter"}
    known = {(name, loop) for name in ASYNC for loop in ("asyncio", "uvloop")} | {
        (name, "sync") for name in SYNC
    }
    assert used <= known
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.mark.slow
def test_every_workload_runs_with_aiogroq_and_every_response_is_right() -> None:
    rows = tuple(
        Row(row.name, row.workload, row.unit, row.params, (row.clients[0],), row.quick)
        for row in chosen("", quick=True)
        if not row.name.startswith(("chat, 50", "sync chat, 8", "delay", "import"))
    )
    results = run(rows, quick=True, rounds=1, tell=lambda _: None)
    assert [each.failure for each in results.measured if each.failure] == []
    assert len(results.measured) == len(rows)


@pytest.mark.parametrize(
    "client",
    [
        ("groq", "asyncio"),
        ("openai+aiohttp", "asyncio"),
        ("hand-written", "asyncio"),
        ("bare protocol", "asyncio"),
    ],
    ids=lambda client: client[0],
)
@pytest.mark.slow
def test_peers_pass_the_same_checks(client: Client) -> None:
    pytest.importorskip("httpx_aiohttp")
    row = Row("chat", "chat", "request", {"concurrent": 2, "count": 4, "warm": 2}, (client,))
    results = run((row,), quick=True, rounds=1, tell=lambda _: None)
    assert [each.failure for each in results.measured] == [""]


def test_a_wrong_result_is_a_failure_without_figures() -> None:
    with pytest.raises(WrongResult, match="expected 'Paris'"):
        check("London", "Paris")
    row = Row("no such workload", "chat", "request", {"concurrent": 1}, (AIOGROQ,))
    results = run((row,), quick=True, rounds=1, tell=lambda _: None)
    assert results.measured[0].result is None
    assert "KeyError" in results.measured[0].failure
    assert "## Failures" in markdown(results, (row,))


def test_the_load_server_counts_requests() -> None:
    with LoadServer() as server:
        assert ask(server.url, "/reset")["requests"] == 0
        assert ask(server.url, "/counts")["held"] == 0


def test_the_load_server_counts_started_and_completed_handshakes() -> None:
    with LoadServer(tls=True) as server:
        trusting = ssl.create_default_context(cafile=server.ca_file)
        host, port = server.tls_url.removeprefix("https://").split(":")
        for context in (trusting, ssl.create_default_context()):
            with (
                socket.create_connection((host, int(port)), timeout=60) as plain,
                contextlib.suppress(ssl.SSLCertVerificationError),
            ):
                context.wrap_socket(plain, server_hostname=host).close()
        counts = ask(server.url, "/counts")
        while (counts["tls_started"], counts["tls_opened"]) != (2, 1):
            counts = ask(server.url, "/counts")
    assert counts["tls_resumed"] == 0


def test_failed_calls_are_named_by_kind_and_a_wrong_result_is_raised() -> None:
    class Slow(Exception):
        phase = "connect"

    assert kind(Slow()) == "Slow (connect)"
    with pytest.raises(LookupError, match="gone") as caught:
        raise LookupError("gone") from ValueError()
    assert kind(caught.value) == "LookupError (ValueError)"
    assert kind(KeyError()) == "KeyError"
    with pytest.raises(WrongResult):
        kind(WrongResult("got 'x'"))


def cold(client: Client, number: int, wall_s: float, failed: int = 0) -> Measured:
    """A measurement of the row that the targets are about."""
    kinds = {"APITimeoutError (connect)": failed} if failed else {}
    found = Result(units=3000, cpu_s=1.0, wall_s=wall_s, values={"failed": float(failed)}, failed=kinds)
    for name in ("tls_started", "tls_opened", "tls_resumed", "p50_ms", "p99_ms"):
        found.values[name] = 0.0
    return Measured("cold over TLS, 3,000 calls, 300 ms", *client, number, found)


def test_a_cold_fan_out_is_compared_with_the_fastest_peer_without_failed_calls() -> None:
    ours = [cold(AIOGROQ, 0, 2.0), cold(AIOGROQ, 1, 3.0), cold(AIOGROQ, 2, 0.1, failed=7)]
    peers = [
        cold(HAND_WRITTEN, 0, 1.0, failed=1),
        cold(GROQ_AIOHTTP, 0, 4.0),
        cold(HAND_WRITTEN, 1, 3.0),
        cold(HAND_WRITTEN, 2, 3.0),
    ]
    results = Results({"date": "", "cores": "", "system": "", "python": ""}, {}, False, [*ours, *peers])
    targets = {target.text: target for target in judge(results) if target.got is not None}
    row = "cold over TLS, 3,000 calls, 300 ms"
    failed, wall = (targets[f"{row}: {text}"] for text in (
        "failed calls of aiogroq", "aiogroq to the fastest peer without failed calls"))  # fmt: skip
    assert failed.verdict == "missed: 7"
    assert wall.got == (0.75, 0.5, 1.0)
    report = markdown(results, chosen(row, quick=False))
    assert "- aiogroq failed calls: 7 APITimeoutError (connect), of 9,000 calls in 3 rounds" in report
    assert "| 2,000.0 (0.1% failed) |  | 4,000.0 |  |  | 3,000.0 (0.0% failed) |" in summary(results)


@pytest.mark.slow
def test_a_run_can_select_clients_and_slow_ones_run_in_the_first_round_only(tmp_path: Path) -> None:
    rows = with_clients(chosen("cold", quick=False), ["aiogroq"])
    assert {row.clients for row in rows} == {(AIOGROQ,)}
    assert command("--only", "cold", "--client", "nobody").returncode == 2
    row = Row(
        "x",
        "chat",
        "request",
        {"concurrent": 1, "count": 1, "warm": 1},
        (AIOGROQ, HAND_WRITTEN),
        once=(HAND_WRITTEN,),
    )
    results = run((row,), quick=False, rounds=2, tell=lambda _: None)
    assert [(each.client, each.round) for each in results.measured] == [
        ("aiogroq", 0),
        ("hand-written", 0),
        ("aiogroq", 1),
    ]


def test_a_ratio_is_the_median_of_pairs_of_one_round() -> None:
    results = Results(machine={}, versions={}, quick=False)
    for number, (ours, theirs) in enumerate([(1.0, 2.0), (2.0, 8.0), (4.0, 12.0)]):
        for client, seconds in (("aiogroq", ours), ("groq", theirs)):
            found = Result(units=1, cpu_s=seconds, wall_s=seconds)
            results.measured.append(
                Measured(row="chat", client=client, loop="asyncio", round=number, result=found)
            )
    got = results.ratio("chat", ("groq", "asyncio"), AIOGROQ, lambda found: found.cpu_us)
    assert got == (3.0, 2.0, 4.0)
    assert ratio_of([]) is None


@pytest.mark.parametrize(
    ("most", "least", "got", "verdict"),
    [
        (1.0, None, 0.9, "met"),
        (1.0, None, 1.5, "missed by 50%"),
        (None, 10.0, 12.0, "met"),
        (None, 10.0, 5.0, "missed by 50%"),
        (1.0, None, None, "not measured"),
    ],
)
def test_a_target_is_met_or_missed_by_a_percentage(
    most: float | None, least: float | None, got: float | None, verdict: str
) -> None:
    ratio = None if got is None else ratio_of([(got, 1.0)])
    assert Target(1, "x", most, least, ratio).verdict == verdict


def test_targets_without_measurements_are_reported(tmp_path: Path) -> None:
    results = Results(machine={}, versions={}, quick=True)
    assert {target.verdict for target in judge(results)} == {"not measured"}
    results.save(tmp_path / "results.json")
    assert load(tmp_path / "results.json") == results


def test_slow_clients_have_smaller_sizes_in_the_full_run_and_equal_sizes_in_the_quick_run() -> None:
    row = next(row for row in ROWS if row.fewer)
    client = next(iter(row.fewer))
    assert params_of(row, client, quick=False)["count"] < params_of(row, AIOGROQ, quick=False)["count"]
    assert params_of(row, client, quick=True) == params_of(row, AIOGROQ, quick=True)


@pytest.mark.slow
def test_the_command_writes_json_and_a_table(tmp_path: Path) -> None:
    done = command("--quick", "--only", "growth", "--results", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "| client |" in (tmp_path / "results.md").read_text()
    assert json.loads((tmp_path / "results.json").read_text())["quick"] is True
    assert command("--only", "no such row").returncode == 2


def test_percentiles_and_tables_of_instructions() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    table = instruction_table(
        {"chat": {"aiogroq": 1000.0, "groq": 2000.0}}, "perf", {"date": "", "python": ""}
    )
    assert "| chat | groq | 2.0 | 2.00 |" in table


@pytest.mark.slow
def test_sync_clients_are_measured_too() -> None:
    row = Row("sync", "sync", "request", {"threads": 2, "count": 4}, (AIOGROQ_SYNC, ("groq", "sync")))
    results = run((row,), quick=False, rounds=1, tell=lambda _: None)
    assert [each.failure for each in results.measured] == ["", ""]
