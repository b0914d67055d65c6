"""A batch from upload to results: half the price for requests that are not urgent.

    pip install aiogroq
    python examples/batch.py                  # some questions of its own
    python examples/batch.py questions.txt    # one on each line

It needs GROQ_API_KEY, or the embedded server: see README.md in this directory. The real service takes minutes to hours.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from aiogroq import AsyncGroq
from aiogroq.types import Batch, ChatCompletion

MODEL = "openai/gpt-oss-20b"
QUESTIONS = [
    "What is 6 times 7?",
    "What is the capital of Portugal?",
    "Who wrote Hamlet?",
    "What is 2 to the 10?",
]
ENDED = {"completed", "failed", "expired", "cancelled"}
FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 30.0


class Response(msgspec.Struct):
    """The response to one request of a batch."""

    status_code: int
    body: dict[str, Any]


class Result(msgspec.Struct):
    """One line of a results file."""

    custom_id: str
    response: Response | None = None
    error: dict[str, Any] | None = None


def request_lines(questions: list[str]) -> bytes:
    """Return the input file: one request per line, with an id that the results contain."""
    requests = (
        {
            "custom_id": f"question-{number}",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": MODEL, "messages": [{"role": "user", "content": question}]},
        }
        for number, question in enumerate(questions)
    )
    return b"".join(msgspec.json.encode(request) + b"\n" for request in requests)


async def finished(client: AsyncGroq, batch: Batch) -> Batch:
    """Poll the batch at growing intervals until it ends. Prints each change of status."""
    wait_s, shown = FIRST_WAIT_S, ""
    while True:
        counts = batch.request_counts
        now = f"{batch.status} {counts.completed + counts.failed}/{counts.total}" if counts else batch.status
        if now != shown:
            print(shown := now, flush=True)
        if batch.status in ENDED:
            return batch
        await asyncio.sleep(wait_s)
        wait_s = min(wait_s * 1.5, LONGEST_WAIT_S)
        batch = await client.batches.retrieve(batch.id)


async def results_of(client: AsyncGroq, batch: Batch) -> Iterator[Result]:
    """Return the lines of both results files, in the order of the service."""
    file_ids = [file_id for file_id in (batch.output_file_id, batch.error_file_id) if file_id]
    files = await asyncio.gather(*map(client.files.content, file_ids))
    return (msgspec.json.decode(line, type=Result) for file in files for line in file.content.splitlines())


def text_of(result: Result | None) -> str:
    """Return the text or the error of a request. An expired batch has no lines for unprocessed requests."""
    if result is None or result.response is None:
        return f"[{result.error if result else 'not processed'}]"
    if result.response.status_code != 200:
        return f"[{result.response.status_code}: {result.response.body}]"
    return ChatCompletion.model_validate(result.response.body).choices[0].message.content or ""


async def main(questions: list[str]) -> int:
    """Upload, run and print the results in order. The exit code is 1 if the batch did not complete."""
    async with AsyncGroq() as client:
        file = await client.files.create(file=("questions.jsonl", request_lines(questions)), purpose="batch")
        batch = await client.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        batch = await finished(client, batch)
        for error in batch.error_list:
            print(f"line {error.line}: {error.message}")
        # The results are in arbitrary order. custom_id identifies the request.
        results = {result.custom_id: result for result in await results_of(client, batch)}
        for number, question in enumerate(questions):
            print(f"{question} {text_of(results.get(f'question-{number}'))}")
    return 0 if batch.status == "completed" else 1


if __name__ == "__main__":
    given = [line for path in sys.argv[1:] for line in Path(path).read_text("utf-8").splitlines() if line]
    raise SystemExit(asyncio.run(main(given or QUESTIONS)))
