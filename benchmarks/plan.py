"""The rows of the benchmark: workload, sizes and clients, for the full run and the quick one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Client = tuple[str, str]
"""A client and its event loop."""

AIOGROQ: Client = ("aiogroq", "asyncio")
AIOGROQ_UVLOOP: Client = ("aiogroq", "uvloop")
HAND_WRITTEN: Client = ("hand-written", "asyncio")
HAND_WRITTEN_UVLOOP: Client = ("hand-written", "uvloop")
PLAIN_AIOHTTP: Client = ("plain aiohttp", "asyncio")
GROQ: Client = ("groq", "asyncio")
GROQ_QUEUED: Client = ("groq, 100 connections", "asyncio")
GROQ_AIOHTTP: Client = ("groq+aiohttp", "asyncio")
GROQ_DEFAULT: Client = ("groq, its defaults", "asyncio")
GROQ_AIOHTTP_DEFAULT: Client = ("groq+aiohttp, its defaults", "asyncio")
OPENAI_AIOHTTP_DEFAULT: Client = ("openai+aiohttp, its defaults", "asyncio")
OPENAI: Client = ("openai", "asyncio")
OPENAI_AIOHTTP: Client = ("openai+aiohttp", "asyncio")
AIOGROQ_EVENTS: Client = ("aiogroq, events", "asyncio")
OPENAI_EVENTS: Client = ("openai, events", "asyncio")
FLOOR: Client = ("bare protocol", "asyncio")
BARE: Client = ("bare interpreter", "")
AIOGROQ_SYNC: Client = ("aiogroq", "sync")
GROQ_SYNC: Client = ("groq", "sync")
OPENAI_SYNC: Client = ("openai", "sync")
AIOGROQ_EVENTS_SYNC: Client = ("aiogroq, events", "sync")
OPENAI_EVENTS_SYNC: Client = ("openai, events", "sync")
HAND_WRITTEN_SYNC: Client = ("hand-written", "sync")

_ALL = (
    AIOGROQ,
    HAND_WRITTEN,
    GROQ,
    GROQ_AIOHTTP,
    OPENAI,
    OPENAI_AIOHTTP,
    PLAIN_AIOHTTP,
    FLOOR,
    AIOGROQ_UVLOOP,
    HAND_WRITTEN_UVLOOP,
)
_STREAMING = (
    AIOGROQ,
    HAND_WRITTEN,
    GROQ,
    GROQ_AIOHTTP,
    OPENAI,
    OPENAI_AIOHTTP,
    PLAIN_AIOHTTP,
    AIOGROQ_UVLOOP,
    HAND_WRITTEN_UVLOOP,
    AIOGROQ_EVENTS,
    OPENAI_EVENTS,
)
_SYNC = (AIOGROQ_SYNC, GROQ_SYNC, OPENAI_SYNC, HAND_WRITTEN_SYNC)
COLD_PEERS = (HAND_WRITTEN, GROQ_AIOHTTP_DEFAULT, OPENAI_AIOHTTP_DEFAULT, GROQ_AIOHTTP)
"""The peers of a cold fan-out: the packages with their defaults, and groq on aiohttp with a pool for all calls."""
_SDKS = (AIOGROQ, HAND_WRITTEN, GROQ, GROQ_AIOHTTP, OPENAI)
_NOT_IN_QUICK = (
    "openai, events",
    "openai",
    "groq, 100 connections",
    "groq, its defaults",
    "openai+aiohttp, its defaults",
)


def label(client: Client) -> str:
    """Return the name of a client in tables."""
    name, loop = client
    return f"{name} (uvloop)" if loop == "uvloop" else name


@dataclass(frozen=True)
class Row:
    """One workload, measured with several clients."""

    name: str
    """The name in tables and for ``--only``."""
    workload: str
    """The module of `benchmarks.workloads`."""
    unit: str
    """The unit of the times. Empty if the row has only its own figures."""
    params: Mapping[str, Any]
    clients: tuple[Client, ...]
    quick: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Smaller parameters of the quick run."""
    rounds: int = 5
    fewer: Mapping[Client, Mapping[str, Any]] = field(default_factory=dict[Client, Mapping[str, Any]])
    """Smaller parameters for slow clients; their figures are per unit too."""
    once: tuple[Client, ...] = ()
    """Clients that take minutes: they are in the first round only."""
    in_quick: bool = True
    tls: bool = False
    """Whether the row uses TLS."""


def _chat(concurrent: int, count: int, clients: tuple[Client, ...], **more: Any) -> Row:
    name = f"chat, {concurrent:,} concurrent"
    params = {"concurrent": concurrent, "count": count}
    return Row(name, "chat", "request", params, clients, **more)


_SLOW: Mapping[Client, Mapping[str, Any]] = {
    client: {"count": 400} for client in (GROQ, OPENAI, GROQ_AIOHTTP, OPENAI_AIOHTTP)
}

ROWS: tuple[Row, ...] = (
    _chat(1, 1000, _ALL, quick={"count": 30}, fewer=_SLOW),
    _chat(50, 3000, _ALL, quick={"count": 60}, fewer={client: {"count": 1000} for client in _SLOW}),
    _chat(500, 3000, _ALL, rounds=2, in_quick=False, fewer={client: {"count": 1000} for client in _SLOW}),
    _chat(1000, 3000, (*_ALL, GROQ_QUEUED), rounds=3, in_quick=False),
    _chat(2000, 4000, _ALL, rounds=1, in_quick=False, fewer={client: {"count": 2000} for client in _SLOW}),
    *(
        Row(
            f"streams, {concurrent} concurrent", "streams", "event", {"concurrent": concurrent, "count": count},
            clients, quick={"count": 1, "concurrent": 1}, rounds=rounds, in_quick=concurrent == 1,
            fewer={client: {"count": few} for client in (*_SLOW, OPENAI_EVENTS)},
        )
        for concurrent, count, few, rounds, clients in (
            (1, 20, 4, 5, _STREAMING), (50, 100, 50, 5, _STREAMING),
            # Half a million events per client: three minutes for an official package.
            (500, 500, 500, 1, (AIOGROQ, HAND_WRITTEN, GROQ, GROQ_AIOHTTP, PLAIN_AIOHTTP, AIOGROQ_UVLOOP, HAND_WRITTEN_UVLOOP)),
        )
    ),
    Row(
        "delay, 100 streams", "delay", "", {"streams": 100, "events": 40, "hertz": 10},
        (AIOGROQ, HAND_WRITTEN, GROQ, GROQ_AIOHTTP, AIOGROQ_UVLOOP), quick={"streams": 5, "events": 5}, rounds=3,
    ),
    Row(
        "delay, 1,000 streams", "delay", "", {"streams": 1000, "events": 10, "hertz": 2},
        (AIOGROQ, HAND_WRITTEN, GROQ_AIOHTTP), rounds=3, in_quick=False,
    ),
    Row("sync chat, sequential", "sync", "request", {"threads": 1, "count": 500}, _SYNC, quick={"count": 20}),
    Row("sync chat, 8 threads", "sync", "request", {"threads": 8, "count": 800}, _SYNC, quick={"count": 20}),
    Row("sync chat, 32 threads", "sync", "request", {"threads": 32, "count": 1600}, _SYNC, in_quick=False),
    Row(
        "sync stream", "sync", "event", {"threads": 1, "count": 20, "stream": 1},
        (*_SYNC, AIOGROQ_EVENTS_SYNC, OPENAI_EVENTS_SYNC), quick={"count": 1},
        fewer={client: {"count": 8} for client in (GROQ_SYNC, OPENAI_SYNC, OPENAI_EVENTS_SYNC)},
    ),
    *(
        Row(
            f"embeddings, {inputs:,} of 768, {encoding}", "embeddings", "request",
            {"inputs": inputs, "count": count, "encoding": encoding}, _SDKS, quick={"count": 1},
            rounds=rounds, in_quick=inputs == 64,
        )
        for encoding in ("float", "base64")
        for inputs, count, rounds in ((1, 200, 3), (64, 30, 5), (2048, 2, 3))
    ),
    *(
        Row(name, "transfer", "MiB", {"direction": name.split(" ")[0], "count": 2}, _SDKS, quick={"count": 1})
        for name in ("download 64 MiB to a file", "upload 25 MiB from a file")
    ),
    Row(
        "a prompt of 1 MiB", "chat", "request", {"concurrent": 1, "count": 50, "prompt_bytes": 1 << 20, "warm": 3},
        (AIOGROQ, HAND_WRITTEN, GROQ, GROQ_AIOHTTP, OPENAI, PLAIN_AIOHTTP), quick={"count": 2}, rounds=3,
    ),
    Row(
        "rejected with 413", "chat", "request", {"concurrent": 1, "count": 300, "rejected": 1},
        (AIOGROQ, HAND_WRITTEN, GROQ, GROQ_AIOHTTP, OPENAI, PLAIN_AIOHTTP), quick={"count": 10}, rounds=3,
    ),
    *(
        Row(
            f"cold over TLS, {count:,} calls, {late_ms} ms", "cold", "call", {"count": count, "late_ms": late_ms},
            # On httpx it takes a minute for 1,000 calls, and more than five for 3,000.
            (AIOGROQ, *COLD_PEERS, *([GROQ_DEFAULT] if count == 1000 else [])), once=(GROQ_DEFAULT,),
            quick={"count": 20}, rounds=rounds, in_quick=count == 1000, tls=True,
        )
        for count, rounds in ((1000, 3), (3000, 5))
        for late_ms in (0, 300)
    ),
    Row(
        "warm over TLS, chat, 50 concurrent", "chat", "request", {"concurrent": 50, "count": 1000},
        (AIOGROQ, HAND_WRITTEN, GROQ, GROQ_AIOHTTP, OPENAI_AIOHTTP, AIOGROQ_UVLOOP), quick={"count": 60}, rounds=3, tls=True,
    ),
    Row(
        "warm over TLS, streams, 50 concurrent", "streams", "event", {"concurrent": 50, "count": 50},
        (AIOGROQ, HAND_WRITTEN, GROQ, GROQ_AIOHTTP, OPENAI_AIOHTTP, AIOGROQ_UVLOOP), quick={"count": 1, "concurrent": 1}, rounds=3, tls=True,
    ),
    Row("import", "start", "import", {"until": "import"}, (AIOGROQ_SYNC, BARE, GROQ_SYNC, OPENAI_SYNC, HAND_WRITTEN_SYNC)),
    Row("import to first response", "start", "start", {"until": "response"}, (AIOGROQ_SYNC, BARE, GROQ_SYNC, OPENAI_SYNC)),
    *(
        Row(
            f"memory of {what}", "memory", "", {"kind": kind, "count": count},
            (AIOGROQ, HAND_WRITTEN, GROQ, GROQ_AIOHTTP), quick={"count": 20}, rounds=3,
        )
        for what, kind, count in (
            ("an idle client", "client", 100),
            ("1,000 requests in flight", "request", 1000),
            ("1,000 open streams", "stream", 1000),
        )
    ),
    Row("growth over 100,000 requests", "growth", "", {"count": 100_000}, (AIOGROQ,), quick={"count": 500}, rounds=1),
)  # fmt: skip


def chosen(only: str, *, quick: bool) -> tuple[Row, ...]:
    """Return the rows with *only* in their name. The quick run omits rows that are always slow."""
    return tuple(row for row in ROWS if only in row.name and (row.in_quick or not quick or only))


def with_clients(rows: tuple[Row, ...], names: list[str]) -> tuple[Row, ...]:
    """Return *rows* with these clients only. Without names, return *rows*. Omits rows without any of the clients."""
    if not names:
        return rows
    selected = (replace(row, clients=tuple(c for c in row.clients if label(c) in names)) for row in rows)
    return tuple(row for row in selected if row.clients)


_FOR_TARGETS = (
    AIOGROQ,
    AIOGROQ_SYNC,
    HAND_WRITTEN,
    PLAIN_AIOHTTP,
    GROQ,
    GROQ_SYNC,
    GROQ_AIOHTTP,
    BARE,
    *COLD_PEERS,
)
_WITHOUT_TARGET = (
    "chat, 1 ", "chat, 500", "chat, 2,000", "streams, 1 ", "streams, 500", "delay, 100 ", "embeddings, 1 ",
    "embeddings, 2,048", "a prompt", "rejected", "memory of an idle",
    "cold over TLS, 1,000", "warm over TLS",
)  # fmt: skip


def for_targets() -> tuple[Row, ...]:
    """Return the rows of the targets, with the clients that they compare."""
    return tuple(
        replace(row, clients=tuple(client for client in row.clients if client in _FOR_TARGETS))
        for row in ROWS
        if not row.name.startswith(_WITHOUT_TARGET)
    )


def clients_of(row: Row, *, quick: bool) -> tuple[Client, ...]:
    """Return the clients of a row. The quick run has openai, the slowest, in one async and one sync row."""
    if not quick or row.name in ("chat, 1 concurrent", "sync chat, sequential"):
        return row.clients
    return tuple(client for client in row.clients if client[0] not in _NOT_IN_QUICK)


def params_of(row: Row, client: Client, *, quick: bool) -> dict[str, Any]:
    """Return the parameters of the workload."""
    return {**row.params, **(row.quick if quick else row.fewer.get(client, {}))}
