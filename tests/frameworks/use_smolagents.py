"""smolagents on aiogroq: a model, its stream, an agent with a tool. `test_frameworks.py` runs it.

With the argument ``client`` the client is imported from aiogroq, without `install_as_groq`.
"""

from __future__ import annotations

import sys
from importlib.metadata import version

import aiogroq

WITH_CLIENT = sys.argv[1:] == ["client"]
if WITH_CLIENT:
    from aiogroq import Groq
else:
    aiogroq.install_as_groq()
    from groq import Groq

from smolagents import OpenAIModel, ToolCallingAgent, tool  # noqa: E402

GREETING = "Hello! How can I help you today?"


@tool
def get_weather(location: str) -> str:
    """Get the weather.

    Args:
        location: The name of a city.
    """
    return f"18 degrees and fog in {location}"


def main() -> None:
    with Groq() as client:
        model = OpenAIModel("openai/gpt-oss-20b", client=client)
        messages = [{"role": "user", "content": "Hello"}]
        message = model(messages)
        assert message.content == GREETING
        assert message.token_usage.output_tokens > 0
        assert "".join(part.content or "" for part in model.generate_stream(messages)) == GREETING
        agent = ToolCallingAgent(tools=[get_weather], model=model, max_steps=3, verbosity_level=0)
        result = agent.run("What's the weather in San Francisco?")
        assert "18 degrees and fog in San Francisco" in str(result), result
    kind = "a client of aiogroq" if WITH_CLIENT else "install_as_groq"
    print(f"smolagents {version('smolagents')} with {kind}: a message, a stream, an agent with a tool")


if __name__ == "__main__":
    main()
