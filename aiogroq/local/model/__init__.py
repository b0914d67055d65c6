"""The fake model of the embedded server: deterministic completions, tool calls, JSON, embeddings and audio without weights."""
