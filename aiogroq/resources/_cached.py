"""`cached_property`, which a fork cannot break.

Most of ours import a module when they are first asked. A process that is forked by another thread meanwhile would find
the lock of that import held for good (and that of functools' own, before Python 3.12): so a fork waits.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    from typing_extensions import Self

T_co = TypeVar("T_co", covariant=True)

_lock = threading.RLock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


class cached_property(Generic[T_co]):
    """Computed when it is first asked for, by one thread at a time."""

    def __init__(self, compute: Callable[[Any], T_co]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> T_co: ...
    def __get__(self, instance: object | None, owner: type | None = None) -> Self | T_co:
        if instance is None:
            return self
        with _lock:
            # The next look-up finds it in the instance, and does not come here.
            if self._name not in instance.__dict__:
                instance.__dict__[self._name] = self._compute(instance)
            return instance.__dict__[self._name]  # type: ignore[no-any-return]
