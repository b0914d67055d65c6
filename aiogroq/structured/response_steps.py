"""`response_steps`: what ``responses.parse`` and ``responses.stream(text_format=...)`` decide, as a generator without I/O.

The rules are those of `parse_steps`: it is given each response as a chat completion, and its requests are written as those of
the Responses API.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import BadRequestError, LengthFinishReasonError, SchemaError, StructuredOutputError
from ..protocol.rejected_modes import RejectedModes
from ..protocol.response_arguments import split_arguments
from ..types._omit import is_omitted
from ..types.responses.parsed_response import ParsedResponse
from ..types.responses.response import Response
from .modes import ModeName
from .request import PARSE_NAMES
from .response_result import as_completion, parsed_response, rejected_response, sum_of_usage
from .steps import parse_steps

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")

_MAX_SHOWN_CHARS = 300


def response_steps(
    text_format: TypeForm[T],
    params: Mapping[str, Any],
    rejected: RejectedModes,
    *,
    max_reasks: int = 1,
    strict: bool | None = None,
    mode: ModeName | None = None,
) -> Generator[dict[str, Any], Any, ParsedResponse[T]]:
    """Yield the arguments of `create`, be sent its result or its `BadRequestError`, and return the parsed response.

    Raises as `parse_steps` does; the errors have the last `Response` as ``completion``, and the sum of the usage.
    """
    _reject_params(params)
    split_arguments(  # for its errors, which name this method: `create` splits
        {name: value for name, value in params.items() if name != "stream"}, "parse", PARSE_NAMES
    )
    steps = parse_steps(
        text_format, _chat_params(params), rejected, max_reasks=max_reasks, strict=strict, mode=mode
    )
    responses: list[Response] = []
    last: Response | None = None
    sent: Any = None
    while True:
        try:
            arguments = steps.send(sent)
        except StopIteration as end:
            found = end.value
            if last is None:
                last = rejected_response(found.choices[0].message.content or "", found.model)
            return parsed_response(last, found.parsed, found.reasks, sum_of_usage(responses))
        except SchemaError as error:
            error.args = (str(error).replace("response_format must", "text_format must", 1),)
            raise
        except (LengthFinishReasonError, StructuredOutputError) as error:
            raise _adapted(error, last, responses) from error.__cause__
        given = yield _arguments(arguments)
        last = given if isinstance(given, Response) else None
        if last is not None:
            responses.append(last)
            _raise_failed(last)
        sent = given if isinstance(given, BadRequestError) else as_completion(given)


def _reject_params(params: Mapping[str, Any]) -> None:
    if params.get("stream") and not is_omitted(params["stream"]):
        raise TypeError("parse() does not stream; client.responses.stream(text_format=...) does")
    if params.get("tools") and not is_omitted(params["tools"]):
        raise ValueError(
            "the service does not combine tools with a text format: call the tools first, and ask for the type in a request "
            "without tools"
        )
    text: Any = params.get("text")
    if isinstance(text, Mapping) and "format" in text:
        raise ValueError("text['format'] and text_format both say the format: give one of them")


def _chat_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with the input as messages, to which schemas and mismatches are added."""
    chat = {name: value for name, value in params.items() if name != "input"}
    if "input" in params:
        given = params["input"]
        chat["messages"] = [{"role": "user", "content": given}] if isinstance(given, str) else given
    return chat


def _arguments(chat: Mapping[str, Any]) -> dict[str, Any]:
    arguments = {name: value for name, value in chat.items() if name not in ("messages", "response_format")}
    if "messages" in chat:
        arguments["input"] = chat["messages"]
    if "response_format" in chat:
        given: Any = chat.get("text")
        response_format = chat["response_format"]
        form = {"type": response_format["type"], **response_format.get("json_schema", {})}
        arguments["text"] = {**(given if isinstance(given, Mapping) else {}), "format": form}
    return arguments


def _raise_failed(response: Response) -> None:
    if response.status != "failed":
        return
    details: Any = response.error
    why = getattr(details, "message", None) or getattr(details, "code", None) or "it does not say why"
    error = StructuredOutputError(f"The response failed: {why}")
    error.completion = response
    error.usage = response.usage
    raise error


def _adapted(error: Any, last: Response | None, responses: list[Response]) -> Any:
    """Return an error with what belongs to the Responses API."""
    if isinstance(error, LengthFinishReasonError):
        shown = repr(error.partial[:_MAX_SHOWN_CHARS])
        so_far = f" So far: {shown}" if error.partial else ""
        error.args = (
            "The maximum of tokens was reached, so the value may be incomplete: raise max_output_tokens, or let the model "
            f"reason less with reasoning={{'effort': 'low'}}.{so_far}",
        )
    error.completion = last
    error.usage = sum_of_usage(responses)
    return error
