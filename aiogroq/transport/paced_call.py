"""`PacedCall`: a call whose attempts are held back until the rate limits have room for them (``pacing=`` of a client)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import APIError, RateLimitError
from .call import Call
from .exceptions import running_loop
from .stream import AsyncStream

if TYPE_CHECKING:
    from ..limits.need import Need
    from ..limits.pacer import Grant, Pacer
    from ..protocol.request import Request
    from .body import AioBody
    from .config import ClientConfig


class _Tokens(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    input_tokens: int = 0  # these two are those of the Responses API
    output_tokens: int = 0

    def __post_init__(self) -> None:
        self.prompt_tokens = self.prompt_tokens or self.input_tokens
        self.completion_tokens = self.completion_tokens or self.output_tokens


class _Used(msgspec.Struct):
    """What the body of a response says of its use."""

    usage: _Tokens | None = None
    duration: float | None = None


_used = msgspec.json.Decoder(_Used)


class PacedCall(Call):
    """A `Call` that asks a `Pacer` before each attempt, within the deadline of the call, and tells it what came back.

    A 429 is sent again as soon as the limit that it names has room, before the calls that came later.
    """

    __slots__ = ("_grant", "_is_rejected", "_need", "_pacer", "_response")

    def __init__(self, config: ClientConfig, request: Request[Any], pacer: Pacer) -> None:
        super().__init__(config, request)
        self._pacer = pacer
        self._need: Need | None = None
        self._grant: Grant | None = None
        self._is_rejected = False
        """Whether the last attempt had a 429."""
        self._response: AioBody | None = None
        """The body of the last good response."""

    async def run(self) -> Any:
        """Send the request as `Call.run` does. Raises `PacingError` too, where it would wait too long."""
        __tracebackhide__ = True
        try:
            result = await super().run()
        except BaseException as error:
            if self._grant is not None:
                self._grant.failed(error)
            raise
        if self._grant is not None:
            await self._end(self._grant, result)
        return result

    async def _attempt(self) -> AioBody | None:
        if self._grant is None:  # not where the attempt before was redirected
            if self._need is None:
                self._need = self._estimated()
            self._grant = await self._pacer.acquire(
                self._need, front=self._is_rejected, deadline=self._deadline
            )
        body = await super()._attempt()
        if body is not None:
            self._response = body
        return body

    def _estimated(self) -> Need:
        request = self._request
        if request.form is None:
            return self._pacer.need_of(request.path, request.body)
        files = dict(request.form.files)
        sizes = [upload.size for upload in self._uploads if upload.size is not None]
        return self._pacer.need_of(request.path, files, file_bytes=sum(sizes) if sizes else None)

    def _wait_after(self, error: APIError) -> float | None:
        grant, self._grant = self._grant, None
        if grant is not None:
            grant.failed(error)
        wait_s = super()._wait_after(error)
        self._is_rejected = isinstance(error, RateLimitError)
        # The pacer waits for the limit that the error names, more precisely than its header says.
        return 0.0 if self._is_rejected and wait_s is not None else wait_s

    async def _end(self, grant: Grant, result: Any) -> None:
        """End the grant of a call that returned ``result``; that of a stream at its end."""
        assert self._response is not None
        headers = self._response.headers
        if isinstance(result, AsyncStream):
            grant.observe(headers)

            def end(usage: Any, error: APIError | None) -> None:
                if error is None:
                    grant.succeeded({}, usage)
                else:
                    grant.failed(error)

            result.call_at_end(end)
            return
        usage, audio_s = getattr(result, "usage", None), getattr(result, "duration", None)
        mode = self._request.mode
        if mode.view == "raw" and mode.content == "json":
            used = _read_used(await self._response.read())  # it has been read
            usage, audio_s = used.usage, used.duration
        grant.succeeded(headers, usage, audio_s=audio_s)


def paced_by(pacers: Callable[[str], Pacer]) -> Callable[[ClientConfig, Request[Any]], Call]:
    """Return a function that makes calls paced by ``pacers``, which returns the pacer of a model.

    A request that names no model has no limits, and is not held back.
    """

    def make_call(config: ClientConfig, request: Request[Any]) -> Call:
        if request.model is None:
            return Call(config, request)
        running_loop()  # raises where there is none
        return PacedCall(config, request, pacers(request.model))

    return make_call


def _read_used(content: bytes) -> _Used:
    try:
        return _used.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _Used()
