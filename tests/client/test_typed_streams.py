"""An endpoint with typed streaming, added from outside: events of several types, one of which ends the stream."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest

from aiogroq import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    AsyncGroq,
    AsyncStream,
    BaseModel,
    Groq,
    RateLimitError,
    Stream,
)
from aiogroq.local import Fault, LocalGroq
from aiogroq.protocol.stream_protocol import TypedStreamProtocol
from aiogroq.protocol.streams import register_stream_protocol

pytestmark = pytest.mark.timeout(20)

# ---------------------------------------------------------------- what the author of such an endpoint writes


class ReportEvent(BaseModel):
    """An event of a report; of this class itself if its type is not known."""

    type: str = ""


class ReportDelta(ReportEvent):
    """A part of the text."""

    text: str = ""


class ReportCompleted(ReportEvent):
    """The end of a report."""

    words: int = 0


class ReportFailed(ReportEvent):
    """The end of a report that the service cannot finish."""

    reason: str = ""


class Report(BaseModel):
    """A whole report."""

    text: str = ""
    words: int | None = None


class ReportStreamProtocol(TypedStreamProtocol[ReportEvent]):
    """The events of a report, which together are a `Report`."""

    event_types: ClassVar = {"delta": ReportDelta, "completed": ReportCompleted, "failed": ReportFailed}
    end_types = frozenset({"completed"})
    has_result = True

    def __init__(self, event_type: type[ReportEvent]) -> None:
        super().__init__(event_type)
        self._report = Report()

    def decode(self, event: bytes) -> ReportEvent:
        value = super().decode(event)
        if isinstance(value, ReportDelta):
            self._report.text += value.text
        elif isinstance(value, ReportCompleted):
            self._report.words = value.words
        return value

    def stop_reason(self, value: ReportEvent) -> str | None:
        return value.reason if isinstance(value, ReportFailed) else None

    def result(self) -> Report:
        return self._report.model_copy()

    def usage(self) -> int | None:
        return self._report.words


register_stream_protocol(ReportEvent, ReportStreamProtocol)


class AsyncReportStream(AsyncStream[ReportEvent]):
    """The stream of a report, with a type for what it collects."""

    async def collect(self) -> Report:
        report: Report = await super().collect()
        return report


class ReportStream(Stream[ReportEvent]):
    """The same, sync."""

    def collect(self) -> Report:
        report: Report = super().collect()
        return report


async def open_report(client: AsyncGroq) -> AsyncReportStream:
    return await client.post(
        "/reports", cast_to=ReportEvent, body={"of": "seas"}, stream=True, stream_cls=AsyncReportStream
    )


def open_report_sync(client: Groq) -> ReportStream:
    return client.post(
        "/reports", cast_to=ReportEvent, body={"of": "seas"}, stream=True, stream_cls=ReportStream
    )


# ------------------------------------------------------------------------------------------- what it does


def event(kind: str, *, is_named: bool = True, **fields: Any) -> bytes:
    name = f"event: {kind}\n".encode() if is_named else b""
    return name + b"data: " + json.dumps({"type": kind, **fields}).encode() + b"\n\n"


DELTAS = event("delta", text="one ") + event("delta", text="two")
COMPLETED = event("completed", words=2)


def report(body: bytes) -> Fault:
    return Fault(status=200, body=body, content_type="text/event-stream")


@pytest.mark.parametrize("is_named", [True, False], ids=["named events", "types in the JSON"])
async def test_each_event_has_the_class_of_its_type_and_the_end_is_one_of_them(
    client: AsyncGroq, server: LocalGroq, is_named: bool
) -> None:
    sent: list[tuple[str, dict[str, Any]]] = [
        ("delta", {"text": "one"}),
        ("mood", {"is_good": True}),
        ("completed", {"words": 1}),
    ]
    server.script(report(b"".join(event(kind, is_named=is_named, **fields) for kind, fields in sent)))
    stream = await open_report(client)
    assert type(stream) is AsyncReportStream
    events = [each async for each in stream]
    assert [type(each) for each in events] == [ReportDelta, ReportEvent, ReportCompleted]
    assert [each.to_dict() for each in events] == [{"type": kind, **fields} for kind, fields in sent]


async def test_collect_returns_the_result_of_the_protocol(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(report(DELTAS + COMPLETED))
    stream = await open_report(client)
    assert await anext(stream) == ReportDelta(type="delta", text="one ")
    assert stream.partial == Report(text="one ")
    assert await stream.collect() == Report(text="one two", words=2)
    assert stream.usage == 2


async def test_what_comes_after_the_end_is_not_an_event(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(report(DELTAS + COMPLETED + event("delta", text="never") + b"data: [DONE]\n\n"))
    assert await (await open_report(client)).collect() == Report(text="one two", words=2)


async def test_an_end_without_its_blank_line_is_an_end(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(report(DELTAS + COMPLETED[:-2]))
    assert (await (await open_report(client)).collect()).words == 2


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (DELTAS, "ended without an event of type completed"),
        (DELTAS + COMPLETED[:-9], "broke off within an event"),
        (DELTAS + b"event: comp", "broke off within an event"),
    ],
    ids=["between two events", "within an event", "within the name of an event"],
)
async def test_a_truncated_report_is_an_error_with_what_had_arrived(
    client: AsyncGroq, server: LocalGroq, sent: bytes, message: str
) -> None:
    server.script(report(sent))
    stream = await open_report(client)
    with pytest.raises(APIConnectionError, match=message) as caught:
        await stream.collect()
    assert caught.value.partial == Report(text="one two")
    with pytest.raises(APIConnectionError, match=message):
        await anext(stream)


async def test_an_error_of_the_service_has_the_class_of_its_status(
    client: AsyncGroq, server: LocalGroq
) -> None:
    error = {"error": {"message": "too many reports", "status_code": 429}}
    for is_named in (True, False):
        server.script(report(DELTAS + event("error", is_named=is_named, **error)))
        with pytest.raises(RateLimitError, match="too many reports") as caught:
            await (await open_report(client)).collect()
        assert caught.value.partial == Report(text="one two")


async def test_an_event_that_stops_the_stream_comes_before_its_error(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.script(report(DELTAS + event("failed", reason="no ink")))
    stream = await open_report(client)
    assert [(await anext(stream)).type for _ in range(3)] == ["delta", "delta", "failed"]
    with pytest.raises(APIError, match="stopped the stream early: no ink"):
        await anext(stream)


async def test_a_response_that_is_not_a_stream_says_what_it_is(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(Fault(status=200, body="<html>", content_type="text/html"))
    with pytest.raises(APIResponseValidationError, match="Expected an event stream, got text/html"):
        await (await open_report(client)).collect()


def test_the_sync_stream_does_the_same(groq_client: Groq, server: LocalGroq) -> None:
    server.script(report(DELTAS + COMPLETED), report(DELTAS + COMPLETED), report(DELTAS))
    stream = open_report_sync(groq_client)
    assert type(stream) is ReportStream
    assert [type(each) for each in stream] == [ReportDelta, ReportDelta, ReportCompleted]
    assert (stream.partial, stream.usage) == (Report(text="one two", words=2), 2)
    assert open_report_sync(groq_client).collect() == Report(text="one two", words=2)
    with pytest.raises(APIConnectionError, match="ended without an event of type completed") as caught:
        list(open_report_sync(groq_client))
    assert caught.value.partial == Report(text="one two")
