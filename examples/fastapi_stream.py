"""A FastAPI service: one client for all requests; responses complete or streamed as server-sent events.

    pip install aiogroq fastapi uvicorn
    uvicorn --app-dir examples fastapi_stream:app
    curl localhost:8000/chat -H 'content-type: application/json' -d '{"prompt": "Who wrote Hamlet?"}'
    curl -N localhost:8000/chat/stream -H 'content-type: application/json' -d '{"prompt": "Tell me a story."}'

It needs GROQ_API_KEY, or the embedded server: see README.md in this directory.
"""

from __future__ import annotations

import logging
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Annotated, TypedDict

import msgspec
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field

from aiogroq import APIError, APITimeoutError, AsyncGroq, AsyncStream, BadRequestError, RateLimitError
from aiogroq.types import ChatCompletion, ChatCompletionChunk, ChatCompletionUserMessageParam

MODEL = "openai/gpt-oss-20b"

log = logging.getLogger("uvicorn.error")


class State(TypedDict):
    """State for the lifetime of the service."""

    groq: AsyncGroq


class Question(BaseModel):
    """The body of both endpoints."""

    prompt: str = Field(min_length=1, max_length=8_000)

    @property
    def messages(self) -> list[ChatCompletionUserMessageParam]:
        """Return the question as messages."""
        return [{"role": "user", "content": self.prompt}]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    """Open one client, with one connection pool, for the whole service."""
    async with AsyncGroq() as groq:
        yield {"groq": groq}


def groq_of(request: Request) -> AsyncGroq:
    """Return the client of the service."""
    groq: AsyncGroq = request.state.groq
    return groq


Client = Annotated[AsyncGroq, Depends(groq_of)]
app = FastAPI(title="Chat", lifespan=lifespan)


@app.post("/chat")
async def chat(question: Question, groq: Client) -> ChatCompletion:
    """Return the whole completion. Its Struct is a response model: it provides its pydantic schema."""
    return await groq.chat.completions.create(model=MODEL, messages=question.messages)


@app.post("/chat/stream", response_class=StreamingResponse)
async def chat_stream(question: Question, groq: Client) -> StreamingResponse:
    """Stream the response: one event per chunk of text, then `done` with the usage, or `error`."""
    # Opened before the response starts, so that an error is a status and not an event.
    stream = await groq.chat.completions.create(model=MODEL, messages=question.messages, stream=True)
    # X-Accel-Buffering: without it, nginx buffers the events.
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(events_of(stream), media_type="text/event-stream", headers=headers)


async def events_of(stream: AsyncStream[ChatCompletionChunk]) -> AsyncIterator[bytes]:
    """Yield the stream as events for a browser. When the browser disconnects, this is cancelled and the stream is closed."""
    async with stream:
        try:
            async for chunk in stream:
                if chunk.choices and (text := chunk.choices[0].delta.content):
                    yield event("message", {"text": text})
        except APIError as error:
            log.warning("stream broke off: %s", error)
            yield event("error", problem(error))
        else:
            yield event("done", {"usage": stream.usage})


def event(name: str, data: object) -> bytes:
    """Return one server-sent event. Encoded JSON has no line breaks, which would end the data."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode(data))


@app.exception_handler(APIError)
async def groq_failed(request: Request, error: APIError) -> JSONResponse:
    """Return the response to an error of the client: what the caller can do, without secrets of the account."""
    log.warning("%s failed: %s", request.url.path, error)
    headers: dict[str, str] = {}
    if isinstance(error, RateLimitError) and error.retry_after_s is not None:
        headers["Retry-After"] = str(math.ceil(error.retry_after_s))
    return JSONResponse(problem(error), status_code=status_for(error), headers=headers)


def status_for(error: APIError) -> HTTPStatus:
    """Return the status of the response. An invalid key, for example, is an error of this service, not the caller's 401."""
    match error:
        case RateLimitError():
            return HTTPStatus.TOO_MANY_REQUESTS
        case BadRequestError():
            return HTTPStatus.BAD_REQUEST
        case APITimeoutError():
            return HTTPStatus.GATEWAY_TIMEOUT
        case _:
            return HTTPStatus.BAD_GATEWAY


def problem(error: APIError) -> dict[str, str | None]:
    """Return the text for the caller. The request id identifies the error in the log."""
    return {"detail": status_for(error).phrase, "request_id": error.request_id}
