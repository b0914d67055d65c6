"""Requests are split by lines and bytes: no file is too large, none is smaller than it must be, and no request is lost."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_jobs import Job, question
from hypothesis import given, settings
from hypothesis import strategies as st

from aiogroq import AsyncGroq
from aiogroq.jobs.batches.lines import custom_id
from aiogroq.local import LocalGroq

MAX_BYTES, MAX_LINES = 1_500, 5


@pytest.fixture(scope="module")
def server() -> Iterator[LocalGroq]:
    """One server for all examples."""
    with LocalGroq(batch_step_s=0.0, max_files=10**6, max_batches=10**6) as server:
        yield server


@pytest.mark.slow
@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=25))
@settings(max_examples=30, deadline=None)
def test_files_are_full_and_within_both_limits(server: LocalGroq, lengths: list[int]) -> None:
    requests = [question(index, id=str(index), text="x" * length) for index, length in enumerate(lengths)]

    async def run() -> int:
        async with AsyncGroq(api_key="k", base_url=server.base_url) as client:
            job = Job(client, Path(folder), requests)
            return len(await job.run(max_bytes=MAX_BYTES, max_lines=MAX_LINES))

    server.clear()
    with tempfile.TemporaryDirectory() as folder:
        assert asyncio.run(run()) == len(requests)
    sent = [each for each in server.requests if (each.method, each.path) == ("POST", "/openai/v1/files")]
    files = [next(part.content for part in each.parts if part.name == "file") for each in sent]
    lines = [content.splitlines(keepends=True) for content in files]
    assert all(len(content) <= MAX_BYTES for content in files)
    assert all(1 <= len(each) <= MAX_LINES for each in lines)
    for content, before, after in zip(files, lines, lines[1:], strict=False):
        assert len(before) == MAX_LINES or len(content) + len(after[0]) > MAX_BYTES
    names = [custom_id(each).encode() for each in requests]
    in_order = [line for each in lines for line in each]
    assert all(name in line for name, line in zip(names, in_order, strict=True))
