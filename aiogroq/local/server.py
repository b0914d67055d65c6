"""`LocalGroq`, the face of this room: setting the server up, looking into it and making it misbehave."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from .api.batch_runner import Batches
from .api.context import Context
from .api.file_store import Files
from .api.router import Service
from .faults import Fault, FaultBook
from .http.handler import Handler
from .http.hosts import is_loopback
from .http.thread import Engine, close_all, close_idle
from .ids import Ids
from .model.scripted_replies import Replies, ReplySource
from .rate_limits import Limiter, RateLimit
from .request_log import Journal, ReceivedRequest
from .settings import Settings

_MIB = 1024 * 1024


class LocalGroq:
    """A Groq-compatible server on a loopback port: every operation of the official packages, deterministic, no model weights.

    Use it as `with LocalGroq() as server:` or `async with LocalGroq() as server:` and point any client at
    `server.base_url`. It runs in a daemon thread with an event loop of its own, in both forms.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        api_key: str | None = None,
        reply: ReplySource | None = None,
        data_dir: str | Path | None = None,
        strict: bool = False,
        strict_models: bool = False,
        rate_limits: Mapping[str, RateLimit] | None = None,
        clock: Callable[[], float] | None = None,
        latency_s: float = 0.0,
        tokens_per_second: float | None = None,
        faults: Iterable[Fault | None] = (),
        seed: int = 0,
        batch_step_s: float = 0.05,
        keepalive_timeout_s: float = 75.0,
        fault_header: bool | None = None,
        allowed_hosts: Iterable[str] = (),
        request_timeout_s: float = 60.0,
        on_request: Callable[[ReceivedRequest], None] | None = None,
        max_json_bytes: int = 32 * _MIB,
        max_audio_bytes: int = 25 * _MIB,
        max_file_bytes: int = 100 * _MIB,
        max_pending_bytes: int = 1024 * _MIB,
        max_files: int = 1000,
        max_batches: int = 1000,
        max_batch_lines: int = 50_000,
        log_limit: int | None = 100_000,
        log_body_bytes: int = 256 * _MIB,
    ) -> None:
        """Set up; nothing is bound before `start`.

        - *host*, *port*: loopback unless told otherwise; port 0 takes a free one.
        - *api_key*: the only key accepted; `None` accepts every key that is not empty.
        - *reply*: what chat requests are answered with: one text or message for all of them, a function of the request
          body, or an iterable of replies in order. A reply is a text, a message (`content`, `tool_calls`, `reasoning`,
          `finish_reason`, ...) or a list of deltas (texts or objects). `server.reply = ...` changes it later.
        - *data_dir*: where files and batches are kept over restarts; `None` keeps them in memory.
        - *strict*: refuse also what only the service's documentation rules out: models that are not listed (404) or shut
          down (400), and what a model does not do by the list of models. *strict_models* is the older name of it.
        - *rate_limits*: by model id, `"*"` for all others. *clock*: seconds since the epoch, for limits and timestamps.
        - *latency_s*: seconds before every answer. *tokens_per_second*: pace of streams, `None` is as fast as possible.
        - *faults*: the first faults, as for `script`. *fault_header*: let a request ask for a fault in `x-local-fault`;
          `None` allows it on a loopback address only.
        - *allowed_hosts*: names that a `Host` header may have besides local ones and *host*, `"*"` for any; a server that is
          not bound to loopback takes any by itself.
        - *request_timeout_s*: how long the head of a connection's first request may take, and how long a body may pause.
        - *on_request*: called on the server's thread with every request when its response has ended.
        - *seed*: decides identifiers and what `Fault.probability` draws.
        - *batch_step_s*: seconds between two steps of a batch.
        - *max_pending_bytes*: bodies being received at a time, over all connections. *max_...*: bounds; more is refused as the service refuses it. *log_limit*: requests kept in the log, `None` all.
        """
        self._settings = Settings(
            host=host,
            port=port,
            api_key=api_key,
            data_dir=None if data_dir is None else Path(data_dir),
            strict=strict or strict_models,
            rate_limits=rate_limits or {},
            clock=clock or time.time,
            latency_s=latency_s,
            tokens_per_second=tokens_per_second,
            seed=seed,
            batch_step_s=batch_step_s,
            keepalive_timeout_s=keepalive_timeout_s,
            fault_header=is_loopback(host) if fault_header is None else fault_header,
            allowed_hosts=_names(allowed_hosts),
            request_timeout_s=request_timeout_s,
            max_pending_bytes=max_pending_bytes,
            on_request=on_request,
            max_json_bytes=max_json_bytes,
            max_audio_bytes=max_audio_bytes,
            max_file_bytes=max_file_bytes,
            max_files=max_files,
            max_batches=max_batches,
            max_batch_lines=max_batch_lines,
            log_limit=log_limit,
            log_body_bytes=log_body_bytes,
        )
        self._journal = Journal(log_limit, log_body_bytes)
        self._faults = FaultBook(tuple(faults), seed)
        self._replies = Replies(reply)
        service = Service(_context(self._settings, self._replies))
        self._engine = Engine(lambda: Handler(self._settings, service, self._journal, self._faults), service)
        self._port = port

    if not TYPE_CHECKING:  # type checkers would take any name for one that can be set

        def __setattr__(self, name: str, value: object) -> None:
            """Refuse a name that would be kept and do nothing."""
            if not name.startswith("_") and name != "reply":
                raise _not_set(name)
            object.__setattr__(self, name, value)

    # ---- life -------------------------------------------------------------------------------------------------

    def start(self) -> LocalGroq:
        """Bind the port and serve; returns when requests are accepted. Raises `OSError` where the port cannot be bound."""
        self._port = self._engine.start(self._settings.host, self._port)
        return self

    def stop(self) -> None:
        """Break off what is running, close every socket and end the thread. Does nothing where it is not running."""
        self._engine.stop()

    def __enter__(self) -> LocalGroq:
        return self.start()

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> LocalGroq:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    # ---- looking in -------------------------------------------------------------------------------------------

    @property
    def host(self) -> str:
        """The host that is bound."""
        return self._settings.host

    @property
    def port(self) -> int:
        """The port that is bound; 0 before the first start, where it was not given. A restart binds the same one."""
        return self._port

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT`. The official package adds `/openai/v1` to it; for `openai` add it yourself."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self._port}"

    @property
    def requests(self) -> list[ReceivedRequest]:
        """The requests received so far, oldest first: a copy."""
        return self._journal.entries()

    @property
    def request_count(self) -> int:
        """Requests received since the start or the last `clear`, also those that the log has forgotten."""
        return self._journal.total

    @property
    def open_connections(self) -> int:
        """Connections that are open now."""
        handler = self._engine.handler
        return len(handler.server.numbers) if handler else 0

    @property
    def connections_made(self) -> int:
        """Connections accepted since the start."""
        handler = self._engine.handler
        return handler.server.total if handler else 0

    def clear(self) -> None:
        """Forget logged requests and faults still to come."""
        self._journal.clear()
        self._faults.clear()

    def wait_for_requests(
        self, count: int = 1, *, timeout_s: float = 5.0, finished: bool = False
    ) -> list[ReceivedRequest]:
        """Block until *count* requests have been received (with *finished*: ended, whole or by disconnect); returns the log.

        Raises: `TimeoutError` after *timeout_s* seconds. From asyncio call it through `asyncio.to_thread`.
        """
        return self._journal.wait(count, timeout_s, finished=finished)

    # ---- making it misbehave ----------------------------------------------------------------------------------

    @property
    def reply(self) -> ReplySource | None:
        """What chat requests are answered with, as for the parameter; set it to change the replies from here on."""
        return self._replies.source

    @reply.setter
    def reply(self, source: ReplySource | None) -> None:
        self._replies.source = source

    def script(self, *faults: Fault | None) -> None:
        """Add faults for the requests to come, each used up before the next of those that match; `None` is a good answer."""
        self._faults.add(*faults)

    @property
    def faults_left(self) -> int:
        """Faults that are still to come."""
        return len(self._faults)

    def close_idle_connections(self, *, reset: bool = False) -> int:
        """Close every connection on which no request is running, without notice; returns how many they were."""
        return self._engine.run(lambda handler: close_idle(handler, reset=reset))

    def close_connections(self) -> int:
        """Cut off every connection, also in the middle of an answer; returns how many they were."""
        return self._engine.run(close_all)


def _not_set(name: str) -> AttributeError:
    if name in inspect.signature(LocalGroq).parameters:
        how = f"LocalGroq({name}=...) or @pytest.mark.local_groq({name}=...)"
        return AttributeError(f"{name} of a LocalGroq is set when it is made: {how}")
    return AttributeError(f"LocalGroq has no attribute {name!r} that can be set, only `reply`")


def _names(hosts: Iterable[str]) -> tuple[str, ...]:
    if isinstance(hosts, str):
        raise TypeError("allowed_hosts must be a list of host names, not one text")
    return tuple(hosts)


def _context(settings: Settings, replies: Replies) -> Context:
    ids, files = Ids(settings.seed), Files(settings)
    limiter = Limiter(settings.rate_limits, settings.clock)
    return Context(settings, ids, limiter, replies, files, Batches(settings, ids, files))
