"""The protocol with no I/O: requests as values, responses as values or errors, server-sent events, retry rules.

Every rule of the service is in this package, so that tests need only bytes and tables.
"""
