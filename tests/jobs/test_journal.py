"""The journal of a job: what is written is found again, whatever happens to the process or the file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiogroq.jobs import (
    ItemError,
    ItemUsage,
    JobInputError,
    JobRequest,
    Journal,
    JournalError,
    JournalHeader,
    Outcome,
)
from aiogroq.jobs.requests import Requests

HEADER = JournalHeader("chat", "m", {"temperature": 0}, "ab" * 16)
BODY = b'{"id": "x", "choices": [{"message": {"content": "\\u00e4 \xc3\xa4"}}], "other": 1.50}'
REQUESTS = Requests(model="m")


def request(index: int, text: str = "", id: str | None = None) -> JobRequest:
    messages = [{"role": "user", "content": text or f"text {index}"}]
    return REQUESTS.request(index, {"messages": messages} if id is None else {"messages": messages, "id": id})


def outcome(of: JobRequest, status: str = "done", body: bytes | None = BODY) -> Outcome:
    return Outcome(
        index=of.index,
        id=of.id,
        key=of.key,
        status=status,  # type: ignore[arg-type]
        attempts=1,
        finished_at=1.5,
        body=None if status == "failed" else body,
        error=ItemError("InternalServerError", "no", 500, "x") if status == "failed" else None,
        usage=ItemUsage(3, 4, 1, 0.5),
        is_id_given=of.is_id_given,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.journal"


def filled(path: Path, count: int = 5) -> list[Outcome]:
    outcomes = [outcome(request(index, id=f"id {index}" if index % 2 else None)) for index in range(count)]
    with Journal.open(path, HEADER) as journal:
        for each in outcomes:
            journal.append(each)
    return outcomes


def test_an_outcome_is_read_as_it_was_written(path: Path) -> None:
    failed, done = outcome(request(0, id="a"), "failed"), outcome(request(1))
    with Journal.open(path, HEADER) as journal:
        assert [journal.read(journal.append(each)) for each in (failed, done)] == [failed, done]


def test_outcomes_are_found_by_the_next_run(path: Path) -> None:
    outcomes = filled(path)
    with Journal.open(path, HEADER) as journal:
        for index, expected in enumerate(outcomes):
            offset = journal.find(request(index, id=f"id {index}" if index % 2 else None))
            assert offset is not None
            assert journal.read(offset) == expected
        assert journal.find(request(5)) is None


def test_an_item_without_an_id_is_found_wherever_it_moved(path: Path) -> None:
    with Journal.open(path, HEADER) as journal:
        for index, text in enumerate("aab"):
            journal.append(outcome(request(index, text)))
    with Journal.open(path, HEADER) as journal:
        found = [journal.find(request(index, text)) for index, text in enumerate("baca")]
        assert [None if each is None else journal.read(each).index for each in found][:3] == [2, 0, None]
        assert found[3] is not None
        assert journal.find(request(4, "a")) is None, "each outcome is for one item"


def test_an_id_with_other_content_is_rejected_and_named(path: Path) -> None:
    with Journal.open(path, HEADER) as journal:
        journal.append(outcome(request(0, "a", id="first")))
    with Journal.open(path, HEADER) as journal, pytest.raises(JournalError, match=r"item 7 \(id 'first'\)"):
        journal.find(request(7, "b", id="first"))


def test_a_failed_item_that_was_mended_is_sent_again(path: Path) -> None:
    with Journal.open(path, HEADER) as journal:
        journal.append(outcome(request(0, "a", id="first"), "failed"))
    with Journal.open(path, HEADER) as journal:
        assert journal.find(request(0, "b", id="first")) is None


def test_an_id_that_comes_twice_is_rejected(path: Path) -> None:
    with Journal.open(path, HEADER) as journal:
        journal.find(request(0, "a", id="first"))
        with pytest.raises(JobInputError, match="'first', and an earlier item"):
            journal.find(request(1, "b", id="first"))


def test_a_later_outcome_of_an_item_replaces_the_earlier_one(path: Path) -> None:
    for id in ("first", None):
        with Journal.open(path, HEADER) as journal:
            journal.append(outcome(request(0, "a", id=id), "failed"))
            journal.append(outcome(request(0, "a", id=id)))
        with Journal.open(path, HEADER) as journal:
            offset = journal.find(request(0, "a", id=id))
            assert offset is not None
            assert journal.read(offset).status == "done"


def test_a_body_with_line_breaks_is_written_on_one_line(path: Path) -> None:
    with Journal.open(path, HEADER) as journal:
        pretty = outcome(request(0), body=b'{\n "a": [1,\n 2], "b": "\\n\\ud83d"\n}')
        read = journal.read(journal.append(pretty))
    assert read.body is not None
    assert b"\n" not in read.body
    assert path.read_bytes().count(b"\n") == 2


def test_a_line_longer_than_one_read_is_read_whole(path: Path) -> None:
    with Journal.open(path, HEADER) as journal:
        long = outcome(request(0), body=b'"' + b"x" * 3_000_000 + b'"')
        offset = journal.append(long)
        journal.append(outcome(request(1)))
        assert journal.read(offset) == long
    with Journal.open(path, HEADER) as journal:
        assert journal.find(request(1)) is not None


def test_a_second_journal_on_the_same_file_is_rejected(path: Path) -> None:
    with Journal.open(path, HEADER), pytest.raises(JournalError, match="in use by another job"):
        Journal.open(path, HEADER)
    Journal.open(path, HEADER).close()


def test_a_journal_that_another_process_has_is_rejected(path: Path) -> None:
    code = (
        "import sys; from aiogroq.jobs import *\n"
        f"journal = Journal.open({str(path)!r}, JournalHeader('chat', 'm'))\n"
        "print('open', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        with pytest.raises(JournalError, match="in use by another job"):
            Journal.open(path, JournalHeader("chat", "m"))
        process.kill()
    Journal.open(path, JournalHeader("chat", "m")).close()


@pytest.mark.parametrize(
    ("other", "text"),
    [
        (JournalHeader("embeddings", "m", HEADER.params, HEADER.template), "made with endpoint 'chat'"),
        (
            JournalHeader("chat", "n", HEADER.params, HEADER.template),
            "made with model 'm', and this job has 'n'",
        ),
        (JournalHeader("chat", "m", {}, HEADER.template), "made with params"),
        *(
            (
                JournalHeader("chat", "m", {"temperature": equal}, HEADER.template),
                f"made with temperature=0, and this job has temperature={equal}: .* other requests. Pass temperature=0",
            )
            for equal in (0.0, -0.0, False)
        ),
        (JournalHeader("chat", "m", HEADER.params, "cd"), "another prompt"),
    ],
)
def test_the_journal_of_another_job_is_rejected_with_the_difference(
    path: Path, other: JournalHeader, text: str
) -> None:
    filled(path)
    before = path.read_bytes()
    with pytest.raises(JournalError, match=text):
        Journal.open(path, other)
    assert path.read_bytes() == before
    with Journal.open(path, other, fresh=True) as journal:
        assert len(journal) == 0
    assert path.with_name("a.journal.old").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "fresh"),
    [
        *(
            (content, fresh)
            for content in (b"a,b\n1,2\n", b"hello", b'{"aiogroq_jour\n')
            for fresh in (False, True)
        ),
        (b'{"aiogroq_journal":"x"}\n', False),
    ],
)
def test_a_file_that_is_no_journal_is_left_as_it_is(path: Path, content: bytes, fresh: bool) -> None:
    path.write_bytes(content)
    with pytest.raises(JournalError, match="not a journal"):
        Journal.open(path, HEADER, fresh=fresh)
    assert path.read_bytes() == content


def test_a_journal_of_a_later_format_is_rejected(path: Path) -> None:
    path.write_bytes(b'{"aiogroq_journal":2}\n')
    with pytest.raises(JournalError, match="format 2"):
        Journal.open(path, HEADER)


def test_a_line_that_cannot_be_read_loses_only_itself(path: Path) -> None:
    outcomes = filled(path, 3)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b"\x00\x00{torn\n", *lines[2:]]))
    with Journal.open(path, HEADER) as journal:
        assert len(journal) == len(outcomes)


def test_notes_are_found_by_the_next_run(path: Path) -> None:
    with Journal.open(path, HEADER) as journal:
        journal.note("batch", {"part": 1})
        journal.append(outcome(request(0)))
        journal.note("batch", {"part": 2})
        assert journal.notes("batch") == [{"part": 1}, {"part": 2}]
    with Journal.open(path, HEADER) as journal:
        assert journal.notes("batch") == [{"part": 1}, {"part": 2}]
        assert journal.notes("other") == []
        assert journal.find(request(0)) is not None


def test_a_temporary_journal_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Journal.temporary(HEADER) as journal:
        offset = journal.append(outcome(request(0)))
        assert journal.read(offset) == outcome(request(0))
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, list[Outcome]]:
    path = tmp_path_factory.mktemp("journal") / "a.journal"
    outcomes = filled(path, 6)
    return path, path.read_bytes(), outcomes


@settings(max_examples=300, deadline=None)
@given(cut=st.integers(0, 10_000), tail=st.sampled_from([b"", b"\x00" * 7, b'{"i":', b"\xff"]))
def test_a_journal_truncated_anywhere_has_every_complete_line_and_can_be_appended_to(
    whole: tuple[Path, bytes, list[Outcome]], cut: int, tail: bytes
) -> None:
    path, content, outcomes = whole
    content = content[: cut % (len(content) + 1)]
    complete = content.count(b"\n")
    path.write_bytes(content + (tail if complete else b""))
    with Journal.open(path, HEADER) as journal:
        assert len(journal) == max(0, complete - 1)
        journal.append(outcome(request(77)))
    assert path.read_bytes().count(b"\n") == max(1, complete) + 1
    with Journal.open(path, HEADER) as journal:
        for expected in outcomes[: max(0, complete - 1)]:
            offset = journal.find(request(expected.index, id=expected.id if expected.is_id_given else None))
            assert offset is not None
            assert journal.read(offset) == expected
        assert journal.find(request(77)) is not None


def test_outcomes_that_are_added_are_written_together(path: Path) -> None:
    outcomes = [outcome(request(index)) for index in range(5)]
    with Journal.open(path, HEADER) as journal:
        begun = path.read_bytes()
        offsets = [journal.add(each) for each in outcomes[:4]]
        assert path.read_bytes() == begun
        offsets.append(journal.append(outcomes[4]))  # after those before it
        journal.flush()
        assert path.read_bytes().count(b"\n") == 6
        assert [journal.read(offset) for offset in offsets] == outcomes


@pytest.mark.skipif(sys.platform == "win32", reason="no RLIMIT_FSIZE")
def test_of_outcomes_that_are_written_together_a_full_disk_keeps_those_that_fit(path: Path) -> None:
    program = """
import resource, signal, sys
from aiogroq.jobs import Journal, JournalError
from tests.jobs.test_journal import HEADER, outcome, request
with Journal.open(sys.argv[1], HEADER) as journal:
    for index in range(10):
        journal.add(outcome(request(index)))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))
    try:
        journal.flush()
    except JournalError as error:
        print(error)
"""
    ended = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    assert "File too large" in ended.stdout
    content = path.read_bytes()
    assert content.endswith(b"\n")
    assert 1_000 < len(content) <= 1_500
    with Journal.open(path, HEADER) as journal:
        assert len(journal) == content.count(b"\n") - 1 >= 3
