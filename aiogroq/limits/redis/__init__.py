"""Rate limits that many processes share, in Redis.

`limits.lua` has the arithmetic: a port of that of `aiogroq.limits.memory`. `values` encodes what it is called with and decodes
what it returns.
"""

from __future__ import annotations
