"""The jobs beside other libraries: they run, what they lose is seen, and a library that does not install is in the table."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks.jobs import main as jobs
from benchmarks.jobs.environments import NotInstalled, python_of
from benchmarks.jobs.peers import PEERS, ROWS, Row
from benchmarks.jobs.process import ClientFailed, LimitedServer, run_client
from benchmarks.jobs.report import Measured, Report, load, missed, save, table
from benchmarks.jobs.spec import JobResult, JobSpec, Tally, ideal_s, prompt, reply_to

FOLDER = Path(__file__).parents[2]
MACHINE = {"date": "2026-01-02", "cores": "2", "system": "Linux x86_64", "python": "CPython 3.11.7"}
OURS, GIVEN = ROWS[:2]
PEER = next(row for row in ROWS if row.peer == "groq")


@pytest.fixture(autouse=True)
def in_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes are started where the package `benchmarks` is."""
    monkeypatch.chdir(FOLDER)


def result(seconds: float = 60.5, done: int = 1200, note: str = "", wrong: int = 0) -> JobResult:
    return JobResult(seconds, 1.0, 50.0, 5.0, done, wrong, note, {"groq": "1.7.0"})


def measured(row: Row, found: JobResult, number: int = 0, refused: int = 0) -> Measured:
    return Measured(row.name, number, 1200, "2026-01-02", found, 1200 + refused, refused)


def test_every_client_has_a_module_and_a_name_of_its_own() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert (FOLDER / "benchmarks" / "jobs" / "clients" / f"{row.client}.py").exists(), row.client
    assert {"aiogroq", "groq", "inspect_ai", "langchain", "curator", "async-batch-llm", "cookbook"} <= set(
        PEERS
    )


def test_the_ideal_time_begins_with_a_full_limit() -> None:
    assert ideal_s(1200, 600) == 60
    assert ideal_s(500, 600) == 0


def test_a_text_counts_once_and_only_for_its_own_item() -> None:
    tally = Tally(JobSpec("x", "", 4))
    tally.add_all([reply_to(prompt(0)), None, reply_to(prompt(7)), reply_to(prompt(3))])
    tally.add(0, reply_to(prompt(0)))
    assert (tally.done, tally.wrong) == (2, 2)


@pytest.mark.slow
@pytest.mark.parametrize(
    "client", ["aiogroq_jobs", "aiogroq_gather", "official", "cookbook", "adaptive_rate"]
)
def test_a_client_brings_every_item(client: str) -> None:
    with LimitedServer(600, 0.01) as server:
        found = run_client(JobSpec(client, server.url, 60, rpm=600))
        counts = server.counts()
    assert (found.done, found.wrong, found.note) == (60, 0, "")
    assert (counts.requests, counts.statuses) == (60, {"200": 60})
    assert found.cpu_s > 0
    assert found.rss_mib > found.grown_mib
    assert found.versions


@pytest.mark.slow
def test_what_a_client_loses_is_seen_on_both_sides() -> None:
    with LimitedServer(2, 0.01) as server:  # the next one flows in after half a minute
        found = run_client(JobSpec("official", server.url, 30, rpm=2, options={"max_retries": 0}))
        counts = server.counts()
    assert found.done == 2
    assert counts.statuses == {"200": 2, "429": 28}


@pytest.mark.slow
def test_a_client_that_does_not_start_is_a_failure_with_its_reason() -> None:
    with pytest.raises(ClientFailed, match=r"exit code 1: ModuleNotFoundError: .*nobody"):
        run_client(JobSpec("nobody", "http://127.0.0.1:9", 1))


@pytest.mark.slow
def test_a_client_that_never_ends_is_ended() -> None:
    with LimitedServer(1, 60.0) as server, pytest.raises(ClientFailed, match="not done after 3 s"):
        run_client(JobSpec("official", server.url, 1), timeout_s=3)


@pytest.mark.slow
def test_quick_runs_both_packages_and_writes_the_table(tmp_path: Path) -> None:
    arguments = ["--quick", "--peer", "aiogroq", "--peer", "groq", "--results", str(tmp_path)]
    assert jobs(arguments) == 0
    text = (tmp_path / "jobs.md").read_text()
    assert "the figures mean nothing" in text
    for row in (OURS, GIVEN, PEER):
        line = next(line for line in text.splitlines() if line.startswith(f"| {row.name} |"))
        assert line.split(" | ")[4:7] == ["0", "40", "0"]
    report = load(tmp_path / "jobs.json")
    assert [each.count for each in report.measured] == [40] * 4


@pytest.mark.slow
def test_quick_runs_the_measurement_of_the_cpu(tmp_path: Path) -> None:
    assert jobs(["--cpu", "--quick", "--results", str(tmp_path)]) == 0
    (pair,) = json.loads((tmp_path / "jobs-cpu.json").read_text())["pairs"]
    assert pair["job"]["done"] == pair["gather"]["done"] == pair["items"]


def test_a_library_without_requirements_runs_in_this_environment(tmp_path: Path) -> None:
    assert python_of("groq", (), tmp_path, print) == sys.executable


@pytest.mark.slow
def test_an_environment_that_cannot_be_installed_leaves_nothing_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    said: list[str] = []
    with pytest.raises(NotInstalled, match=r"^pip failed$"):
        python_of("x", (str(tmp_path / "missing.whl"),), tmp_path / "cache", said.append)
    assert any("missing.whl" in line for line in said[1:])
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_library_that_is_not_installed_is_in_the_table() -> None:
    report = Report(
        MACHINE, 600, [Measured(PEER.name, 0, 1200, "2026-01-02", failure="not installed: pip failed")]
    )
    assert f"| {PEER.name} | no | not installed: pip failed | | | | | | | |" in table(report, ROWS)


def test_the_rate_is_only_shown_where_nothing_is_lost() -> None:
    found = [measured(OURS, result(60.6)), measured(PEER, result(48.0, done=1071), refused=300)]
    ours, peer = table(Report(MACHINE, 600, found), ROWS)[2:]
    assert ours == "| aiogroq.jobs | no | 60.6 | 99.0% | 0 | 1,200 | 0 | 1.0 | 50 |  |"
    assert peer == f"| {PEER.name} | no | 48.0 |  | 129 | 1,500 | 300 | 1.0 | 50 |  |"


@pytest.mark.parametrize(
    ("row", "found", "refused", "texts"),
    [
        (OURS, result(60.9), 12, []),
        (OURS, result(61.5), 0, ["61.5 s instead of at most 61 s"]),
        (OURS, result(done=1199), 0, ["1 items lost"]),
        (OURS, result(wrong=1), 0, ["1 items wrong"]),
        (OURS, result(note="exit code 1"), 0, ["exit code 1"]),
        (GIVEN, result(), 1, ["1 responses with status 429"]),
        (PEER, result(300.0, done=0), 999, []),
    ],
)
def test_a_missed_bound_is_said_for_aiogroq_alone(
    row: Row, found: JobResult, refused: int, texts: list[str]
) -> None:
    report = Report(MACHINE, 600, [measured(row, found, refused=refused)])
    assert missed(report, ROWS) == [f"{row.name}: {text}" for text in texts]


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    report = Report(MACHINE, 600, [measured(OURS, result()), Measured(PEER.name, 0, 1200, "2026-01-02")])
    save(report, tmp_path / "jobs.json")
    assert load(tmp_path / "jobs.json") == report


def test_an_update_replaces_the_clients_that_are_run_and_keeps_the_others() -> None:
    report = Report(MACHINE, 600, [measured(OURS, result()), measured(PEER, result(48.0))])
    assert [each.row for each in report.without([OURS]).measured] == [PEER.name]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--only", "nonsense"], "no client has 'nonsense' in its name"),
        (["--peer", "nobody"], "invalid choice: 'nobody'"),
        (["--items", "5"], "--items needs --cpu"),
        (["--cpu", "--peer", "groq"], "--cpu has no other clients to choose from"),
        (["--update", "--results", "missing"], "--update: there are no earlier results"),
        (["--update", "--quick"], "--quick replaces no results"),
    ],
)
def test_arguments_that_measure_nothing_are_rejected(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        jobs(arguments)
    assert exit_.value.code == 2
    assert reason in capsys.readouterr().err
