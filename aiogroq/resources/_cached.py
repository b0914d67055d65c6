"""`cached_property`, as functools has it from Python 3.12 on: without a lock.

The older one holds a lock for all objects of a class; a process that is forked meanwhile has it locked for good.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    from typing_extensions import Self

T_co = TypeVar("T_co", covariant=True)


class cached_property(Generic[T_co]):
    """Computed when it is first asked for. Where two threads ask at once it may be computed twice."""

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
        # The next look-up finds it in the instance, and does not come here.
        return instance.__dict__.setdefault(self._name, self._compute(instance))  # type: ignore[no-any-return]
