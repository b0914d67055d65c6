"""A small FastAPI app whose one path calls the service. Run by uvicorn with many workers; its options are in the environment."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response

from aiogroq import APIError, AsyncGroq, PacingError, RateLimitError

from .spec import KEY, MODEL, WORKER_HEADER
from .worker import pacing_of

URL_VARIABLE = "SHARED_LIMITS_URL"
RPM_VARIABLE = "SHARED_LIMITS_RPM"
STORE_VARIABLE = "SHARED_LIMITS_STORE"
"""The URL of Redis; empty for the store of each process, ``none`` for no pacing."""
PID_HEADER = "x-pid"


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    store = os.environ[STORE_VARIABLE]
    pacing = None if store == "none" else pacing_of(store, int(os.environ[RPM_VARIABLE]))
    headers = {WORKER_HEADER: str(os.getpid())}
    async with AsyncGroq(
        api_key=KEY, base_url=os.environ[URL_VARIABLE], pacing=pacing, default_headers=headers
    ) as client:
        app.state.client = client
        yield


app = FastAPI(lifespan=_lifespan)


@app.get("/label")
async def label(text: str, response: Response) -> str:
    """Return the label of a text, or an error with the status of the service; 503 for one that could not be sent in time."""
    response.headers[PID_HEADER] = str(os.getpid())
    client: AsyncGroq = app.state.client
    try:
        found = await client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": f"Good or bad? {text}"}],
            max_completion_tokens=8,
        )
    except RateLimitError:
        response.status_code = 429
    except PacingError:
        response.status_code = 503
    except APIError:
        response.status_code = 502
    else:
        return found.choices[0].message.content or ""
    return ""
