"""`NeedsWith` and `NeedsAsyncWith`: errors for a stream manager that is used as if it were the stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NoReturn


class _Manager:
    _statement: ClassVar[str]
    """The statement that a manager is for."""

    if not TYPE_CHECKING:
        # At run time only: type checkers report what is missing.
        def _needs_with(self) -> NoReturn:
            raise TypeError(f"stream() is to be used with: {self._statement}")

        def __getattr__(self, name: str) -> NoReturn:
            # Not for the names that Python and other packages look for.
            hint = "" if name.startswith("_") else f"; use it with: {self._statement}"
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{hint}")


class NeedsWith(_Manager):
    """Base of the managers of sync streams."""

    if not TYPE_CHECKING:
        __iter__ = _Manager._needs_with


class NeedsAsyncWith(_Manager):
    """Base of the managers of async streams."""

    if not TYPE_CHECKING:
        __aiter__ = __await__ = __enter__ = _Manager._needs_with

        def __exit__(self, *_: object) -> None:
            """Not reached: `__enter__` raises."""
