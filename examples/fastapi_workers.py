"""A FastAPI service with many worker processes, which share the rate limits of one account through Redis.

    pip install ".[redis]" fastapi uvicorn
    redis-server --save "" --maxmemory-policy noeviction
    REDIS_URL=redis://localhost:6379/0 uvicorn --app-dir examples fastapi_workers:app --workers 4
    curl localhost:8000/label -H 'content-type: application/json' -d '{"text": "I would buy it again."}'

GROQ_LIMITS has the limits of the account (`developer` without it, or such as `rpm=1000,tpm=250K`). It needs GROQ_API_KEY, or
the embedded server: see README.md in this directory.
"""

from __future__ import annotations

import math
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, TypedDict

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from aiogroq import AsyncGroq, PacingError
from aiogroq.limits import Pacing

MODEL = "openai/gpt-oss-20b"
PACING = Pacing(
    os.environ.get("GROQ_LIMITS", "developer"),
    store=os.environ["REDIS_URL"],
    max_wait_s=5,  # who would wait longer is told to come back
)


class State(TypedDict):
    """State for the lifetime of a worker."""

    groq: AsyncGroq


class Review(BaseModel):
    """The body of a request."""

    text: str = Field(min_length=1, max_length=8_000)


class Label(BaseModel):
    """The body of a response."""

    label: str | None
    worker: int
    """The process that responded."""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    """Open one client for each worker process. The workers find each other in the store."""
    async with AsyncGroq(pacing=PACING) as groq:
        yield {"groq": groq}


def groq_of(request: Request) -> AsyncGroq:
    """Return the client of this worker."""
    groq: AsyncGroq = request.state.groq
    return groq


Client = Annotated[AsyncGroq, Depends(groq_of)]
app = FastAPI(title="Labels", lifespan=lifespan)


@app.post("/label")
async def label(review: Review, groq: Client) -> Label:
    """Return a label, when the limits that all workers share have room for the call."""
    completion = await groq.chat.completions.create(
        model=MODEL,
        messages=[
            {
                "role": "system",
                "content": "Label the review of a product: good, mixed or bad. Write the label only.",
            },
            {"role": "user", "content": review.text},
        ],
        max_completion_tokens=200,
    )
    return Label(label=completion.choices[0].message.content, worker=os.getpid())


@app.exception_handler(PacingError)
async def too_busy(request: Request, error: PacingError) -> JSONResponse:
    """Return 503 where the limits have no room in time: nothing was sent."""
    headers = {"Retry-After": str(math.ceil(error.retry_after_s or 1))}
    return JSONResponse({"detail": "Service Unavailable"}, status_code=503, headers=headers)
