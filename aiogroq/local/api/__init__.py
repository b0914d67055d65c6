"""The HTTP API of the embedded server as functions of values: routing, validation, rate limits, files, batches. No sockets."""
