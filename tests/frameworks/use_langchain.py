"""langchain-groq on aiogroq: invoke, stream, tools, structured output. `test_frameworks.py` runs it.

With the argument ``client`` it gives a client to langchain-groq, which needs no `install_as_groq`.
"""

from __future__ import annotations

import asyncio
import sys
from importlib.metadata import version
from typing import Any

import aiogroq

WITH_CLIENT = sys.argv[1:] == ["client"]
if not WITH_CLIENT:
    aiogroq.install_as_groq()

from langchain_core.messages import HumanMessage  # noqa: E402
from langchain_core.tools import tool  # noqa: E402
from langchain_groq import ChatGroq  # noqa: E402
from pydantic import BaseModel  # noqa: E402

MODEL = "openai/gpt-oss-20b"
GREETING = "Hello! How can I help you today?"


class Person(BaseModel):
    """A person."""

    name: str
    age: int


@tool
def get_weather(location: str) -> str:
    """Get the weather."""
    return f"18 degrees and fog in {location}"


def chat_model(**options: Any) -> ChatGroq:
    if not WITH_CLIENT:
        return ChatGroq(model=MODEL, **options)
    return ChatGroq(
        model=MODEL,
        client=aiogroq.Groq().chat.completions,
        async_client=aiogroq.AsyncGroq().chat.completions,
        **options,
    )


def main() -> None:
    llm = chat_model(temperature=0)
    message = llm.invoke("Hello")
    assert message.content == GREETING
    assert message.usage_metadata["total_tokens"] > 20
    assert message.response_metadata["model_name"] == MODEL
    assert "".join(str(chunk.content) for chunk in llm.stream("Hello")) == GREETING

    async def run_async() -> None:
        assert (await llm.ainvoke("Hello")).content == GREETING
        assert "".join([str(chunk.content) async for chunk in llm.astream("Hello")]) == GREETING

    asyncio.run(run_async())
    for method in ("function_calling", "json_schema"):
        person = llm.with_structured_output(Person, method=method).invoke("John Doe is 30 years old")
        assert person == Person(name="John Doe", age=30), (method, person)
    messages: list[Any] = [HumanMessage("What's the weather in San Francisco?")]
    with_tools = llm.bind_tools([get_weather])
    question = with_tools.invoke(messages)
    messages += [question, *(get_weather.invoke(call) for call in question.tool_calls)]
    assert "18 degrees and fog in San Francisco" in str(with_tools.invoke(messages).content)
    kind = "a client of aiogroq" if WITH_CLIENT else "install_as_groq"
    print(f"langchain-groq {version('langchain-groq')} with {kind}: invoke, stream, async, 2 methods, tools")


if __name__ == "__main__":
    main()
