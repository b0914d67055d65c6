"""The load server: it sends precomputed responses, so that the client is measured and not the server."""
