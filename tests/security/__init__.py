"""The key is never shown or sent elsewhere, nothing is injected into headers or paths, and no server names a file."""
