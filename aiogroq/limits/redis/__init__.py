"""Rate limits that many processes share, in Redis.

`limits.lua` has the arithmetic: a port of that of `aiogroq.limits.memory`. `values` encodes what it is called with and decodes
what it returns. `store` has the `RedisStore`, `session` what it has open on each event loop, `share` the part of the limits
that a process keeps to while Redis cannot be reached.
"""

from __future__ import annotations

from .store import RedisStore as RedisStore
