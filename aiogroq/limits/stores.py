"""`store_of`: the store that is meant by the option ``store`` of `Pacing`. A process has one store for each URL."""

from __future__ import annotations

import os
import threading
from typing import Any

from .memory import default_store
from .store import LimitStore

_lock = threading.Lock()
_stores: dict[str, LimitStore] = {}


def store_of(store: LimitStore | str | None) -> LimitStore:
    """Return the store that an option means: a URL that of this process for it, None the one in memory."""
    if store is None:
        return default_store()
    if not isinstance(store, str):
        return store
    with _lock:
        found = _stores.get(store)
        if found is None:
            from .redis import RedisStore  # loads redis, only where a URL is used

            found = _stores[store] = RedisStore(store)
        return found


async def close_store(store: LimitStore | str | None) -> None:
    """Close what the store of a URL has open on this event loop, unless requests are in flight there."""
    opened: Any = _stores.get(store) if isinstance(store, str) else None
    if opened is not None:
        await opened.close()


def _forget() -> None:
    # Another thread may have held the lock at the fork; a worker of a store is one process.
    global _lock
    _lock = threading.Lock()
    _stores.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
