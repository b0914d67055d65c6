"""`LocalGroq`: the public class of the embedded server."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from .api.batch_runner import Batches
from .api.context import Context
from .api.file_store import Files
from .api.router import Router
from .faults import Fault
from .http.connections import TrackedServer
from .http.fault_queue import FaultQueue
from .http.handler import Handler
from .http.hosts import is_loopback
from .http.thread import ServerThread
from .ids import Ids
from .limiter import Limiter
from .model.scripted_replies import Replies, ReplySource
from .rate_limits import ADMISSIONS, DEFAULT_ORGANIZATION, Admission, Amount, RateLimit
from .request_log import ReceivedRequest, RequestLog
from .settings import ALLOWANCES, Allowance, Settings

_MIB = 1024 * 1024


class LocalGroq:
    """A Groq-compatible server on a loopback port, with every endpoint of the official packages and a deterministic fake model.

    Use it as `with LocalGroq() as server:` or `async with LocalGroq() as server:` and point any client at
    `server.base_url`. Both forms run it in a daemon thread with its own event loop.
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
        allow: Iterable[Allowance] = (),
        rate_limits: Mapping[str, RateLimit] | None = None,
        admission: Admission = "reserve",
        organizations: Mapping[str, str] | None = None,
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
        """Configure the server. Nothing is bound before `start`.

        - *host*, *port*: the address to bind. Port 0 takes a free port.
        - *api_key*: the only key that is accepted. `None` accepts every non-empty key.
        - *reply*: the replies to chat requests: one text or message for all of them, a function of the request body, plain or
          `async def`, or an iterable of replies in order. A reply is a text, a message (`content`, `refusal`, `tool_calls`,
          `reasoning`, `finish_reason`, ...) or a list of deltas (texts or objects). `server.reply = ...` changes it later. A request
          whose response a fault replaces (`Fault(status=503)`) takes no reply.
        - *data_dir*: directory of the files and batches. `None` keeps them in memory.
        - *strict*: also reject what only the service's documentation rules out: unlisted (404) and decommissioned (400)
          models, and unsupported features of listed models. *strict_models* is the older name.
        - *allow*: what the service rejects today and this server accepts: `"json_schema"` (for models without
          `structured_outputs`), `"json_schema_stream"`, `"json_schema_tools"`.
        - *rate_limits*: by model id; `"*"` applies to all others. `server.rate_limits = ...` changes them later.
          *admission*: how tokens of requests in flight count, see `Admission`. *organizations*: the organization of an API
          key, by key. Limits are those of an organization; all other keys belong to one. *clock*: returns seconds since the epoch, for rate limits,
          timestamps and the request log.
        - *latency_s*: seconds before each response. *tokens_per_second*: events per second of streams; `None` is unlimited.
        - *faults*: the first faults, as for `script`. *fault_header*: whether a request can ask for a fault with
          `x-local-fault`; `None` allows it on a loopback address only.
        - *allowed_hosts*: names that a `Host` header may have besides local names and *host*; `"*"` allows any. A server
          that is not bound to loopback allows any by default.
        - *request_timeout_s*: timeout for the head of the first request of a connection, and for a pause in a body.
        - *on_request*: called on the server thread with every request after its response.
        - *seed*: seed of identifiers and of `Fault.probability`.
        - *batch_step_s*: seconds per status of a batch.
        - *keepalive_timeout_s*: seconds after which an idle connection is closed.
        - *max_json_bytes*, *max_audio_bytes*, *max_file_bytes*: size limits of request bodies. *max_pending_bytes*: limit of
          all bodies being received. *max_files*, *max_batches*, *max_batch_lines*: limits of the stores.
        - *log_limit*: requests in the log, `None` is unlimited. *log_body_bytes*: bytes of their bodies.
        """
        self._settings = Settings(
            host=host,
            port=port,
            api_key=api_key,
            data_dir=None if data_dir is None else Path(data_dir),
            strict=strict or strict_models,
            allow=_check_allow(allow),
            admission=_check_admission(admission),
            organizations=organizations or {},
            clock=clock or time.time,
            latency_s=latency_s,
            tokens_per_second=tokens_per_second,
            seed=seed,
            batch_step_s=batch_step_s,
            keepalive_timeout_s=keepalive_timeout_s,
            fault_header=is_loopback(host) if fault_header is None else fault_header,
            allowed_hosts=_host_names(allowed_hosts),
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
        self._log = RequestLog(log_limit, log_body_bytes, self._settings.clock)
        self._faults = FaultQueue(_check_faults(faults), seed)
        self._replies = Replies(reply)
        self._limiter = Limiter(dict(rate_limits or {}), self._settings.clock, admission)
        router = Router(_context(self._settings, self._replies, self._limiter))
        self._thread = ServerThread(lambda: Handler(self._settings, router, self._log, self._faults), router)
        self._port = port

    if not TYPE_CHECKING:  # with it, type checkers would accept every attribute name

        def __setattr__(self, name: str, value: object) -> None:
            """Raise `AttributeError` for a name whose value would have no effect."""
            if not name.startswith("_") and name not in ("reply", "rate_limits"):
                raise _cannot_set(name)
            object.__setattr__(self, name, value)

    # ---- start and stop ---------------------------------------------------------------------------------------

    def start(self) -> LocalGroq:
        """Bind the port and return when requests are accepted. Raises `OSError` if the port cannot be bound."""
        self._port = self._thread.start(self._settings.host, self._port)
        return self

    def stop(self) -> None:
        """Cancel running requests, close all sockets and end the thread. Does nothing if it is not running."""
        self._thread.stop()

    @contextlib.asynccontextmanager
    async def serve_here(self) -> AsyncGenerator[LocalGroq, None]:
        """Serve on the running event loop instead of a thread: `async with server.serve_here():`.

        For tests on an event loop with a clock of its own: `latency_s`, timeouts and batches then follow `loop.time()`.
        `wait_for_requests` blocks the loop, so it cannot be used. Raises `OSError` if the port cannot be bound.
        """
        async with self._thread.serve_here(self._settings.host, self._port) as self._port:
            yield self

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

    # ---- inspection -------------------------------------------------------------------------------------------

    @property
    def host(self) -> str:
        """The bound host."""
        return self._settings.host

    @property
    def port(self) -> int:
        """The bound port, or 0 before the first start if none was given. A restart binds the same port."""
        return self._port

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT`. The official package appends `/openai/v1`; for `openai` append it yourself."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self._port}"

    @property
    def requests(self) -> list[ReceivedRequest]:
        """A copy of the request log, oldest first."""
        return self._log.entries()

    @property
    def request_count(self) -> int:
        """The number of requests since the start or the last `clear`, including those dropped from the log."""
        return self._log.total

    @property
    def open_connections(self) -> int:
        """The number of open connections."""
        handler = self._thread.handler
        return len(handler.server.numbers) if handler else 0

    @property
    def connections_made(self) -> int:
        """The number of connections accepted since the start."""
        handler = self._thread.handler
        return handler.server.total if handler else 0

    def clear(self) -> None:
        """Clear the request log and the fault queue."""
        self._log.clear()
        self._faults.clear()

    def wait_for_requests(
        self, count: int = 1, *, timeout_s: float = 5.0, finished: bool = False
    ) -> list[ReceivedRequest]:
        """Block until *count* requests are received and return the log. *finished* waits for their end (or disconnect) too.

        Raises: `TimeoutError` after *timeout_s* seconds. From asyncio call it with `asyncio.to_thread`.
        """
        return self._log.wait(count, timeout_s, finished=finished)

    # ---- replies and faults -----------------------------------------------------------------------------------

    @property
    def reply(self) -> ReplySource | None:
        """The replies to chat requests, as the parameter *reply*. Set it to change the replies."""
        return self._replies.source

    @reply.setter
    def reply(self, source: ReplySource | None) -> None:
        self._replies.source = source

    def script(self, *faults: Fault | None) -> None:
        """Append faults for future requests. They apply in order. `None` stands for one response without a fault.

        Raises: `TypeError` for a value that is neither.
        """
        self._faults.add(*faults)

    def clear_faults(self) -> None:
        """Remove the faults that are left. The request log stays."""
        self._faults.clear()

    @property
    def faults_left(self) -> int:
        """The number of faults in the queue."""
        return len(self._faults)

    # ---- rate limits ------------------------------------------------------------------------------------------

    @property
    def rate_limits(self) -> Mapping[str, RateLimit]:
        """The rate limits by model, as the parameter *rate_limits*. Set it to change them while the server runs.

        What is left of a limit stays left, up to the new limit, and refills at the new rate.
        """
        return self._limiter.limits

    @rate_limits.setter
    def rate_limits(self, limits: Mapping[str, RateLimit]) -> None:
        self._limiter.limits = dict(limits)

    def consume(
        self,
        model: str,
        *,
        requests: int = 0,
        prompt_tokens: int = 0,
        completion_tokens: int = 0,
        audio_s: float = 0.0,
        organization: str = DEFAULT_ORGANIZATION,
    ) -> None:
        """Use up limits of *model* as other clients of the organization would, also beyond what is left."""
        amount = Amount(requests, prompt_tokens, completion_tokens, audio_s)
        self._thread.run(lambda _server: self._limiter.consume(model, amount, organization))

    def limit_levels(self, model: str, *, organization: str = DEFAULT_ORGANIZATION) -> dict[str, float]:
        """Return what is left of each limit of *model*, by kind (`RPM`, `TPM`, ...). Below zero, more was used than allowed."""
        return self._thread.run(lambda _server: self._limiter.levels(model, organization))

    def close_idle_connections(self, *, reset: bool = False) -> int:
        """Close all connections without a running request and return their number. *reset* sends RST."""
        return self._thread.run(lambda server: server.close_idle(reset=reset))

    def close_connections(self) -> int:
        """Abort all connections, also during a response, and return their number."""
        return self._thread.run(TrackedServer.abort_all)


def _cannot_set(name: str) -> AttributeError:
    if name in inspect.signature(LocalGroq).parameters:
        how = f"LocalGroq({name}=...) or @pytest.mark.local_groq({name}=...)"
        return AttributeError(f"{name} of a LocalGroq cannot be changed later; set it at the start: {how}")
    return AttributeError(f"LocalGroq has no settable attribute {name!r}, only `reply` and `rate_limits`")


def _host_names(hosts: Iterable[str]) -> tuple[str, ...]:
    if isinstance(hosts, str):
        raise TypeError("allowed_hosts must be a list of host names, not a str")
    return tuple(hosts)


def _check_faults(faults: Iterable[Fault | None]) -> tuple[Fault | None, ...]:
    if isinstance(faults, Fault) or not hasattr(faults, "__iter__"):
        raise TypeError(f"faults must be a list, as in faults=[Fault(...)], not a {type(faults).__name__}")
    return tuple(faults)


def _check_allow(allow: Iterable[Allowance]) -> frozenset[Allowance]:
    if isinstance(allow, str):
        raise TypeError("allow must be a list of names, not a str")
    names = frozenset(allow)
    unknown = names - frozenset(ALLOWANCES)
    if unknown:
        raise ValueError(f"allow must have {', '.join(map(repr, ALLOWANCES))}, not {min(unknown)!r}")
    return names


def _check_admission(admission: Admission) -> Admission:
    if admission not in ADMISSIONS:
        raise ValueError(f"admission must be one of {', '.join(map(repr, ADMISSIONS))}, not {admission!r}")
    return admission


def _context(settings: Settings, replies: Replies, limiter: Limiter) -> Context:
    ids, files = Ids(settings.seed), Files(settings)
    return Context(settings, ids, limiter, replies, files, Batches(settings, ids, files))
