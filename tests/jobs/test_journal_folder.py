"""A journal that is a folder: several writers, each with a shard of its own, and what all have is found by the next job."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from server_reads import wait_until_read

from aiogroq import AsyncGroq
from aiogroq.jobs import (
    ItemError,
    ItemUsage,
    JobInputError,
    JobRequest,
    JournalError,
    JournalFolder,
    JournalHeader,
    Outcome,
    run,
)
from aiogroq.jobs.plan import measure
from aiogroq.jobs.requests import Requests
from aiogroq.local import Fault, LocalGroq

CHILD = Path(__file__).with_name("job_child.py")
MODEL = "openai/gpt-oss-20b"
HEADER = JournalHeader("chat", "m")
REQUESTS = Requests(model="m")


def request(index: int, text: str = "", id: str | None = None) -> JobRequest:
    messages = [{"role": "user", "content": text or f"text {index}"}]
    return REQUESTS.request(index, {"messages": messages} if id is None else {"messages": messages, "id": id})


def outcome(of: JobRequest, status: str = "done", at: float = 1.0) -> Outcome:
    error = ItemError("InternalServerError", "no", 500) if status == "failed" else None
    body = None if error else b'{"choices": []}'
    return Outcome(of.index, of.id, of.key, status, 1, at, body, error, is_id_given=of.is_id_given)  # type: ignore[arg-type]


def shards(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def test_what_several_writers_wrote_is_found_by_the_next(tmp_path: Path) -> None:
    for start in (0, 2):
        with JournalFolder(tmp_path) as folder:
            journal = folder.begin(HEADER)
            for index in (start, start + 1):
                journal.append(outcome(request(index, id=f"id {index}" if index % 2 else None)))
    assert len(shards(tmp_path)) == 2
    with JournalFolder(tmp_path) as folder:
        journal = folder.begin(HEADER)
        for index in range(4):
            wanted = request(index, id=f"id {index}" if index % 2 else None)
            offset = journal.find(wanted)
            assert offset is not None
            assert journal.read(offset).key == wanted.key
        assert journal.find(request(4)) is None
    assert len(shards(tmp_path)) == 2, "a writer that writes nothing makes no shard"


def test_two_writers_at_once_append_to_shards_of_their_own(tmp_path: Path) -> None:
    with JournalFolder(tmp_path) as one, JournalFolder(tmp_path) as other:
        first, second = one.begin(HEADER), other.begin(HEADER)
        first.append(outcome(request(0)))
        second.append(outcome(request(1)))
        assert second.find(request(0)) is None, "it is read when a job begins"
        assert other.begin(HEADER).find(request(0)) is not None
    assert len(shards(tmp_path)) == 2


def test_of_two_jobs_that_begin_at_once_on_a_new_folder_one_fails(tmp_path: Path) -> None:
    other_header = JournalHeader("chat", "another")
    with JournalFolder(tmp_path) as one, JournalFolder(tmp_path) as other:
        first, second = one.begin(HEADER), other.begin(other_header)
        first.append(outcome(request(0)))
        with pytest.raises(JournalError, match="belongs to another job: it was made with model 'm'"):
            second.append(outcome(request(1)))
        other.check(HEADER)
        with pytest.raises(JournalError, match="belongs to another job"):
            other.check(other_header)
    assert len(shards(tmp_path)) == 1
    with JournalFolder(tmp_path) as other:
        second = other.begin(other_header, fresh=True)
        second.append(outcome(request(1)))
    assert len(shards(tmp_path / "old")) == len(shards(tmp_path)) == 1


def test_a_folder_whose_claim_was_torn_by_a_power_failure_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "job.header").write_bytes(b'{"aiog')
    with JournalFolder(tmp_path) as folder:
        folder.begin(HEADER).append(outcome(request(0)))
    assert (tmp_path / "job.header").read_bytes().endswith(b"\n")
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be deleted there")
@pytest.mark.parametrize("slash", ["/", ""])
async def test_a_journal_that_is_deleted_during_a_job_ends_it(
    client: AsyncGroq, tmp_path: Path, slash: str
) -> None:
    place = tmp_path / "journal"
    deleted = asyncio.Event()

    async def items() -> AsyncIterator[str]:
        yield "one"
        await deleted.wait()
        yield "two"

    job = run(client, items(), model=MODEL, journal=f"{place}{slash}")
    await anext(job.__aiter__())
    await asyncio.to_thread(shutil.rmtree if slash else os.unlink, place)
    deleted.set()
    with pytest.raises(JournalError, match="was deleted while it was in use"):
        await job


@pytest.mark.parametrize("tail", [b'{"i":5,"id":"row 5","key":"00', b"\x00" * 10])
def test_a_torn_tail_of_a_writer_that_was_killed_loses_only_itself(tmp_path: Path, tail: bytes) -> None:
    with JournalFolder(tmp_path) as folder:
        folder.begin(HEADER).append(outcome(request(0)))
    (shard,) = shards(tmp_path)
    whole = shard.read_bytes()
    shard.write_bytes(whole + tail)
    (tmp_path / "torn-header.jsonl").write_bytes(b'{"aiogroq_jour')
    (tmp_path / "empty.jsonl").write_bytes(b"")
    with JournalFolder(tmp_path) as folder:
        journal = folder.begin(HEADER)
        assert len(journal) == 1
        journal.append(outcome(request(1)))
    assert shard.read_bytes() == whole + tail, "only its writer changes a shard"
    with JournalFolder(tmp_path) as folder:
        journal = folder.begin(HEADER)
        assert [journal.find(request(index)) is not None for index in range(3)] == [True, True, False]


def test_a_line_that_was_torn_at_one_look_is_found_whole_at_the_next(tmp_path: Path) -> None:
    with JournalFolder(tmp_path) as folder:
        journal = folder.begin(HEADER)
        journal.append(outcome(request(0)))
        journal.append(outcome(request(1)))
    (shard,) = shards(tmp_path)
    whole = shard.read_bytes()
    shard.write_bytes(whole[:-5])
    with JournalFolder(tmp_path) as folder:
        assert len(folder.begin(HEADER)) == 1
        shard.write_bytes(whole)
        journal = folder.begin(HEADER)
        assert len(journal) == 2
        assert journal.find(request(1)) is not None


def test_a_process_has_one_object_for_each_folder(tmp_path: Path) -> None:
    folder = JournalFolder.of_process(tmp_path / "a")
    assert JournalFolder.of_process(f"{tmp_path}/b/../a/") is folder
    assert JournalFolder.of_process(tmp_path / "b") is not folder


def test_the_shards_of_another_job_are_rejected_with_the_difference(tmp_path: Path) -> None:
    with JournalFolder(tmp_path) as folder:
        folder.begin(HEADER).append(outcome(request(0)))
        with pytest.raises(JournalError, match="model 'm', and this job has 'n'"):
            folder.begin(JournalHeader("chat", "n"))
    with JournalFolder(tmp_path) as folder, pytest.raises(JournalError, match="model 'm', and this job has"):
        folder.begin(JournalHeader("chat", "n"))


def test_a_file_of_another_kind_in_the_folder_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    other = tmp_path / "rows.jsonl"
    other.write_text('{"text": "a"}\n')
    for fresh in (False, True):
        with (
            JournalFolder(tmp_path) as folder,
            pytest.raises(JournalError, match=r"rows\.jsonl is not a journal"),
        ):
            folder.begin(HEADER, fresh=fresh)
    assert other.read_text() == '{"text": "a"}\n'


def test_fresh_moves_the_shards_and_spares_those_in_use(tmp_path: Path) -> None:
    with JournalFolder(tmp_path) as folder:
        folder.begin(HEADER).append(outcome(request(0)))
        with JournalFolder(tmp_path) as other, pytest.raises(JournalError, match="in use by another job"):
            other.begin(HEADER, fresh=True)
        assert len(shards(tmp_path)) == 1
    with JournalFolder(tmp_path) as folder:
        assert len(folder.begin(JournalHeader("chat", "n"), fresh=True)) == 0
    assert shards(tmp_path) == []
    assert len(shards(tmp_path / "old")) == 1


def test_of_the_outcomes_of_an_id_in_several_shards_the_done_and_the_later_one_count(tmp_path: Path) -> None:
    wanted = request(0, id="a")
    for name, status, at in (("c", "failed", 2.0), ("b", "done", 1.0), ("a", "failed", 3.0)):
        with JournalFolder(tmp_path / name) as folder:
            folder.begin(HEADER).append(outcome(wanted, status, at))
        (shard,) = shards(tmp_path / name)
        shard.rename(tmp_path / f"{name}.jsonl")
    with JournalFolder(tmp_path) as folder:
        journal = folder.begin(HEADER)
        found = journal.find_done(wanted)
        assert found is not None
        assert journal.read(found).status == "done"
    (tmp_path / "b.jsonl").unlink()
    with JournalFolder(tmp_path) as folder:
        journal = folder.begin(HEADER)
        found = journal.find(wanted)
        assert found is not None
        assert journal.read(found).finished_at == 3.0


def test_jobs_of_one_folder_object_share_a_shard_and_find_what_the_others_completed(tmp_path: Path) -> None:
    with JournalFolder(tmp_path) as folder:
        first = folder.begin(HEADER)
        first.append(outcome(request(0, "a")))
        first.append(outcome(request(1, id="b")))
        for _ in range(2):  # each job has its own items
            journal = folder.begin(HEADER)
            assert journal.find(request(0, "a")) is not None
            assert journal.find(request(1, "a")) is None, "one outcome is for one item of a job"
            assert journal.find(request(2, id="b", text="text 1")) is not None
            with pytest.raises(JobInputError, match="'b', and an earlier item"):
                journal.find(request(3, id="b", text="text 1"))
            journal.close()
        first.append(outcome(request(2)))
    assert len(shards(tmp_path)) == 1


async def test_a_job_with_a_folder_as_journal_goes_on_where_others_ended(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    items = [f"item {number}" for number in range(20)]
    journal = f"{tmp_path / 'job'}/"
    await run(client, items[:5], model=MODEL, journal=journal)
    await asyncio.gather(*(run(client, items[start:12:2], model=MODEL, journal=journal) for start in (5, 6)))
    assert len(server.requests) == 12
    assert len(shards(tmp_path / "job")) == 3
    results = [result async for result in run(client, items, model=MODEL, journal=journal)]
    assert [result.item for result in results] == items
    assert [result.is_resumed for result in results] == [True] * 12 + [False] * 8
    assert all(result.text for result in results)
    assert len(server.requests) == 20


def test_what_items_used_is_measured_of_all_shards(tmp_path: Path) -> None:
    for number in range(2):
        with JournalFolder(tmp_path) as folder:
            folder.begin(HEADER).append(replace(outcome(request(number)), usage=ItemUsage(3 + number, 4)))
    measured = measure(tmp_path)
    assert measured is not None
    assert (measured.items, measured.prompt_tokens) == (2, 3.5)


async def test_many_small_jobs_share_one_shard(client: AsyncGroq, server: LocalGroq, tmp_path: Path) -> None:
    with JournalFolder(tmp_path) as folder:
        items = [[f"item {job} {number}" for number in range(3)] for job in range(8)]
        await asyncio.gather(*(run(client, each, model=MODEL, journal=folder) for each in items))
        again = await run(client, items[0], model=MODEL, journal=folder)
    assert again.resumed == 3
    assert len(shards(tmp_path)) == 1
    assert len(server.requests) == 24


@pytest.mark.parametrize(
    ("journal", "message"),
    [("s3://bucket/job/", "a folder that all of them have mounted"), ("", "must not be empty")],
)
def test_a_place_that_cannot_be_a_journal_is_rejected(client: AsyncGroq, journal: str, message: str) -> None:
    with pytest.raises(JobInputError, match=message):
        run(client, ["a"], model=MODEL, journal=journal)


async def test_a_folder_with_other_files_is_no_journal_without_a_slash(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "rows.jsonl").write_text('{"text": "x"}\n')
    before = sorted(tmp_path.iterdir())
    for fresh in (False, True):
        with pytest.raises(
            JournalError, match=r"a folder .* such as notes\.txt, and no journal\. Name a file"
        ):
            await run(client, ["a"], model=MODEL, journal=tmp_path, fresh=fresh)
    assert sorted(tmp_path.iterdir()) == before
    assert not server.requests


async def test_a_folder_that_is_empty_or_has_a_journal_needs_no_slash(
    client: AsyncGroq, tmp_path: Path
) -> None:
    (tmp_path / ".DS_Store").write_text("x")
    (tmp_path / "old").mkdir()
    await run(client, ["a"], model=MODEL, journal=tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    assert (await run(client, ["a"], model=MODEL, journal=tmp_path)).resumed == 1
    (tmp_path / "job.header").unlink()  # a journal has a shard at least
    assert (await run(client, ["a"], model=MODEL, journal=str(tmp_path))).resumed == 1


async def test_a_file_named_as_a_folder_and_batches_with_a_folder_are_rejected(
    client: AsyncGroq, tmp_path: Path
) -> None:
    (tmp_path / "a.journal").touch()
    with pytest.raises(JournalError, match="is a file; leave out the slash"):
        await run(client, ["a"], model=MODEL, journal=f"{tmp_path / 'a.journal'}/")
    with pytest.raises(JobInputError, match="needs a journal of one file"):
        run(client, ["a"], model=MODEL, journal=JournalFolder(tmp_path), via="batch")
    with pytest.raises(JobInputError, match="needs a journal of one file"):  # a folder that exists
        await run(client, ["a"], model=MODEL, journal=tmp_path, via="batch")


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_process_that_is_killed_costs_only_what_was_in_flight(server: LocalGroq, tmp_path: Path) -> None:
    # However late the kill comes, half of the requests get no response before it.
    server.script(Fault(latency_s=0.01, times=100), Fault(latency_s=3_600, times=None))
    arguments = [sys.executable, str(CHILD), server.base_url, f"{tmp_path}/job/", "200"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    server.wait_for_requests(60, timeout_s=60)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    wait_until_read(server)
    written = sum(shard.read_bytes().count(b"\n") - 1 for shard in shards(tmp_path / "job"))
    open_at_kill = len(server.requests) - written
    assert 0 < written < 200
    server.clear_faults()
    output = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
    assert output.stdout == "complete\n"
    assert len(server.requests) <= 200 + open_at_kill
