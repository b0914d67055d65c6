"""The blocking colour: `Groq` is an `AsyncGroq` on a loop thread.

Written by hand here are only the portal (that thread), what wraps its results (streams, responses) and the client; the
rest is generated from ``resources/`` by ``python tools/sync_facade.py``.
"""
