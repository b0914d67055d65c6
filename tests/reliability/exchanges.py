"""Real exchanges that fail, one for each kind of failure, and what a child process does with their errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from aiogroq import AsyncGroq, Groq, GroqError, MissingStreamClassError, Retry, Timeout
from aiogroq.limits import Limits, MemoryStore, Pacing
from aiogroq.local import Fault
from aiogroq.types.chat import ChatCompletionChunk

KEY = "gsk_data_0123456789abcdef"
CHAT: dict[str, Any] = {
    "model": "openai/gpt-oss-20b",
    "messages": [{"role": "user", "content": "What is 2+2?"}],
}
_NOW = {"retry-after": "0"}
_CALL = '<function=get_weather>{"city": "Paris"}</function>'
_LIMIT = "on requests per minute (RPM): Limit 30, Used 30, Requested 1. Please try again in 2s."


def note(retry: Retry) -> None:
    """A hook that another process can find by its name."""


def ask(client: Groq) -> Any:
    return client.chat.completions.create(**CHAT)


def collect(client: Groq) -> Any:
    return client.chat.completions.create(**CHAT, stream=True).collect()


def _read_twice(client: Groq) -> None:
    with client.models.with_streaming_response.list() as response:
        list(response.iter_bytes())
        response.read()


def _stream_without_class(client: Groq) -> None:
    client.post("/chat/completions", cast_to=ChatCompletionChunk, body=CHAT, stream=True)  # type: ignore[call-overload]


def _ask_beyond_a_limit(client: Groq) -> None:
    paced = client.with_options(pacing=Pacing(Limits(tpm=50), store=MemoryStore()))
    paced.chat.completions.create(**CHAT, max_completion_tokens=1_000)


def _parse(client: Groq) -> None:
    client.chat.completions.parse(**CHAT, response_format=int, max_reasks=0)


def _parse_function(client: Groq) -> None:
    client.chat.completions.parse(**CHAT, response_format=note)


def get_time() -> str:
    """A tool."""
    return "12:00"


def _run_tool(client: Groq) -> None:
    client.chat.completions.tool_runner(**CHAT, tools=[get_time], max_iterations=1).until_done()


def _use_after_close(client: Groq) -> None:
    client.close()
    ask(client)


def _ask_without_listener(client: Groq) -> None:
    ask(client.copy(base_url="http://127.0.0.1:9"))


def _error(**details: Any) -> dict[str, Any]:
    # What a server says may have the key in it: no error hands it on.
    return {"error": {"message": f"You sent Bearer {KEY}", **details}}


def _completion(finish_reason: str, **message: Any) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", **message}}
    return {"id": "chatcmpl-1", "object": "chat.completion", "choices": [choice]}


EXCHANGES: dict[str, tuple[str, Callable[[Groq], Any], Fault | None]] = {
    "a rejected tool call": ("BadRequestError", ask, Fault(status=400, body=_error(code="tool_use_failed", failed_generation=_CALL))),
    "a wrong key": ("AuthenticationError", ask, Fault(status=401, body=_error())),
    "a key without rights": ("PermissionDeniedError", ask, Fault(status=403, body=_error())),
    "a wrong path": ("NotFoundError", ask, Fault(status=404, body="<html>no such page</html>")),
    "a conflict": ("ConflictError", ask, Fault(status=409, headers=_NOW, times=None)),
    "a request too large": ("RequestTooLargeError", ask, Fault(status=413, body=_error(code="request_too_large"))),
    "a wrong value": ("UnprocessableEntityError", ask, Fault(status=422, body=_error(param="seed"))),
    "a limit": ("RateLimitError", ask, Fault(status=429, headers=_NOW, body=_error(extra=_LIMIT), times=None)),
    "no capacity": ("FlexCapacityError", ask, Fault(status=498, headers=_NOW, times=None)),
    "a failure": ("InternalServerError", ask, Fault(status=500, headers=_NOW, times=None)),
    "a status of no class": ("APIStatusError", ask, Fault(status=418, body=_error())),
    "no listener": ("APIConnectionError", _ask_without_listener, None),
    "a reset": ("APIConnectionError", ask, Fault(before_head=True, end="reset", times=None)),
    "half a response": ("APIConnectionError", ask, Fault(after_bytes=20, end="close", times=None)),
    "half a stream": ("APIConnectionError", collect, Fault(after_events=3, end="close")),
    "no response in time": ("APITimeoutError", ask, Fault(before_head=True, end="stall")),
    "no event in time": ("APITimeoutError", collect, Fault(after_events=3, end="stall")),
    "a response that is not JSON": ("APIResponseValidationError", ask, Fault(body=f"<html>You sent Bearer {KEY}", content_type="text/html")),
    "an error in a stream": (
        "RateLimitError", collect, Fault(error_event={**_error()["error"], "status_code": 429}, after_events=3)),
    "an event that is no JSON": (
        "APIConnectionError", collect, Fault(insert=f"data: You sent Bearer {KEY}\n\n".encode(), insert_at=0)),
    "a stream that is stopped by an error": ("APIError", collect, Fault(x_groq_error=f"You sent Bearer {KEY}", after_events=3)),
    "a body that was streamed": ("StreamAlreadyConsumed", _read_twice, None),
    "a stream of nothing": ("MissingStreamClassError", _stream_without_class, None),
    "a closed client": ("GroqError", _use_after_close, None),
    "a wait for a rate limit": ("PacingError", _ask_beyond_a_limit, None),
    "a text that is no value of the type": ("StructuredOutputError", _parse, Fault(body=_completion("stop", content="four"))),
    "a value that is truncated": ("LengthFinishReasonError", _parse, Fault(body=_completion("length", content="4"))),
    "a function in place of a type": ("SchemaError", _parse_function, None),
    "a model that calls tools without end": ("MaxIterationsError", _run_tool, Fault(
        body=_completion("tool_calls", tool_calls=[{"id": "1", "type": "function", "function": {"name": "get_time", "arguments": "{}"}}]))),
}  # fmt: skip
"""What happens, the class that it raises, the call, and what the server does."""


def run(name: str, base_url: str) -> NoReturn:
    """Make an exchange, and let its error out, with all that it says of itself in ``seen``."""
    fault = EXCHANGES[name][2]
    retries = 1 if fault is not None and fault.headers else 0
    is_silent = fault is not None and fault.end == "stall"
    timeout = Timeout(60, read=0.15 if is_silent else 60)  # no other exchange may end by it
    with Groq(api_key=KEY, base_url=base_url, max_retries=retries, timeout=timeout) as client:
        try:
            EXCHANGES[name][1](client)
        except (GroqError, MissingStreamClassError) as error:
            error.seen = public_state(error)  # type: ignore[union-attr]
            raise
    raise AssertionError(f"{name} raised nothing")


def public_state(error: Any) -> tuple[Any, ...]:
    """Everything that an error says of itself."""
    state = {name: value for name, value in vars(error).items() if name != "seen"}
    return type(error).__name__, error.args, str(error), state


def fail(error: BaseException) -> NoReturn:
    """Raise what was sent here."""
    raise error


def use(client: Any) -> tuple[str, dict[str, Any]]:
    """The response that a client gets where it was sent, and how it is configured there."""
    if isinstance(client, AsyncGroq):
        import asyncio

        response = asyncio.run(client.chat.completions.create(**CHAT))
    else:
        response = ask(client)
    return response.choices[0].message.content or "", configuration(client)


def configuration(client: Any) -> dict[str, Any]:
    """What a client is made from."""
    names = ("api_key", "base_url", "timeout", "max_retries", "default_query", "on_retry")
    pool = client.http_client
    return {
        **{name: getattr(client, name) for name in names},
        "default_headers": {name: str(value) for name, value in client.default_headers.items()},
        "max_response_bytes": pool.max_response_bytes,
        "max_event_bytes": pool.max_event_bytes,
    }
