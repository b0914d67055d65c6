"""An agent with an MCP server over stdio, and a function of its own.

    pip install aiogroq mcp
    python examples/agent_with_mcp.py

The server is this file too: `python examples/agent_with_mcp.py serve`. It keeps a shopping list. A server that somebody
else wrote is started the same way, such as `command="uvx", args=["mcp-server-git"]`.

It needs GROQ_API_KEY, or the embedded server: see README.md in this directory.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Annotated, Any

from mcp import ClientSession, StdioServerParameters, stdio_client

from aiogroq import AsyncGroq, GroqError, ToolCall

MODEL = "openai/gpt-oss-20b"
QUESTION = "Put milk on the shopping list, and tell me what the weather in Oslo is."


def serve() -> None:
    """Serve the shopping list over stdio."""
    try:
        from mcp.server import MCPServer
    except ImportError:  # mcp 1.x
        from mcp.server.fastmcp import FastMCP as MCPServer

    server: Any = MCPServer("shopping", log_level="ERROR")
    items: list[str] = []

    @server.tool()
    def add_to_shopping_list(item: str) -> str:
        """Put an item on the shopping list."""
        items.append(item)
        return f"on the list now: {', '.join(items)}"

    server.run()


async def get_weather(location: Annotated[str, "A city"]) -> dict[str, object]:
    """Get the weather. A real function would call a weather service."""
    return {"location": location, "celsius": 9, "sky": "clear"}


def approve(call: ToolCall) -> bool:
    """Show each call before it runs. Return False to reject one."""
    print(f"[{call.name} {dict(call.arguments)}]")
    return True


async def main() -> str | None:
    """Ask one question and print the text as it arrives. Returns the text of an error, None if there was none."""
    parameters = StdioServerParameters(command=sys.executable, args=[__file__, "serve"], env=dict(os.environ))
    async with (
        AsyncGroq() as client,
        stdio_client(parameters) as streams,
        ClientSession(*streams) as session,
    ):
        await session.initialize()
        runner = client.chat.completions.tool_runner(
            model=MODEL,
            messages=[{"role": "user", "content": QUESTION}],
            tools=[session, get_weather],
            approve=approve,
            tool_timeout_s=30,
            stream=True,
        )
        try:  # in here: an error that leaves the block of a session is in an ExceptionGroup
            async for stream in runner:
                async for text in stream.text_stream:
                    print(text, end="", flush=True)
        except GroqError as error:
            return str(error)
        print()
    return None


if __name__ == "__main__":
    try:
        if sys.argv[1:] == ["serve"]:
            serve()
        else:
            sys.exit(asyncio.run(main()))
    except GroqError as error:  # there is no key
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
