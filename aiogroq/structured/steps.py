"""`parse_steps`: everything that `parse` decides, as a generator without I/O."""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..errors import BadRequestError, LengthFinishReasonError, StructuredOutputError
from ..protocol.arguments import require_int
from ..protocol.rejected_modes import RejectedModes
from ..schemas import TypedFormat, typed_format
from ..schemas.names import type_text
from ..types._omit import is_omitted
from ..types.chat.chat_completion import ChatCompletion
from ..types.chat.parsed_chat_completion import ParsedChatCompletion, Reask
from ..types.completion_usage import CompletionUsage
from .content import Content, of_completion, of_rejected
from .modes import Mode, ModeName, allowed_modes, first_of, is_schema_rejected, mode_after
from .request import TypedRequest
from .result import parsed_completion, rejected_completion, request_id_of, sum_of_usage

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")

_log = logging.getLogger("aiogroq")
_MAX_SHOWN_CHARS = 300


def parse_steps(
    response_format: TypeForm[T],
    params: Mapping[str, Any],
    rejected: RejectedModes,
    *,
    max_reasks: int = 1,
    strict: bool | None = None,
    mode: ModeName | None = None,
) -> Generator[dict[str, Any], Any, ParsedChatCompletion[T]]:
    """Yield the arguments of `create`, be sent its result or its `BadRequestError`, and return the parsed completion.

    ``rejected`` is read before each request, and changed when the service rejects a mode. Raises `TypeError`, `ValueError`
    and `SchemaError` for arguments that do not fit, before the first request; `LengthFinishReasonError` and
    `StructuredOutputError` for what the model wrote; the `BadRequestError` itself where it is about something else.
    """
    max_reasks = 1 if is_omitted(max_reasks) else require_int("max_reasks", max_reasks, hint="0 to ask once")
    strict = None if is_omitted(strict) else strict
    mode = None if is_omitted(mode) else mode
    given: Any = response_format
    if given is None or is_omitted(given):
        raise TypeError("parse() needs a type; create() gives the text")
    typed = typed_format(response_format, strict=strict)
    modes = allowed_modes(mode, strict=strict, is_strict=typed.is_strict)
    call = _Call(typed, TypedRequest(typed, params), max_reasks)
    least = modes[0]  # what the service takes for this schema
    while True:
        current = _current_mode(modes, max(least, rejected.first(call.request.model)))
        response = yield call.request.arguments(current)
        error = response if isinstance(response, BadRequestError) else None
        content = of_completion(response, typed) if error is None else of_rejected(error, typed)
        if content is None:
            least = _next_mode(response, current, modes, rejected, call.request.model)
            continue
        parsed = call.take(content, error)
        if parsed is not None:
            return parsed


def _current_mode(modes: list[Mode], first: int) -> Mode:
    # Where the caller chose modes that are all rejected, the last one is requested again, for the error of the service.
    found = first_of(modes, first)
    return modes[-1] if found is None else found


def _next_mode(
    error: BadRequestError, mode: Mode, modes: list[Mode], rejected: RejectedModes, model: str
) -> Mode:
    """Return the mode of the next request after the service has rejected ``mode``. Raises ``error`` if there is none."""
    is_schema = is_schema_rejected(error)
    wanted = Mode(mode + 1) if is_schema and mode is not Mode.PROMPT else mode_after(error, mode)
    found = None if wanted is None else first_of(modes, wanted)
    if found is None:
        raise error
    if not is_schema:
        rejected.note(model, found)
    _log.info("%s rejects %s; %s is used instead: %s", model, mode.name, found.name, error.message)
    return found


def parsed_once(
    completion: ChatCompletion, typed: TypedFormat[T], params: Mapping[str, Any]
) -> ParsedChatCompletion[T]:
    """Return a completion with its value, for a request that is not repeated.

    Raises `StructuredOutputError` and `LengthFinishReasonError`.
    """
    parsed = _Call(typed, TypedRequest(typed, params), max_reasks=0).take(
        of_completion(completion, typed), None
    )
    assert parsed is not None  # no response is asked for again
    return parsed


def rejected_modes_of(create: Any) -> RejectedModes:
    """Return what the client of a ``create`` method, sync or async, knows of modes; nothing where it is of no client."""
    resource: Any = getattr(create, "__self__", None)
    transport: Any = getattr(getattr(resource, "_async", resource), "_transport", None)
    return RejectedModes() if transport is None else cast("RejectedModes", transport.config.rejected_modes)


class _Call:
    """The state of one `parse`."""

    def __init__(self, typed: TypedFormat[Any], request: TypedRequest, max_reasks: int) -> None:
        self.request = request
        self._typed = typed
        self._max_reasks = max_reasks
        self._reasks: tuple[Reask, ...] = ()

    def take(self, content: Content[T], rejected: BadRequestError | None) -> ParsedChatCompletion[T] | None:
        """Return the parsed completion, or None where the model is to be asked again. Raises where it is not.

        ``rejected`` is the error of the service where it rejected the text.
        """
        if content.is_truncated:
            raise self._truncated(content) from rejected
        if not content.error:
            completion = content.completion
            if completion is None:
                request_id = rejected.request_id if rejected is not None else None
                completion = rejected_completion(content.text, self.request.model, request_id)
            total = self._usage_with(content)
            return parsed_completion(completion, content.values, reasks=self._reasks, usage=total)
        if content.is_final or len(self._reasks) >= self._max_reasks:
            raise self._mismatch(content, rejected) from rejected
        request_id = rejected.request_id if rejected is not None else request_id_of(content.completion)
        self._reasks += (Reask(content.text, content.error, content.usage, request_id),)
        self.request.add_mismatch(content.text, content.error)
        return None

    def _usage_with(self, content: Content[Any]) -> CompletionUsage | None:
        return sum_of_usage([*(reask.usage for reask in self._reasks), content.usage])

    def _truncated(self, content: Content[Any]) -> LengthFinishReasonError:
        so_far = f" So far: {_shown(content.text)}" if content.text else ""
        error = LengthFinishReasonError(
            "The maximum of tokens was reached, so the value may be incomplete: raise max_completion_tokens, or let the model "
            f"reason less with reasoning_effort='low'.{so_far}",
            completion=content.completion,
        )
        error.partial = content.text
        error.usage = self._usage_with(content)
        return error

    def _mismatch(self, content: Content[Any], rejected: BadRequestError | None) -> StructuredOutputError:
        times = len(self._reasks)
        again = f", also after {times} more {'request' if times == 1 else 'requests'}" if times else ""
        text = f"The response is no {type_text(self._typed.type)}{again}: {content.error}. It is: {_shown(content.text)}"
        if rejected is None:
            error = StructuredOutputError(text)
            error.request_id = request_id_of(content.completion)
        else:
            error = StructuredOutputError(text, rejected.request, body=rejected.body)
            error.request_id = rejected.request_id
            error.attempts = rejected.attempts
            error.failed_calls = rejected.failed_calls
        error.content = content.text
        error.errors = (content.error,)
        error.completion = content.completion
        error.reasks = self._reasks
        error.usage = self._usage_with(content)
        return error


def _shown(text: str) -> str:
    """Return the beginning of a text for a message."""
    return repr(text if len(text) <= _MAX_SHOWN_CHARS else text[:_MAX_SHOWN_CHARS] + "...")
