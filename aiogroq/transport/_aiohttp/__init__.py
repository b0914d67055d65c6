"""All that is private in aiohttp, in this one package: the fast path of our own sessions.

aiohttp's public API copies the headers of each request twice, adds its own, makes a writer and, before Python 3.12, a task that
writes even the shortest body: a third of what a small exchange costs. It tells nobody which connection a request went out on,
and leaves some connections and waiters behind. What is taken from below its public API, and what each name buys, is in
`NEEDS`. `unsupported_reason` checks all of it and then sends a request through it in memory: where a name is missing or has another
signature, where the rehearsal fails, or where somebody has wrapped ``ClientSession._request`` (vcrpy, aioresponses, tracers),
the pool takes the public API alone.
"""

from .check import unsupported_reason
from .connections import Connector, HttpProcessingError
from .needs import NEEDS, Need, is_wrapped
from .responses import arrived_before, end_tracing, forget_connection, read_events
from .sessions import close_connections, detach, loop_of, open_session, redirect_to_devnull, sender

__all__ = [
    "NEEDS",
    "Connector",
    "HttpProcessingError",
    "Need",
    "arrived_before",
    "end_tracing",
    "close_connections",
    "detach",
    "unsupported_reason",
    "forget_connection",
    "is_wrapped",
    "loop_of",
    "open_session",
    "redirect_to_devnull",
    "read_events",
    "sender",
]
