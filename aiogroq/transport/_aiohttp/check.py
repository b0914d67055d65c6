"""Checks whether the installed aiohttp supports the fast path."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
from collections.abc import Coroutine
from types import CodeType
from typing import Any, cast

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from ...protocol.timeouts import Timeout
from ..payloads import EncodedHeaders, RequestData
from ..timers import PhaseTimer
from .connections import Connector, ResponseHandler
from .exchange import Exchanges
from .needs import NEEDS, Need, original_request
from .request import FastRequest
from .responses import read_events
from .sessions import close_connections, detach, sender, session_of


def unsupported_reason() -> str | None:
    """Return why the installed aiohttp does not support the fast path, or None if it does.

    Call it while a loop runs. Checked once for the process.
    """
    if original_request() is None:
        return "ClientSession._request has been replaced"
    return _checked()


@functools.cache
def _checked() -> str | None:
    try:
        return _missing() or _rehearsed()
    except Exception as error:
        return f"the rehearsal raised {type(error).__name__}: {error}"


def _missing() -> str | None:
    """Return the first of `NEEDS` that is missing or has another signature, and why."""
    loop = asyncio.get_running_loop()
    connector: Any = None
    session: aiohttp.ClientSession | None = None
    try:
        connector = aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver())
        session = aiohttp.ClientSession(connector=connector)
        handler = ResponseHandler(loop)
        instances: dict[str, Any] = {
            "ClientSession": session,
            "TCPConnector": connector,
            "ResponseHandler": handler,
            "StreamReader": aiohttp.StreamReader(handler, 2**16, loop=loop),
            "Connection": aiohttp.connector.Connection(connector, cast("Any", None), cast("Any", None), loop),
            "ClientRequest": aiohttp.ClientRequest,
            "ClientResponse": aiohttp.ClientResponse,
        }
        for need in NEEDS:
            if why := _mismatch(need, instances):
                return f"{need.owner}.{need.name} {why}"
        return None
    finally:
        _discard(session, connector)


def _discard(session: aiohttp.ClientSession | None, connector: Any) -> None:
    """Discard a session of the check, in which nothing is open, although names may be missing in it."""
    with contextlib.suppress(Exception):
        if session is not None:
            session.detach()
    with contextlib.suppress(Exception):
        connector._closed = True


def _mismatch(need: Need, instances: dict[str, Any]) -> str | None:
    instance = instances[need.owner]
    if not hasattr(instance, need.name):
        return "is missing"
    if need.used_in is not None:
        owner, _, function_name = need.used_in.partition(".")
        user = getattr(_class_of(instances[owner]), function_name, None)
        if need.name not in _names_in(getattr(user, "fget", user)):
            return f"is not used by {need.used_in}"
    function: Any = getattr(_class_of(instance), need.name, None)
    if (need.calls is None and need.overrides is None) or isinstance(function, property):
        return None
    if not callable(function):
        return "is not a function"
    signature = inspect.signature(function)
    if need.overrides is not None:
        parameters = tuple(name for name in signature.parameters if name != "self")
        return None if parameters == need.overrides else f"takes {', '.join(parameters) or 'nothing'}"
    try:
        signature.bind(None, **dict.fromkeys(need.calls or ()))
    except TypeError as error:
        return str(error)
    return None


def _class_of(instance: Any) -> Any:
    is_class = isinstance(instance, type)
    return instance if is_class else cast("Any", type(instance))


def _names_in(function: Any) -> set[str]:
    """Return the names that the code of a function refers to, with that of its inner functions."""
    names: set[str] = set()
    codes: list[Any] = [getattr(inspect.unwrap(function), "__code__", None)] if callable(function) else []
    while codes:
        code = codes.pop()
        if isinstance(code, CodeType):
            names.update(code.co_names)
            codes += code.co_consts
    return names


_RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"
)
_STREAM_REST = b"1\r\n}\r\n0\r\n\r\n"


class _MemoryTransport(asyncio.Transport):
    """Responds to every request at once, in full, but to the second with the beginning of a stream."""

    def __init__(self, handler: Any) -> None:
        super().__init__()
        self.handler = handler
        self.written: list[bytes] = []
        self.is_aborted = False

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))
        self.handler.data_received(_STREAM_HEAD if len(self.written) == 2 else _RESPONSE)

    def is_closing(self) -> bool:
        return self.is_aborted

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        self.is_aborted = True

    close = abort

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


def _no_socket(*_: object) -> Any:
    raise OSError("the rehearsal would connect")


class _RehearsalConnector(Connector):
    """Connects to a `_MemoryTransport`."""

    def __init__(self) -> None:
        super().__init__(resolver=aiohttp.ThreadedResolver(), socket_factory=_no_socket, limit=0)
        self.transports: list[_MemoryTransport] = []

    async def _create_connection(self, req: aiohttp.ClientRequest, traces: Any, timeout: Any) -> Any:
        if (
            not isinstance(req, FastRequest)
            or req.phase_timer is None
            or not req.connection_key.host
            or req.is_ssl()
        ):
            raise TypeError("the connector does not get the request")
        handler: Any = self._factory()
        transport = _MemoryTransport(handler)
        handler.connection_made(transport)
        self.transports.append(transport)
        return handler


def _rehearsed() -> str | None:
    """Send three requests on one connection through the whole fast path, in memory. Nothing in it may wait."""
    connector = _RehearsalConnector()
    session = session_of(connector, auto_decompress=False)
    session.trace_configs.clear()  # tracers would report the rehearsal
    try:
        for number in (0, 1):
            phase_timer = PhaseTimer(asyncio.get_running_loop(), Timeout(None), None, _nothing)
            headers = EncodedHeaders(CIMultiDict({"Host": "127.0.0.1", "X-Number": str(number)}))
            sending = sender(session)(
                "POST",
                URL("http://127.0.0.1/chat"),
                allow_redirects=False,
                data=RequestData(headers, b'{"a":1}', phase_timer),
            )
            response = _result(sending)
            content = response.content.read_nowait() if number == 0 else _streamed(response, connector)
            if response.status != 200 or content != b"{}" or response.content_type != "application/json":
                return "the rehearsal got another response"
            if phase_timer.phase != "first_byte" or phase_timer.is_new_connection is not (number == 0):
                return "the rehearsal does not learn about its connection"
            response.close()
        if why := _exchanged(session):
            return why
        (transport,) = connector.transports
        expected = (
            b"POST /chat HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Number: 1\r\nContent-Length: 7\r\n\r\n" + b'{"a":1}'
        )
        if transport.written[1:] != [expected, expected]:
            return "the rehearsal sent another request"
        handlers = detach(session)
        close_connections(handlers)
        if len(handlers) != 1 or not transport.is_aborted:
            return "the rehearsal cannot close its connection"
        return None
    finally:
        _discard(session, connector)


def _exchanged(session: aiohttp.ClientSession) -> str | None:
    """Send the third request, below the session. Return what is wrong, or None."""
    headers = EncodedHeaders(CIMultiDict({"Host": "127.0.0.1", "X-Number": "1"}))
    exchanges = Exchanges(session, "POST", URL("http://127.0.0.1/chat"), headers, None)
    handler = exchanges.idle()
    if handler is None:
        return "the rehearsal does not find its idle connection"
    timer = PhaseTimer(asyncio.get_running_loop(), Timeout(None), None, _nothing)
    found = _result(exchanges.send(handler, b'{"a":1}', timer))
    if not isinstance(found, tuple) or cast("Any", found)[1] != b"{}" or timer.is_new_connection:
        return "the rehearsal got another response to its third request"
    return None


def _streamed(response: aiohttp.ClientResponse, connector: _RehearsalConnector) -> bytes:
    """Read the body of a response with an `EventReader`, and make it pause and resume the connection."""
    reader = response.content
    read_events(reader)
    (transport,) = connector.transports
    content: bytes = _result(reader.readany())
    reader._high_water = 0
    transport.handler.data_received(_STREAM_REST)
    content += _result(reader.readany())
    return content if reader.at_eof() else b""


def _result(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Return the result of a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise RuntimeError("the coroutine waits")


def _nothing() -> None:
    pass
