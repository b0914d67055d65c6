"""`pacer_for`: the pacers of this process, one queue for each event loop, store and scope."""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
import weakref
from collections.abc import Callable
from functools import partial

from .pacer import Pacer
from .pacing import Pacing
from .queue import Queue
from .stores import store_of

_MAX_QUEUES = 1024
_lock = threading.Lock()
_loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Loop] = weakref.WeakKeyDictionary()


class _Loop:
    """The queues and the pacers of one event loop."""

    def __init__(self) -> None:
        self.queues: dict[tuple[str, int], Queue] = {}
        self.pacers: weakref.WeakKeyDictionary[Pacing, dict[str, Pacer]] = weakref.WeakKeyDictionary()


def account_of(api_key: str, base_url: str, organization: str | None = None) -> str:
    """Return the name of an account at a service: of the organisation, where that is given. It does not show the key."""
    kind, name = ("key", api_key) if organization is None else ("organization", organization)
    return f"{hashlib.blake2b(name.encode(), digest_size=16, person=kind.encode()).hexdigest()}:{base_url}"


def scope_of(pacing: Pacing, *, api_key: str, base_url: str, model: str) -> str:
    """Return the name under which a store has the limits of an account and a model."""
    return f"{account_of(api_key, base_url, pacing.organization)}:{model}"


def pacer_for(pacing: Pacing, *, api_key: str, base_url: str, model: str) -> Pacer:
    """Return the pacer of the running event loop for an account and a model. The same arguments return the same one."""
    return _pacer(pacing, account_of(api_key, base_url, pacing.organization), model)


def account_pacers(pacing: Pacing, api_key: str, base_url: str) -> Callable[[str], Pacer]:
    """Return a function that returns the pacer of the running event loop for a model."""
    return partial(_pacer, pacing, account_of(api_key, base_url, pacing.organization))


async def stored(pacing: Pacing) -> None:
    """Wait until the stores of the running event loop have taken what ended so far, or have failed."""
    state = _loops.get(asyncio.get_running_loop())
    for pacer in list((state.pacers.get(pacing) or {}).values()) if state is not None else ():
        await pacer.stored()


def _pacer(pacing: Pacing, account: str, model: str) -> Pacer:
    loop = asyncio.get_running_loop()
    state = _loops.get(loop)
    if state is None:
        with _lock:
            state = _loops.setdefault(loop, _Loop())
    scope = f"{account}:{model}"
    pacers = state.pacers.get(pacing)
    if pacers is None:
        pacers = state.pacers[pacing] = {}
    pacer = pacers.get(scope)
    if pacer is None:
        store = store_of(pacing.store)
        queue = state.queues.get((scope, id(store)))
        if queue is None:
            _drop_idle(state)
            queue = state.queues[scope, id(store)] = Queue(store, scope, model)
        limits = pacing.limits_of(model)
        if limits is not None:
            queue.give(limits.by_kind())
        pacer = pacers[scope] = Pacer(queue, pacing)
    return pacer


def _drop_idle(state: _Loop) -> None:
    """Forget queues of models that are not used, once there are many: model ids are arbitrary."""
    if len(state.queues) < _MAX_QUEUES:
        return
    for key in [key for key, queue in state.queues.items() if queue.is_idle]:
        del state.queues[key]
    state.pacers.clear()


def _renew_lock() -> None:
    global _lock
    _lock = threading.Lock()  # another thread may have held it at the fork


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
