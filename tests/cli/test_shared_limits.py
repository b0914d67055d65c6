"""``aiogroq limits --store`` and ``aiogroq run --store``, with a real redis-server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from redis_server import RedisServer

from aiogroq.cli.defaults import CHAT_MODEL
from aiogroq.cli.shared_limits import SharedLimits, show
from aiogroq.limits import Level
from aiogroq.local import LocalGroq

from .conftest import Run


@pytest.fixture
def rows(tmp_path: Path) -> tuple[str, str]:
    """The paths of an input of six rows and of an output."""
    path = tmp_path / "in.csv"
    path.write_text("text\n" + "".join(f"row {number}\n" for number in range(6)))
    return str(path), str(tmp_path / "out.csv")


def test_a_run_shares_its_limits_and_limits_shows_them_without_a_request(
    run: Run, service: LocalGroq, redis_server: RedisServer, rows: tuple[str, str]
) -> None:
    url = redis_server.url
    limits = ("--limits", "rpm=60,rpd=6000,tpm=90K", "--store", url)
    done = run("run", rows[0], "-o", rows[1], "-p", "x {text}", "-q", *limits)
    assert (done.code, done.err) == (0, "")
    requests = len(service.requests)
    assert requests == 6
    found = json.loads(run("limits", "--store", url, "--json").out_bytes)
    assert (found["model"], found["store"], found["workers"]) == (CHAT_MODEL, url, 0)
    levels = {level["kind"]: level for level in found["levels"]}
    assert {kind: levels[kind]["limit"] for kind in ("RPM", "RPD", "TPM")} == {
        "RPM": 60,
        "RPD": 6_000,
        "TPM": 90_000,
    }
    # Of those of a day, four come back in a minute; those of a minute come back in seconds.
    assert 5_994 <= levels["RPD"]["level"] < 5_999
    lines = [line.split("\t") for line in run("limits", "--store", url).out.splitlines()]
    rpm = next(line for line in lines if line[0] == "RPM")
    assert (rpm[1], rpm[4], rpm[5]) == ("60", "given", "0")
    table = run("limits", "--store", url, terminal=True).out
    assert "0 other processes in the last 30 s" in " ".join(table.split())
    assert "60 requests a minute" in table
    assert len(service.requests) == requests


def test_limits_of_an_organization_are_those_of_all_its_keys(
    run: Run, service: LocalGroq, redis_server: RedisServer, rows: tuple[str, str]
) -> None:
    store = ("--store", redis_server.url, "--organization", "ours")
    done = run("run", rows[0], "-o", rows[1], "-p", "x {text}", "--limits", "rpm=77", "-q", *store)
    assert done.code == 0
    other = ("limits", "--api-key", "gsk_another_key_of_ours")
    assert "RPM\t77\t" in run(*other, *store).out
    alone = run(*other, "--store", redis_server.url, terminal=True).out
    assert "no process has used them with this key and this base URL" in alone
    piped = run(*other, "--store", redis_server.url)
    assert piped.out == ""
    assert "no process has used them" in piped.err


def test_what_is_left_is_without_what_is_reserved(capsys: pytest.CaptureFixture[str]) -> None:
    levels = [
        Level("RPM", 100.0, 102.0, 3.0, is_given=True),
        Level("TPM", 6_000.0, 500.0, 800.0, is_given=False),
    ]
    found = SharedLimits("m", "redis://limits", 1, levels)
    show(found, as_json=False)
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(line[0], line[2], line[5]) for line in lines] == [("RPM", "99", "3"), ("TPM", "0", "800")]
    assert float(lines[0][3]) == pytest.approx(0.6)
    show(found, as_json=True)
    values = json.loads(capsys.readouterr().out)["levels"]
    assert [(each["left"], each["level"], each["held"]) for each in values] == [(99, 102, 3), (0, 500, 800)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--store", "http://limits"), "--store: 'http://limits' is no URL of a store: it is a Redis server"),
        (
            ("--store", "limits:6379"),
            "--store: it must be a URL such as redis://localhost:6379/0, not 'limits:6379'",
        ),
        (("--store", "redis://limits", "--organization", ""), "--organization: organization must be a text"),
    ],
)
@pytest.mark.parametrize("command", ["run", "limits"])
def test_a_wrong_store_is_wrong_usage(
    run: Run,
    service: LocalGroq,
    rows: tuple[str, str],
    command: str,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    begin = ("run", rows[0], "-o", rows[1], "-p", "x {text}") if command == "run" else ("limits",)
    outcome = run(*begin, *arguments)
    assert outcome.code == 2
    assert message in outcome.err
    assert service.requests == []


def test_limits_of_a_store_are_not_those_of_the_embedded_server(run: Run) -> None:
    outcome = run("limits", "--local", "--store", "redis://limits")
    assert outcome.code == 2
    assert "--store cannot be combined with --local" in outcome.err
    assert run("limits", "--organization", "ours").code == 2


@pytest.mark.parametrize("command", ["run", "limits"])
def test_a_store_that_is_not_reached_is_an_error_that_names_it_without_its_password(
    run: Run, service: LocalGroq, rows: tuple[str, str], command: str
) -> None:
    begin = ("run", rows[0], "-o", rows[1], "-p", "x {text}", "-q") if command == "run" else ("limits",)
    outcome = run(*begin, "--store", "redis://:hush@127.0.0.1:1/0")
    assert outcome.code not in (0, 2)
    assert "the store of the rate limits, redis://[redacted]@127.0.0.1:1/0, does not respond" in outcome.err
    assert "hush" not in outcome.err
    assert ("The call was not sent" in outcome.err) == (command == "run")
    assert service.requests == []
