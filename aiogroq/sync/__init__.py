"""The sync client: `Groq` runs an `AsyncGroq` on an event loop in a background thread.

Written by hand are the portal (that thread), the streams and responses, and the base of the client. The rest is generated
from the async code by ``python tools/sync_facade.py``.
"""
