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
    GROQ_AIO,
    HAND,
    OURS,
    OURS_SYNC,
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
from benchmarks.spec import Found
from benchmarks.targets import Target, judge
from benchmarks.work.clock import WrongAnswer, check, percentile
from benchmarks.work.cold import kind

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
    """The harness starts its processes where the package `benchmarks` is."""
    monkeypatch.chdir(FOLDER)


def test_every_client_of_the_plan_is_known() -> None:
    asked = {client for row in ROWS for client in row.clients if client[0] != "bare interpreter"}
    known = {(name, loop) for name in ASYNC for loop in ("asyncio", "uvloop")} | {
        (name, "sync") for name in SYNC
    }
    assert asked <= known
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.mark.slow
def test_every_work_runs_with_ours_and_every_answer_is_right() -> None:
    rows = tuple(
        Row(row.name, row.work, row.unit, row.params, (row.clients[0],), row.quick)
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
def test_peers_answer_the_same_check(client: Client) -> None:
    pytest.importorskip("httpx_aiohttp")
    row = Row("chat", "chat", "request", {"concurrent": 2, "count": 4, "warm": 2}, (client,))
    results = run((row,), quick=True, rounds=1, tell=lambda _: None)
    assert [each.failure for each in results.measured] == [""]


def test_a_wrong_answer_is_a_failure_and_no_figure() -> None:
    with pytest.raises(WrongAnswer, match="expected 'Paris'"):
        check("London", "Paris")
    row = Row("no such work", "chat", "request", {"concurrent": 1}, (OURS,))
    results = run((row,), quick=True, rounds=1, tell=lambda _: None)
    assert results.measured[0].found is None
    assert "KeyError" in results.measured[0].failure
    assert "## Failures" in markdown(results, (row,))


def test_the_load_server_counts_what_it_answers() -> None:
    with LoadServer() as server:
        assert ask(server.url, "/reset")["requests"] == 0
        assert ask(server.url, "/counts")["held"] == 0


def test_the_load_server_counts_handshakes_that_began_and_those_that_were_completed() -> None:
    with LoadServer(tls=True) as server:
        trusting = ssl.create_default_context(cafile=server.ca_file)
        host, port = server.tls_url.removeprefix("https://").split(":")
        for context in (trusting, ssl.create_default_context()):
            with (
                socket.create_connection((host, int(port)), timeout=10) as plain,
                contextlib.suppress(ssl.SSLCertVerificationError),
            ):
                context.wrap_socket(plain, server_hostname=host).close()
        counts = ask(server.url, "/counts")
        while (counts["tls_started"], counts["tls_opened"]) != (2, 1):
            counts = ask(server.url, "/counts")
    assert counts["tls_resumed"] == 0


def test_lost_calls_are_named_by_kind_and_a_wrong_answer_is_none() -> None:
    class Slow(Exception):
        phase = "connect"

    assert kind(Slow()) == "Slow (connect)"
    with pytest.raises(LookupError, match="gone") as caught:
        raise LookupError("gone") from ValueError()
    assert kind(caught.value) == "LookupError (ValueError)"
    assert kind(KeyError()) == "KeyError"
    with pytest.raises(WrongAnswer):
        kind(WrongAnswer("got 'x'"))


def cold(client: Client, number: int, wall_s: float, lost: int = 0) -> Measured:
    """A measurement of the row that the targets are about."""
    losses = {"APITimeoutError (connect)": lost} if lost else {}
    found = Found(units=3000, cpu_s=1.0, wall_s=wall_s, values={"lost": float(lost)}, lost=losses)
    for name in ("tls_started", "tls_opened", "tls_resumed", "p50_ms", "p99_ms"):
        found.values[name] = 0.0
    return Measured("cold over TLS, 3,000 calls, 300 ms", *client, number, found)


def test_a_cold_fan_out_is_compared_with_the_quickest_peer_that_lost_nothing() -> None:
    ours = [cold(OURS, 0, 2.0), cold(OURS, 1, 3.0), cold(OURS, 2, 0.1, lost=7)]
    peers = [cold(HAND, 0, 1.0, lost=1), cold(GROQ_AIO, 0, 4.0), cold(HAND, 1, 3.0), cold(HAND, 2, 3.0)]
    results = Results({"date": "", "cores": "", "system": "", "python": ""}, {}, False, [*ours, *peers])
    targets = {target.text: target for target in judge(results) if target.got is not None}
    row = "cold over TLS, 3,000 calls, 300 ms"
    lost, wall = (targets[f"{row}: {text}"] for text in (
        "calls that aiogroq lost", "aiogroq to the quickest peer that lost none"))  # fmt: skip
    assert lost.verdict == "missed: 7"
    assert wall.got == (0.75, 0.5, 1.0)
    report = markdown(results, chosen(row, quick=False))
    assert "- aiogroq lost 7 APITimeoutError (connect), of 9,000 calls in 3 rounds" in report
    assert "| 2,000.0 (0.1% lost) |  | 4,000.0 |  |  | 3,000.0 (0.0% lost) |" in summary(results)


@pytest.mark.slow
def test_a_run_can_be_of_some_clients_only_and_slow_ones_are_in_the_first_round_alone(tmp_path: Path) -> None:
    rows = with_clients(chosen("cold", quick=False), ["aiogroq"])
    assert {row.clients for row in rows} == {(OURS,)}
    assert command("--only", "cold", "--client", "nobody").returncode == 2
    row = Row("x", "chat", "request", {"concurrent": 1, "count": 1, "warm": 1}, (OURS, HAND), once=(HAND,))
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
            found = Found(units=1, cpu_s=seconds, wall_s=seconds)
            results.measured.append(
                Measured(row="chat", client=client, loop="asyncio", round=number, found=found)
            )
    got = results.ratio("chat", ("groq", "asyncio"), OURS, lambda found: found.cpu_us)
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
def test_a_target_is_met_or_missed_by_so_much(
    most: float | None, least: float | None, got: float | None, verdict: str
) -> None:
    ratio = None if got is None else ratio_of([(got, 1.0)])
    assert Target(1, "x", most, least, ratio).verdict == verdict


def test_targets_that_were_not_measured_are_said_to_be_so(tmp_path: Path) -> None:
    results = Results(machine={}, versions={}, quick=True)
    assert {target.verdict for target in judge(results)} == {"not measured"}
    results.save(tmp_path / "results.json")
    assert load(tmp_path / "results.json") == results


def test_slow_clients_do_less_in_the_whole_run_and_all_the_same_in_the_quick_one() -> None:
    row = next(row for row in ROWS if row.fewer)
    client = next(iter(row.fewer))
    assert params_of(row, client, quick=False)["count"] < params_of(row, OURS, quick=False)["count"]
    assert params_of(row, client, quick=True) == params_of(row, OURS, quick=True)


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
def test_blocking_clients_are_measured_too() -> None:
    row = Row("sync", "blocking", "request", {"threads": 2, "count": 4}, (OURS_SYNC, ("groq", "sync")))
    results = run((row,), quick=False, rounds=1, tell=lambda _: None)
    assert [each.failure for each in results.measured] == ["", ""]
