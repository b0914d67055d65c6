"""An aiohttp service with a page that shows the streamed response. All requests share one client.

    pip install aiogroq
    python examples/aiohttp_service.py

Then open http://127.0.0.1:8001. It needs GROQ_API_KEY, or the embedded server: see README.md in this directory.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import AsyncIterator

import msgspec
from aiohttp import web

from aiogroq import APIError, AsyncGroq, AsyncStream, RateLimitError
from aiogroq.types import ChatCompletionChunk

MODEL = "openai/gpt-oss-20b"

log = logging.getLogger(__name__)
GROQ = web.AppKey("GROQ", AsyncGroq)

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>Chat</title>
<form><input name="prompt" size="60" value="Tell me a story about the sea." autofocus> <button>Ask</button></form>
<p id="response" style="white-space: pre-wrap"></p>
<script>
  let events;
  document.forms[0].onsubmit = submitted => {
    submitted.preventDefault();
    events?.close();
    response.textContent = "";
    events = new EventSource("/chat?" + new URLSearchParams(new FormData(submitted.target)));
    events.onmessage = message => response.append(JSON.parse(message.data));
    events.addEventListener("done", () => events.close());  // an EventSource would ask again
    events.onerror = () => { events.close(); response.append(" [no more]"); };
  };
</script>
"""


async def groq_context(app: web.Application) -> AsyncIterator[None]:
    """Open one client, with one connection pool, for the whole service."""
    async with AsyncGroq() as app[GROQ]:
        yield


async def page(request: web.Request) -> web.Response:
    """Return the page with the question and the response."""
    return web.Response(text=PAGE, content_type="text/html")


async def chat(request: web.Request) -> web.StreamResponse:
    """Respond to the question in the query with server-sent events: JSON texts, then `done` or `error`."""
    prompt = request.query.get("prompt", "").strip()
    if not prompt:
        raise web.HTTPBadRequest(text="?prompt= is missing")
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    stream = await open_stream(request.app[GROQ], prompt)
    try:
        # Leaving the block closes the stream, also when the browser disconnects and this handler is cancelled.
        async with stream:
            await response.prepare(request)
            async for chunk in stream:
                if chunk.choices and (text := chunk.choices[0].delta.content):
                    await response.write(b"data: %b\n\n" % msgspec.json.encode(text))
        await response.write(b"event: done\ndata: {}\n\n")
    except APIError as error:
        log.warning("the response was truncated: %s", error)
        await response.write(b"event: error\ndata: {}\n\n")
    except ConnectionResetError:
        log.info("the browser went away")
    return response


async def open_stream(groq: AsyncGroq, prompt: str) -> AsyncStream[ChatCompletionChunk]:
    """Open the stream. Raises an HTTP error with the reason for the browser."""
    try:
        return await groq.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": prompt}], stream=True
        )
    except RateLimitError as error:
        retry_after_s = math.ceil(error.retry_after_s or 1)
        raise web.HTTPTooManyRequests(headers={"Retry-After": str(retry_after_s)}) from error
    except APIError as error:
        log.warning("no response: %s", error)
        raise web.HTTPBadGateway(text="The model did not respond.") from error


def make_app() -> web.Application:
    """Return the application."""
    app = web.Application()
    app.cleanup_ctx.append(groq_context)
    app.router.add_get("/", page)
    app.router.add_get("/chat", chat)
    return app


if __name__ == "__main__":
    # Without handler_cancellation, aiohttp does not cancel a handler when its client disconnects.
    web.run_app(
        make_app(), host="127.0.0.1", port=int(os.environ.get("PORT", "8001")), handler_cancellation=True
    )
