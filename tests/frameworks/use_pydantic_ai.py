"""pydantic-ai on aiogroq: typed output, tools, streams, usage, errors. `test_frameworks.py` runs it."""

from __future__ import annotations

import asyncio
import json
from importlib.metadata import version
from typing import Any

import aiogroq

aiogroq.install_as_groq()

import groq  # noqa: E402
from pydantic import BaseModel  # noqa: E402
from pydantic_ai import Agent, NativeOutput, PromptedOutput  # noqa: E402
from pydantic_ai.exceptions import (  # noqa: E402
    ModelAuthenticationError,
    ModelConnectionError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelRateLimitError,
    UnexpectedModelBehavior,
)
from pydantic_ai.models.groq import GroqModel  # noqa: E402
from pydantic_ai.providers.groq import GroqProvider  # noqa: E402

MODEL = "openai/gpt-oss-20b"


class Person(BaseModel):
    name: str
    age: int


def typed_output() -> None:
    outputs: tuple[Any, ...] = (Person, NativeOutput(Person), PromptedOutput(Person))
    for output in outputs:
        result = Agent(f"groq:{MODEL}", output_type=output).run_sync("John Doe is 30 years old")
        assert result.output == Person(name="John Doe", age=30), result.output
        assert result.usage.requests == 1
        assert result.usage.input_tokens > 20
        assert result.usage.output_tokens > 10


def tools() -> None:
    agent = Agent(f"groq:{MODEL}")

    @agent.tool_plain
    def get_weather(location: str) -> str:
        """Get the weather."""
        return f"18 degrees and fog in {location}"

    result = agent.run_sync("What's the weather in San Francisco?")
    assert "18 degrees and fog in San Francisco" in result.output
    assert (result.usage.requests, result.usage.tool_calls) == (2, 1)
    assert result.usage.details["reasoning_tokens"] > 0


async def streams() -> None:
    async with Agent(f"groq:{MODEL}").run_stream("Hello") as stream:
        text = "".join([part async for part in stream.stream_text(delta=True)])
    assert text == "Hello! How can I help you today?", text
    assert stream.usage.output_tokens > 0


def failure(client: Any, model: str = MODEL, **settings: Any) -> Any:
    """Return the exception that a run raises."""
    agent = Agent(
        GroqModel(model, provider=GroqProvider(groq_client=client)), model_settings=settings or None
    )
    try:
        agent.run_sync("Hello")
    except Exception as error:
        return error
    raise AssertionError("no error")


def errors() -> None:
    client = groq.AsyncGroq(max_retries=0)
    unauthorized = failure(groq.AsyncGroq(api_key="gsk_wrong"))
    assert isinstance(unauthorized, ModelAuthenticationError), unauthorized
    assert unauthorized.status_code == 401
    assert unauthorized.body["error"]["code"] == "invalid_api_key"
    assert isinstance(unauthorized.__cause__, aiogroq.AuthenticationError)
    assert isinstance(failure(client, "no-such-model"), ModelNotFoundError)
    limited = failure(client, extra_headers={"x-local-fault": '{"status": 429}'})
    assert isinstance(limited, ModelRateLimitError), limited
    too_large = failure(client, extra_headers={"x-local-fault": '{"status": 413}'})
    assert isinstance(too_large, ModelHTTPError), too_large
    # It reads the rejected call of the model in the body of our error, and lets the model repeat it.
    rejected = {
        "message": "Failed to call a function.",
        "type": "invalid_request_error",
        "code": "tool_use_failed",
        "failed_generation": '{"name": "get_weather", "arguments": {"city": 5}}',
    }
    fault = json.dumps({"status": 400, "body": {"error": rejected}})
    repeated = failure(client, extra_headers={"x-local-fault": fault})
    assert isinstance(repeated, UnexpectedModelBehavior), repeated
    refused = failure(groq.AsyncGroq(base_url="http://127.0.0.1:9", max_retries=0))
    assert isinstance(refused, ModelConnectionError), refused


def main() -> None:
    assert groq.AsyncGroq is aiogroq.AsyncGroq
    typed_output()
    tools()
    asyncio.run(streams())
    errors()
    print(f"pydantic-ai {version('pydantic-ai-slim')}: 3 kinds of typed output, tools, a stream, 6 errors")


if __name__ == "__main__":
    main()
