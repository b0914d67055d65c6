"""The protocol with no I/O: requests as values, answers as values or errors, server-sent events, retry rules.

Every rule of the service lives in this room, so that it is tested with bytes and tables.
"""
