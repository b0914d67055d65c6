"""`FormatCache`: what was made for a type, as long as the type lives."""

from __future__ import annotations

import sys
import typing
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_ATTRIBUTE = "__aiogroq_formats__"
_MAX_ENTRIES = 128


class _Entries(dict[Any, Any]):
    """The entries of one class. A copy or a pickle of the class (cloudpickle pickles all attributes) has none."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _Entries, ()


class FormatCache(Generic[T]):
    """Values by type.

    They are stored on the first class in the type, so that they go with it: a class that is defined again in a notebook is
    another type, and nothing holds the old one. Values of types without a class of the user (``list[int]``) are stored
    here. At most 128 are stored in one place.
    """

    def __init__(self) -> None:
        self._shared = _Entries()

    def get(self, annotation: Any, key: Any) -> T | None:
        """Return the value of a type and a further key, or None."""
        try:
            found: T | None = self._entries(annotation).get((annotation, _order(annotation), key))
        except TypeError:  # metadata that cannot be hashed
            return None
        return found

    def put(self, annotation: Any, key: Any, value: T) -> None:
        """Store the value of a type and a further key."""
        entries = self._entries(annotation)
        if len(entries) >= _MAX_ENTRIES:
            entries.clear()
        classes = {(cls.__module__, cls.__qualname__): cls for cls in _user_classes(annotation)}
        for old in list(entries):
            # The other classes of a type may have been defined again.
            if any(
                classes.get((cls.__module__, cls.__qualname__), cls) is not cls
                for cls in _user_classes(old[0])
            ):
                entries.pop(old, None)
        try:
            entries[annotation, _order(annotation), key] = value
        except TypeError:
            return

    def _entries(self, annotation: Any) -> dict[Any, Any]:
        cls = next(_user_classes(annotation), None)
        if cls is None:
            return self._shared
        entries: dict[Any, Any] | None = vars(cls).get(_ATTRIBUTE)
        if entries is None:
            entries = _Entries()
            try:
                type.__setattr__(cls, _ATTRIBUTE, entries)
            except TypeError:  # a class of an extension module
                return self._shared
        return entries


def _order(annotation: Any) -> tuple[Any, ...]:
    """Return the arguments of a type in their order, at any depth: ``int | str`` and ``str | int`` are equal otherwise."""
    return tuple((each, _order(each)) for each in typing.get_args(annotation))


def _user_classes(annotation: Any) -> Iterator[type[Any]]:
    """Yield the classes in a type that are not of the standard library."""
    if isinstance(annotation, type) and not typing.get_origin(annotation):
        if annotation.__module__ not in sys.stdlib_module_names:
            yield annotation
        return
    for each in (typing.get_origin(annotation), *typing.get_args(annotation)):
        if each is not None and each is not annotation:
            yield from _user_classes(each)
