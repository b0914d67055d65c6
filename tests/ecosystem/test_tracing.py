"""Real tracers of aiohttp: their headers reach the server, and each attempt has its own span."""

from __future__ import annotations

import importlib.util
import json
from typing import Any

import pytest
from reliability.programs import Programs

from aiogroq.local import Fault, LocalGroq

pytestmark = [pytest.mark.slow, pytest.mark.timeout(40)]

TRACERS = {
    # Each has: traced(name), a context manager that is a parent span; client_spans(), those of aiohttp, as dicts.
    "opentelemetry": """
from opentelemetry import trace
from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
AioHttpClientInstrumentor().instrument()
traced = trace.get_tracer("test").start_as_current_span

def client_spans():
    spans = [span for span in exporter.get_finished_spans() if span.kind is trace.SpanKind.CLIENT]
    return [
        {
            "trace": format(span.context.trace_id, "032x"),
            "span": format(span.context.span_id, "016x"),
            "status": span.attributes.get("http.status_code", span.attributes.get("http.response.status_code")),
        }
        for span in spans
    ]
""",
    "sentry": """
import sentry_sdk
from sentry_sdk.transport import Transport

events = []

class Collected(Transport):
    def capture_envelope(self, envelope):
        events.append(envelope.get_transaction_event() or envelope.get_event())

sentry_sdk.init(dsn="http://key@127.0.0.1:1/1", traces_sample_rate=1.0, transport=Collected)

def traced(name):
    return sentry_sdk.start_transaction(name=name, op="test")

def client_spans():
    assert "gsk_x" not in str(events)
    spans = [(event, span) for event in events for span in event["spans"] if span["op"] == "http.client"]
    return [
        {
            "trace": event["contexts"]["trace"]["trace_id"],
            "span": span["span_id"],
            "status": span["data"]["http.response.status_code"],
        }
        for event, span in spans
    ]
""",
    "ddtrace": """
os.environ |= {
    "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
    "DD_REMOTE_CONFIGURATION_ENABLED": "false",
    "DD_TRACE_128_BIT_TRACEID_GENERATION_ENABLED": "false",
    "DD_TRACE_STARTUP_LOGS": "false",
}
from ddtrace import patch
from ddtrace.trace import TraceFilter, tracer

spans = []

class Collected(TraceFilter):
    def process_trace(self, trace):
        spans.extend(span for span in trace if span.name == "aiohttp.request")
        return None  # nothing is sent

tracer.configure(trace_processors=[Collected()])
patch(aiohttp=True)
traced = tracer.trace

def client_spans():
    return [
        {"trace": str(span.trace_id), "span": str(span.span_id), "status": int(span.get_tag("http.status_code"))}
        for span in spans
    ]
""",
}
MODULES = {
    "opentelemetry": "opentelemetry.instrumentation.aiohttp_client",
    "sentry": "sentry_sdk",
    "ddtrace": "ddtrace",
}
CALLS = {
    "async": """
async def main():
    async with AsyncGroq() as client:
        with traced("parent"):
            await ask_async(client)
            stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
            await stream.collect()
            large = [{"role": "user", "content": "x" * 100_000}]
            await client.chat.completions.create(model=MODEL, messages=large)
            await client.audio.transcriptions.create(file=("a.wav", SILENCE), model="whisper-large-v3-turbo")

import asyncio
asyncio.run(main())
""",
    "sync": """
with Groq() as client, traced("parent"):
    ask(client)
    client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True).collect()
    large = [{"role": "user", "content": "x" * 100_000}]
    client.chat.completions.create(model=MODEL, messages=large)
    client.audio.transcriptions.create(file=("a.wav", SILENCE), model="whisper-large-v3-turbo")
""",
}
BEGIN = """
import io, json, warnings, wave
warnings.simplefilter("ignore")  # of the tracers
sound = io.BytesIO()
with wave.open(sound, "wb") as writer:
    writer.setparams((1, 2, 16_000, 0, "NONE", ""))
    writer.writeframes(bytes(3_200))
SILENCE = sound.getvalue()
"""
END = "\nprint(json.dumps(client_spans()))\n"


def propagated(headers: dict[str, str]) -> dict[str, str | None]:
    """The trace and the span that the headers of a request name, whichever tracer wrote them."""
    if "x-datadog-trace-id" in headers:
        return {"trace": headers["x-datadog-trace-id"], "span": headers["x-datadog-parent-id"]}
    if "sentry-trace" in headers:
        assert "sentry-trace_id=" in headers["baggage"]
        trace, span, *_ = headers["sentry-trace"].split("-")
        return {"trace": trace, "span": span}
    if "traceparent" in headers:
        _, trace, span, _ = headers["traceparent"].split("-")
        return {"trace": trace, "span": span}
    return {"trace": None, "span": None}


def run(programs: Programs, tracer: str, calls: str) -> list[dict[str, Any]]:
    """The spans that a tracer made of calls."""
    try:
        is_there = importlib.util.find_spec(MODULES[tracer]) is not None
    except ModuleNotFoundError:
        is_there = False
    if not is_there:
        pytest.skip(f"{MODULES[tracer]} is not installed: pip install -e '.[test,ecosystem]'")
    (line,) = programs.run(BEGIN + TRACERS[tracer] + calls + END)
    spans: list[dict[str, Any]] = json.loads(line)
    return spans


@pytest.mark.parametrize("calls", CALLS)
@pytest.mark.parametrize("tracer", TRACERS)
def test_the_trace_reaches_the_server_with_every_kind_of_request(
    server: LocalGroq, programs: Programs, tracer: str, calls: str
) -> None:
    spans = run(programs, tracer, CALLS[calls])
    sent = [propagated(request.headers) for request in server.requests]
    assert [span["status"] for span in spans] == [200] * 4
    assert sent == [{"trace": span["trace"], "span": span["span"]} for span in spans]
    assert len({span["trace"] for span in spans}) == 1
    assert len({span["span"] for span in spans}) == 4


@pytest.mark.parametrize("calls", CALLS)
@pytest.mark.parametrize("tracer", TRACERS)
def test_each_attempt_has_a_span_and_sends_it_to_the_server(
    server: LocalGroq, programs: Programs, tracer: str, calls: str
) -> None:
    server.script(
        Fault(status=503, headers={"retry-after": "0"}), Fault(status=429, headers={"retry-after": "0"})
    )
    first, *_ = CALLS[calls].split("            stream" if calls == "async" else "    client.chat")
    finish = "\nimport asyncio\nasyncio.run(main())\n" if calls == "async" else ""
    spans = run(programs, tracer, first + finish)
    sent = [propagated(request.headers) for request in server.requests]
    assert [span["status"] for span in spans] == [503, 429, 200]
    assert sent == [{"trace": span["trace"], "span": span["span"]} for span in spans]
    assert len({span["span"] for span in spans}) == 3


@pytest.mark.parametrize("calls", CALLS)
def test_nothing_is_added_where_nobody_traces(server: LocalGroq, programs: Programs, calls: str) -> None:
    untraced = "import contextlib\ntraced = contextlib.nullcontext\nclient_spans = list\n"
    assert programs.run(BEGIN + untraced + CALLS[calls] + END) == ["[]"]
    expected = {
        "host", "accept", "accept-encoding", "user-agent", "content-type", "content-length", "authorization"
    }  # fmt: skip
    assert [set(request.headers) - expected for request in server.requests] == [set()] * 4
