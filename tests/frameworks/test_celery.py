"""The tasks of the guide to shared limits run in the children of a Celery worker, which share the limits through Redis.

In the environment of the frameworks, see test_frameworks.py.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from docs.pages import blocks
from redis_server import RedisServer

from aiogroq.local import LocalGroq, RateLimit

from .test_frameworks import PYTHON, ROOT

GUIDE = ROOT / "docs" / "guides" / "shared-limits.md"
CHILDREN = 2
MEET = f"""
import os, time
from pathlib import Path

from celery.signals import task_prerun

_MEETING = Path(__file__).with_name("meeting")


@task_prerun.connect
def meet(**_: object) -> None:
    (_MEETING / str(os.getpid())).touch()
    ends_at = time.monotonic() + 60
    while len(list(_MEETING.iterdir())) < {CHILDREN} and time.monotonic() < ends_at:
        time.sleep(0.01)
"""
"""What follows the tasks in their module: no task begins before each child has one, however late a child is."""
ASK_ALL = """
from tasks import label

results = [label.delay(f"review {number}") for number in range(20)]
print(sorted({result.get(timeout=60) for result in results}))
"""
pytestmark = [
    pytest.mark.skipif(not PYTHON, reason="AIOGROQ_FRAMEWORKS_PYTHON names no Python with the frameworks"),
    pytest.mark.slow,
]


@contextmanager
def worker(folder: Path, environment: dict[str, str]) -> Iterator[Path]:
    """Run a worker with forked children; gives the file of its log."""
    log = folder / "worker.log"
    options = ["--pool", "prefork", "--concurrency", str(CHILDREN), "--loglevel", "INFO"]
    command = [PYTHON, "-m", "celery", "-A", "tasks", "worker", *options]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output) as process,
    ):
        try:
            yield log
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
        finally:
            process.kill()


def test_the_children_of_a_worker_share_the_limits(tmp_path: Path, redis_server: RedisServer) -> None:
    (tasks,) = (block for block in blocks(GUIDE, "python") if block.is_for_celery)
    (tmp_path / "tasks.py").write_text(tasks.code + MEET)
    (tmp_path / "meeting").mkdir()
    with LocalGroq(reply="good", rate_limits={"*": RateLimit(rpm=1000)}) as server:
        environment = {
            **os.environ,
            "GROQ_API_KEY": "gsk_celery",
            "GROQ_BASE_URL": server.base_url,
            "BROKER_URL": redis_server.url.partition("?")[0],
            "REDIS_URL": redis_server.url,
            "PYTHONPATH": str(ROOT),
        }
        with worker(tmp_path, environment) as log:
            done = subprocess.run(
                [PYTHON, "-c", ASK_ALL],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=90,
            )
        assert done.returncode == 0, done.stderr + log.read_text()
        assert done.stdout == "['good']\n"
        assert len(server.requests) == 20
        connections = {request.connection_id for request in server.requests}
    assert len(connections) >= CHILDREN  # none of them is used on both sides of a fork
    (workers,) = (key for key in redis_server.contents() if key.endswith(b":workers"))
    assert redis_server.execute("ZCARD", workers) == CHILDREN
    assert "Traceback" not in log.read_text()
