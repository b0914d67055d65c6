"""Ask many questions concurrently: bounded concurrency, progress, errors collected, responses in order.

    pip install ".[cli]"
    python examples/gather_fan_out.py                  # twenty questions of its own
    python examples/gather_fan_out.py questions.txt    # one on each line

It needs GROQ_API_KEY, or the embedded server: see README.md in this directory.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from aiogroq import APIError, AsyncGroq
from aiogroq.types import ChatCompletion

MODEL = "openai/gpt-oss-20b"
CONCURRENCY = 8
"""Requests in flight. Rate limits set the bound, not the client."""
QUESTIONS = [f"What is {n} times {n + 1}?" for n in range(1, 21)]


async def ask_all(
    client: AsyncGroq, questions: list[str], progress: Progress
) -> list[ChatCompletion | APIError]:
    """Return the response or the error of each question, in the order of the questions."""
    slots = asyncio.Semaphore(CONCURRENCY)
    bar = progress.add_task("responses", total=len(questions))

    async def ask(question: str) -> ChatCompletion | APIError:
        async with slots:
            try:
                return await client.chat.completions.create(
                    model=MODEL, messages=[{"role": "user", "content": question}]
                )
            except APIError as error:  # a failed question must not lose the other responses
                return error
            finally:
                progress.advance(bar)

    return await asyncio.gather(*(ask(question) for question in questions))


async def main(questions: list[str]) -> int:
    """Ask, print the responses and a summary. The exit code is 1 if a question failed."""
    start_s = time.perf_counter()
    console = Console(stderr=True)
    async with AsyncGroq() as client:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            responses = await ask_all(client, questions, progress)
    took_s = time.perf_counter() - start_s

    for question, response in zip(questions, responses, strict=True):
        text = f"[{response}]" if isinstance(response, APIError) else response.choices[0].message.content
        print(f"{question} {text}")

    usages = [
        response.usage for response in responses if isinstance(response, ChatCompletion) and response.usage
    ]
    tokens_in = sum(usage.prompt_tokens for usage in usages)
    tokens_out = sum(usage.completion_tokens for usage in usages)
    failed = sum(isinstance(response, APIError) for response in responses)
    print(f"\n{len(responses) - failed} of {len(responses)} completed, {failed} failed, in {took_s:.2f} s")
    print(f"{tokens_in} tokens in, {tokens_out} out: {tokens_out / took_s:.0f} tokens/s")
    return 1 if failed else 0


if __name__ == "__main__":
    given = [line for path in sys.argv[1:] for line in Path(path).read_text("utf-8").splitlines() if line]
    raise SystemExit(asyncio.run(main(given or QUESTIONS)))
