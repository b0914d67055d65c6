"""The command line, run against the embedded server."""
