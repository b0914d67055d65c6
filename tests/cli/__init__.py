"""The command line, run as people run it, against the embedded server."""
