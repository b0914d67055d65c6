"""An MCP server with three tools, for mcp 1.x and 2.x: ``python mcp_server.py`` serves it over stdio."""

from typing import Any

try:
    from mcp.server import MCPServer
except ImportError:  # mcp 1.x
    from mcp.server.fastmcp import FastMCP as MCPServer


def make_server(name: str = "notes") -> Any:
    """Return a server with its tools."""
    server: Any = MCPServer(name, log_level="ERROR")
    notes: list[str] = []

    @server.tool()  # type: ignore[untyped-decorator,unused-ignore]
    def add_note(text: str, urgent: bool = False) -> str:
        """Add a note."""
        notes.append(text + "!" * urgent)
        return f"{len(notes)} notes"

    @server.tool()  # type: ignore[untyped-decorator,unused-ignore]
    def list_notes() -> list[str]:
        """List all notes."""
        return notes

    @server.tool()  # type: ignore[untyped-decorator,unused-ignore]
    def fail() -> str:
        """Fail."""
        raise ValueError("no such note")

    return server


if __name__ == "__main__":
    make_server().run()
