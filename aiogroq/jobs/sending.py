"""`Sender`: sends one item once, with the connections of the client, and returns the body of the response as a journal has it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ..client import AsyncGroq
from ..errors import BadRequestError
from ..protocol.encode import encode_json
from ..protocol.request import AUDIO, CONTENT, Request, build_form
from ..protocol.status_errors import PlainHead, unexpected_content
from ..response import AsyncBinaryAPIResponse
from ..transport.prepared import prepare
from ..transport.result import Content
from ..transport.threads import PARSING, run
from ..types._decode import NotJSONError
from ..types.chat.chat_completion import ChatCompletion
from .attempts import ModeRejectedError
from .options import JobOptions
from .outcome import Endpoint, ItemUsage, JobRequest, Status
from .requests import PATHS
from .values import Usage, mismatch_of, read_response

if TYPE_CHECKING:
    from ..schemas import TypedFormat

encode_plain: Callable[[object], bytes] = msgspec.json.Encoder().encode
_FORMS = frozenset({"transcription", "translation"})
_UNSAFE = re.compile(r"[^\w.\-]+")
_MAX_NAME = 100
_MAX_PREPARED = 64
_ACCEPT_AUDIO = {"Accept": "audio/wav"}


class Response(msgspec.Struct, frozen=True):
    """A good response."""

    body: bytes
    """JSON; for speech the path of the file."""
    status: Status
    usage: ItemUsage
    headers: Mapping[str, str]
    sent_usage: Usage | None = None
    mismatch: Exception | None = None
    """Why the body has no value of the type of the job."""


class Sender:
    """Sends requests of one client. Speech is written to `JobOptions.output_dir`; a file appears there whole or not at all."""

    def __init__(self, client: AsyncGroq, options: JobOptions) -> None:
        # The job retries and paces: one owner, so that its counts are true.
        quiet = client.with_options(max_retries=0, pacing=None)
        self._transport = quiet._transport  # pyright: ignore[reportPrivateUsage]
        self._prepared: dict[tuple[Endpoint, str], Callable[[bytes], Coroutine[Any, Any, Content]]] = {}
        """By endpoint and model: what sends a body."""
        self._output_dir = options.output_dir
        self._typed = options.typed
        params = options.requests.params
        # A body that is made of texts is plain, if the parameters are: it need not be looked at.
        self._is_plain = _is_plain(params)

    def encode(self, request: JobRequest) -> bytes | None:
        """Return the body of a request; None for a form. Raises `GroqError` for what JSON cannot represent."""
        if request.endpoint in _FORMS:
            return None
        if self._is_plain and request.is_text:
            return encode_plain(request.body)
        return encode_json(request.body)

    async def send(self, request: JobRequest, body: bytes | None) -> Response:
        """Send once. Raises what a call of the client raises."""
        endpoint = request.endpoint
        model = str(request.body.get("model"))
        if endpoint == "speech":
            return await self._speak(request, body, PATHS[endpoint], model)
        if self._typed is not None:
            return await self._send_typed(self._typed, request, model)
        if body is None:
            return await self._send_form(request)
        send = self._prepared.get((endpoint, model)) or self._prepare(endpoint, model)
        response = await send(body)
        content = response.content
        status, usage, sent_usage = self._read(endpoint, response, content)
        return Response(content, status, usage, response.headers, sent_usage)

    def _prepare(self, endpoint: Endpoint, model: str) -> Callable[[bytes], Coroutine[Any, Any, Content]]:
        sent: Request[Content] = Request("POST", PATHS[endpoint], Content, CONTENT, model=model)
        send = prepare(self._transport.config, sent)
        if len(self._prepared) < _MAX_PREPARED:
            self._prepared[endpoint, model] = send
        return send

    async def _send_form(self, request: JobRequest) -> Response:
        sent = build_form("POST", PATHS[request.endpoint], Content, _form_of(request.body), {}, mode=CONTENT)
        response = await self._transport.send(sent)
        content = response.content
        if response.headers.get("content-type", "").startswith("text/plain"):
            content = msgspec.json.encode(content.decode(errors="replace"))
        status, usage, sent_usage = self._read(request.endpoint, response, content)
        return Response(content, status, usage, response.headers, sent_usage)

    async def _send_typed(self, typed: TypedFormat[Any], request: JobRequest, model: str) -> Response:
        """Send a request for a value of a type, in the way that the service accepts for the model.

        The journal has the same request whichever way that is.
        """
        from ..structured.steps import parse_steps

        params = {name: value for name, value in request.body.items() if name != "response_format"}
        rejected = self._transport.config.rejected_modes
        accepted = rejected.first(model)
        steps = parse_steps(typed.type, params, rejected, max_reasks=0)
        arguments: Any = next(steps)
        while True:
            sent = Request("POST", PATHS["chat"], Content, CONTENT, encode_json(arguments), model=model)
            # In a thread: a type may have validators of the user, and the loop may be that of all sync calls.
            try:
                response = await self._transport.send(sent)
            except BadRequestError as error:
                arguments = await run(PARSING, _after, steps, error)
                if isinstance(arguments, ChatCompletion):  # the service rejected a text that has the value
                    return Response(arguments.to_json().encode(), "done", ItemUsage(), error.response.headers)
                if rejected.first(model) > accepted:
                    raise ModeRejectedError("the service does not accept this response format") from error
                continue
            content = response.content
            status, usage, sent_usage = self._read("chat", response, content)
            mismatch = await run(PARSING, mismatch_of, content, typed) if status == "done" else None
            return Response(content, status, usage, response.headers, sent_usage, mismatch)

    def _read(
        self, endpoint: Endpoint, response: Content, content: bytes
    ) -> tuple[Status, ItemUsage, Usage | None]:
        """Return what `read_response` does. Raises the error of a single call for what is not JSON, such as a proxy's page."""
        try:
            return read_response(endpoint, content)
        except NotJSONError:
            config = self._transport.config
            sent = Request("POST", PATHS[endpoint], Content, CONTENT)
            head = PlainHead(
                response.status, response.headers, config.target(sent)[1], config.headers(sent, False).values
            )
            raise unexpected_content(head, content, "JSON") from None

    async def _speak(self, request: JobRequest, body: bytes | None, path: str, model: str) -> Response:
        assert self._output_dir is not None
        sent = Request("POST", path, AsyncBinaryAPIResponse, AUDIO, body, headers=_ACCEPT_AUDIO, model=model)
        response = await self._transport.send(sent)
        form = request.body.get("response_format") or "wav"
        file = self._output_dir / f"{file_name(request)}.{form}"
        await response.write_to_file(file)
        return Response(msgspec.json.encode(str(file)), "done", ItemUsage(), response.headers)


def _after(steps: Any, error: BadRequestError) -> Any:
    """Return the arguments of the next request after an error, or the completion. Raises where there is neither."""
    try:
        return steps.send(error)
    except StopIteration as end:
        return end.value


def _is_plain(params: Mapping[str, Any]) -> bool:
    try:
        return encode_json(params) == encode_plain(params)
    except (TypeError, msgspec.MsgspecError):
        return False


def file_name(request: JobRequest) -> str:
    """Return the name of the file of an item, without its suffix: its id, and where that is no name its key too.

    Where it has no id: its index and its key, so that two jobs may write to one folder.
    """
    name = request.id
    safe = _UNSAFE.sub("_", name).strip(".")[:_MAX_NAME]
    return safe if safe == name and request.is_id_given else f"{safe}-{request.key.hex()[:8]}"


def _form_of(body: Mapping[str, Any]) -> dict[str, Any]:
    file = body.get("file")
    if not isinstance(file, str):
        return dict(body)
    path = Path(os.path.expanduser(file))
    return {**body, "file": path}
