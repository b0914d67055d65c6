"""`Connection`: runs the script in Redis, on one event loop, within one timeout and without hidden retries."""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar, cast

from ...errors import PacingError
from .values import script

T = TypeVar("T")

_READ_S = 0.02
"""How long what has arrived may be read after the timeout."""

_SCRIPT = script()  # read when this is imported: event loops must not wait for files
_DIGEST = hashlib.sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()


OPENING = 4.0
"""How many times as long a run may take that opens a connection: with the name of the host, TLS and the password."""


class Client(Protocol):
    """What is used of ``redis.asyncio.Redis``, and of any other client: its types differ between the versions of redis."""

    def evalsha(self, sha: str, numkeys: int, *keys_and_args: Any) -> Awaitable[Any]:
        """Run the script of this digest. Raises an error that begins with or is named for NOSCRIPT where it is not known."""
        ...

    def eval(self, script: str, numkeys: int, *keys_and_args: Any) -> Awaitable[Any]:
        """Run a script, which is known by its digest from then on."""
        ...


def client_of(url: str) -> Client:
    """Return a client of redis-py for a URL. Raises `ValueError` for one that it cannot read, and `ImportError`."""
    try:
        redis: Any = importlib.import_module("redis.asyncio")
        connections: Any = importlib.import_module("redis.asyncio.connection")
        retries: Any = importlib.import_module("redis.asyncio.retry")
        backoff: Any = importlib.import_module("redis.backoff")
    except ImportError as error:
        raise ImportError('RedisStore needs redis: pip install "aiogroq[redis]"') from error
    # Its name and version are two more commands, and reading the version blocks. Another option from redis 7.1 on.
    known = inspect.signature(connections.AbstractConnection.__init__).parameters
    names = ("driver_info",) if "driver_info" in known else ("lib_name", "lib_version")
    options: dict[str, Any] = dict.fromkeys(names)
    # `Connection` has the only timeout. The default retries of redis-py hide an outage for seconds.
    options |= {"retry": retries.Retry(backoff.NoBackoff(), 0)}
    client = redis.Redis.from_url(url, protocol=2, socket_connect_timeout=None, **options)
    client.connection_pool.connection_kwargs["socket_timeout"] = None  # also that of the URL
    return cast("Client", client)


class Connection:
    """A connection of one event loop, opened by its first use. It is closed with the event loop at the latest.

    Args:
        open: Returns the client.
        timeout_s: How long one run of the script may take; `OPENING` times as long with the opening of the connection.
        at_end: Called before the connection is closed with its event loop.
        is_ours: Whether the client is closed too.
    """

    def __init__(
        self,
        open: Callable[[], Client],
        timeout_s: float,
        at_end: Callable[[], Awaitable[None]],
        *,
        is_ours: bool = True,
    ) -> None:
        self._open = open
        self._timeout_s = timeout_s
        self._at_end = at_end
        self._is_ours = is_ours
        self._is_open = False
        self._client: Client | None = None
        self._end: AsyncGenerator[None, None] | None = None

    async def run(self, keys: Sequence[str], request: bytes) -> bytes:
        """Run the script and return its reply. Raises what the client raises, and `TimeoutError`."""
        timeout_s = self._timeout_s if self._is_open else OPENING * self._timeout_s
        self._is_open = False
        reply = await _within(timeout_s, self._run(keys, request))
        self._is_open = True
        return reply

    async def _run(self, keys: Sequence[str], request: bytes) -> bytes:
        client = self._client
        if client is None:
            client = self._client = self._open()
            # An event loop that ends closes its asynchronous generators. It has no other hook, and this is no task.
            self._end = self._until_the_end()
            await self._end.__anext__()
        try:
            reply = await client.evalsha(_DIGEST, len(keys), *keys, request)
        except Exception as error:
            if not self._is_ours and _is_of_another_loop(error):
                raise PacingError(
                    "The call was not sent: the client of RedisStore was made for another event loop, which has ended or is "
                    f"not this one ({error}). Create it, and its RedisStore, in the event loop that uses them, or give a URL."
                ) from error
            if not _is_unknown_script(error):
                raise
            reply = await client.eval(_SCRIPT, len(keys), *keys, request)
        if not isinstance(reply, bytes):
            raise TypeError(
                f"the client of RedisStore must return bytes, not {type(reply).__name__}: create it with decode_responses=False"
            )
        return reply

    async def _until_the_end(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            try:
                await self._at_end()
            finally:
                client, self._client = self._client, None
                if client is not None and self._is_ours:
                    await _close(client)

    async def close(self) -> None:
        """Close the connection. The next run opens another one."""
        end, self._end = self._end, None
        if end is not None:
            await end.aclose()


async def _close(client: Any) -> None:
    # Named close() in redis 5.0.0.
    close = getattr(client, "aclose", None) or client.close
    await close()


def _is_of_another_loop(error: Exception) -> bool:
    text = str(error)
    return isinstance(error, RuntimeError) and (
        "Event loop is closed" in text or ("different" in text and "loop" in text)
    )


def _is_unknown_script(error: Exception) -> bool:
    return type(error).__name__ == "NoScriptError" or str(error).startswith("NOSCRIPT")


async def _within(timeout_s: float, step: Awaitable[T]) -> T:
    """Return what ``step`` returns. Raises `TimeoutError` where it takes longer.

    As `asyncio.wait_for`, which starts a task before Python 3.12. Must run in a task that nobody else cancels, except at the
    end of the event loop.
    """
    task: Any = asyncio.current_task()
    loop = asyncio.get_running_loop()
    is_over = False
    timer: asyncio.TimerHandle

    def look_once_more() -> None:
        # The event loop may have been blocked: then the reply has arrived and is read next.
        nonlocal timer
        timer = loop.call_later(_READ_S, end)

    def end() -> None:
        nonlocal is_over
        is_over = True
        task.cancel()

    timer = loop.call_later(timeout_s, look_once_more)
    try:
        return await step
    except BaseException:
        if not is_over:
            raise
        raise TimeoutError(f"no response within {timeout_s:g} s") from None
    finally:
        timer.cancel()
        if is_over and hasattr(task, "uncancel"):  # from Python 3.11 on
            task.uncancel()
