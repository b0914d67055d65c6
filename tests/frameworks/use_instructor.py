"""instructor on aiogroq: sync and async clients, each of its modes. `test_frameworks.py` runs it."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import Any

import aiogroq

aiogroq.install_as_groq()

import groq  # noqa: E402
import instructor  # noqa: E402
from instructor import Mode  # noqa: E402
from pydantic import BaseModel  # noqa: E402

MODEL = "openai/gpt-oss-20b"
MODES = (Mode.TOOLS, Mode.JSON_SCHEMA, Mode.MD_JSON)


class Person(BaseModel):
    name: str
    age: int


JOHN = {"name": "John Doe", "age": 30}
ASK: Any = {
    "messages": [{"role": "user", "content": "John Doe is 30 years old. Respond in JSON."}],
    "response_model": Person,
}


def sync() -> None:
    for mode in MODES:
        with groq.Groq() as client:
            chat = instructor.from_groq(client, mode=mode).chat.completions
            person, completion = chat.create_with_completion(model=MODEL, **ASK)
        assert person.model_dump() == JOHN, (mode, person)
        assert isinstance(completion, aiogroq.types.ChatCompletion)
        assert completion.usage is not None
        assert completion.usage.total_tokens > 20
    with groq.Groq() as client:
        parts = list(instructor.from_groq(client).chat.completions.create_partial(model=MODEL, **ASK))
    assert parts[-1].name == "John Doe"
    assert parts  # a call of a tool arrives in one chunk, as from the service


async def run_async() -> None:
    for mode in MODES:
        async with groq.AsyncGroq() as client:
            person = await instructor.from_groq(client, mode=mode).chat.completions.create(model=MODEL, **ASK)
        assert person.model_dump() == JOHN, (mode, person)
    by_name: Any = instructor.from_provider(f"groq/{MODEL}", async_client=True)
    person = await by_name.chat.completions.create(**ASK)
    assert person.model_dump() == JOHN


def errors() -> None:
    client = instructor.from_groq(groq.Groq(api_key="gsk_wrong", max_retries=0))
    reason = "no error"
    try:
        client.chat.completions.create(model=MODEL, max_retries=0, **ASK)
    except Exception as error:
        reason = str(error)
    assert "invalid_api_key" in reason, reason


def main() -> None:
    sync()
    asyncio.run(run_async())
    errors()
    print(
        f"instructor {version('instructor')}: {len(MODES)} modes, sync and async; partial objects; an error"
    )


if __name__ == "__main__":
    main()
