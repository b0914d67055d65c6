"""A web app whose client of each kind is made when the module is imported; for `test_web_workers`."""

from __future__ import annotations

import os

from fastapi import FastAPI, Response

from aiogroq import APIStatusError, AsyncGroq, Groq, PacingError
from aiogroq.limits import Pacing

app = FastAPI()
groq = AsyncGroq(pacing=os.environ["APP_STORE"])
blocking = Groq(pacing=Pacing("rpm=120", store=os.environ["APP_STORE"]))
_MODEL = "openai/gpt-oss-20b"


@app.get("/async/{number}")
async def ask(number: int) -> Response:
    """Send a call on the event loop of the server."""
    try:
        await groq.chat.completions.create(
            model=_MODEL, messages=[{"role": "user", "content": f"{number}"}], max_completion_tokens=5
        )
    except (APIStatusError, PacingError) as error:
        return Response(str(error), 503)
    return Response(str(os.getpid()))


@app.get("/sync/{number}")
def ask_in_thread(number: int) -> Response:
    """Send a call in a thread."""
    try:
        blocking.chat.completions.create(
            model=_MODEL, messages=[{"role": "user", "content": f"{number}"}], max_completion_tokens=5
        )
    except (APIStatusError, PacingError) as error:
        return Response(str(error), 503)
    return Response(str(os.getpid()))
