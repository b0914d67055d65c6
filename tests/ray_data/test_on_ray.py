"""`aiogroq.ray` and ``aiogroq run --engine ray`` on Ray itself, which is in an environment of its own; `.ci/run` makes it.

By hand:

    python -m venv /tmp/ray
    /tmp/ray/bin/pip install '.[cli]' -r tests/ray_data/requirements.txt
    AIOGROQ_RAY_PYTHON=/tmp/ray/bin/python pytest -rP tests/ray_data/test_on_ray.py
"""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from redis_server import RedisServer

from aiogroq.local import Fault, LocalGroq, RateLimit
from benchmarks.ray_data.scenario import play

PYTHON = os.environ.get("AIOGROQ_RAY_PYTHON", "")
STEPS = Path(__file__).with_name("on_ray.py")
ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.skipif(not PYTHON, reason="AIOGROQ_RAY_PYTHON names no Python with Ray"),
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and flock"),
    pytest.mark.slow,
    pytest.mark.timeout(600),
]


def run(*command: str, cwd: Path, code: int = 0, **variables: str) -> str:
    """Return what a command of the Python with Ray prints."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RAY_AUTH_MODE": "disabled", **variables}
    done = subprocess.run(
        [PYTHON, *command], cwd=cwd, env=environment, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stderr


def step(name: str, url: str, folder: Path) -> Any:
    return json.loads(run(str(STEPS), name, url, str(folder), cwd=folder).splitlines()[-1])


def test_datasets_come_back_with_responses_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    with LocalGroq() as server:
        found = step("functions", server.base_url, tmp_path)
        requests = len(server.requests)
    assert (found["count"], found["is_same"], found["errors"]) == (50, True, [])
    assert found["columns"][:3] == ["id", "text", "response"]
    assert found["vector"] == 768
    assert requests == 50 + 3 + 3 * 3
    for schema in found["kinds"].values():
        assert all(name in schema for name in ("response", "error", "attempts"))


def test_rows_that_fail_raise_nothing_and_a_rejected_key_does(tmp_path: Path) -> None:
    with LocalGroq(api_key="gsk_right") as server:
        server.script(Fault(status=400, times=3))
        found = step("failures", server.base_url, tmp_path)
    assert (found["done"], found["failed"]) == (17, 3)
    assert "Invalid API Key" in found["raised"]
    assert "no column 'txt', which the prompt names" in found["mistakes"][0]
    assert "runtime_evn" in found["mistakes"][1]


def test_two_actors_share_the_limits_of_a_store(tmp_path: Path, redis_server: RedisServer) -> None:
    (tmp_path / "store").write_text(redis_server.url)
    with LocalGroq(rate_limits={"*": RateLimit(rpm=240)}) as server:
        found = step("shared", server.base_url, tmp_path)
        statuses = [request.status for request in server.requests]
    assert found["errors"] == []
    assert statuses.count(200) == 300
    assert statuses.count(429) <= 1
    connections = {request.connection_id for request in server.requests}
    assert len(connections) > 1


def test_a_driver_that_is_killed_twice_writes_each_row_once_and_pays_once(tmp_path: Path) -> None:
    found = play(PYTHON, "aiogroq", tmp_path, rows=600, block_rows=20, latency_s=0.2, kills=2)
    print(found)
    assert (found.rows, found.unique) == (600, 600)
    assert found.open_at_kills is not None
    assert found.requests <= 600 + found.open_at_kills


def test_an_actor_that_is_killed_costs_only_what_was_in_flight(tmp_path: Path) -> None:
    found = play(PYTHON, "aiogroq", tmp_path, rows=600, block_rows=20, latency_s=0.2, kills_actor=True)
    print(found)
    assert (found.rows, found.unique) == (600, 600)
    assert found.open_at_kills
    assert found.requests <= 600 + found.open_at_kills


def test_the_command_line_writes_the_output_from_the_journal(tmp_path: Path) -> None:
    with (tmp_path / "in.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "text"), *((f"row {n}", f"text {n}") for n in range(120))])
    command = ["-m", "aiogroq", "run", "in.csv", "-o", "out.csv", "-p", "Say {text}", "-q", "--engine", "ray"]
    with LocalGroq() as server:
        server.script(Fault(status=400, times=2))
        variables = {"GROQ_API_KEY": "gsk_x", "GROQ_BASE_URL": server.base_url}
        first = run(*command[:-3], *command[-2:], cwd=tmp_path, code=1, **variables)
        assert "120 sent, 0 retried" in first
        assert "RAY_BACKEND_LOG_LEVEL" not in first
        assert len(server.requests) == 120
        assert len((tmp_path / "out.errors.jsonl").read_text().splitlines()) == 2
        run(*command, "--retry-failed", cwd=tmp_path, **variables)
        assert len(server.requests) == 122
        mismatch = run(*command, "--system", "Be kind.", cwd=tmp_path, code=1, **variables)
        assert "belongs to another job" in mismatch
    written = read(tmp_path / "out.csv")
    assert [row["id"] for row in written] == [f"row {n}" for n in range(120)]
    assert all(row["response"] and not row["error"] for row in written)


def test_the_command_line_tells_why_an_actor_ended_the_job(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text\none\ntwo\n")
    command = ["-m", "aiogroq", "run", "in.csv", "-o", "out.csv", "-p", "Say {text}", "-q", "--engine", "ray"]
    with LocalGroq(api_key="gsk_right") as server:
        printed = run(*command, cwd=tmp_path, code=1, GROQ_API_KEY="gsk_wrong", GROQ_BASE_URL=server.base_url)
    assert "Invalid API Key. Check GROQ_API_KEY" in printed
    assert "ray" not in printed


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_on_the_command_line_finish_what_is_in_flight(
    tmp_path: Path, stop: signal.Signals
) -> None:
    with (tmp_path / "in.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "text"), *((f"row {n}", f"text {n}") for n in range(200))])
    command = [
        PYTHON,
        "-m",
        "aiogroq",
        "run",
        "in.csv",
        "-o",
        "out.csv",
        "-p",
        "Say {text}",
        "--engine",
        "ray",
    ]
    with LocalGroq(latency_s=1.5) as server:
        variables = {"GROQ_API_KEY": "gsk_x", "GROQ_BASE_URL": server.base_url, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [*command, "--concurrency", "4"],
            cwd=tmp_path,
            env={**os.environ, "RAY_AUTH_MODE": "disabled", **variables},
            stderr=subprocess.PIPE,
            text=True,
        )
        while not server.requests and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(stop)
        _, printed = process.communicate(timeout=120)
        assert process.returncode == 130, printed
        assert "to go on: aiogroq run in.csv" in printed
        shards = [path.read_text() for path in (tmp_path / "out.csv.journal").glob("*.jsonl")]
        assert sum(shard.count('"done"') for shard in shards) == len(server.requests) < 200


def test_the_programs_of_the_guide_run(tmp_path: Path) -> None:
    with LocalGroq() as server:
        variables = {
            "GROQ_API_KEY": "gsk_x",
            "GROQ_BASE_URL": server.base_url,
            "RAY_BACKEND_LOG_LEVEL": "fatal",
        }
        page = ROOT / "docs" / "guides" / "ray.md"
        printed = run(str(ROOT / "tests" / "docs" / "run_page.py"), str(page), cwd=tmp_path, **variables)
        requests = len(server.requests)
    for text in ("40 rows", "struct<label: string, reasons: list<", "40 labels of text", "768", "200 labels"):
        assert text in printed
    assert requests == 40 + 1 + 3 + 40 + 2 + 200
    assert len(list((tmp_path / "dask.journal").glob("*.jsonl"))) == 2


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
