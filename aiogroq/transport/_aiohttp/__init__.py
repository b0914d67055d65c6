"""Everything private of aiohttp that is used, in this one package: the fast path of own sessions.

aiohttp's public API copies the headers of each request twice, adds its own, and makes a writer and, before Python 3.12, a task
even for the shortest body: a third of the CPU of a small request. It does not tell which connection a request used, and leaves
some connections and waiters behind. `NEEDS` lists the private names; docs/internals/aiohttp.md says what each is for.

`unsupported_reason` checks all names and then sends requests through the fast path in memory. The pool takes aiohttp's public
API alone if a name is missing or has another signature, if that rehearsal fails, or while ``ClientSession._request`` is
wrapped (vcrpy, aioresponses, tracers).
"""

from .check import unsupported_reason
from .connections import Connector, HttpProcessingError
from .exchange import Exchanges
from .needs import NEEDS, Need, is_wrapped
from .responses import buffered_data, end_tracing, forget_connection, read_events
from .sessions import close_connections, detach, loop_of, open_session, redirect_to_devnull, sender

__all__ = [
    "NEEDS",
    "Connector",
    "Exchanges",
    "HttpProcessingError",
    "Need",
    "buffered_data",
    "close_connections",
    "detach",
    "end_tracing",
    "forget_connection",
    "is_wrapped",
    "loop_of",
    "open_session",
    "read_events",
    "redirect_to_devnull",
    "sender",
    "unsupported_reason",
]
