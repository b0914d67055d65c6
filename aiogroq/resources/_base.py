"""The bases of resources and of their views, and the attributes that hold them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from ..protocol.arguments import did_you_mean
from ._signatures import show_keywords

if TYPE_CHECKING:
    from typing_extensions import Self

    from ..transport.call import Transport

C = TypeVar("C", covariant=True)


class child(Generic[C]):
    """A child resource, made at the first access and cached on the instance.

    It has no lock, unlike `functools.cached_property` before Python 3.12: a process forked by another thread meanwhile
    would inherit the lock in its locked state. A class is given itself, or as a text such as ``".responses.AsyncResponses"``
    (a module beside that of the owner, and its name in it), which is imported at the first access.
    """

    def __init__(self, cls: type[C] | str) -> None:
        self._given: Any = cls
        self.__doc__ = None if isinstance(cls, str) else cls.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name
        self._package = owner.__module__.rpartition(".")[0]

    @property
    def _cls(self) -> Any:
        if isinstance(self._given, str):
            module, _, name = self._given.rpartition(".")
            self._given = getattr(import_module(module, self._package), name)
        return self._given

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._cls.__name__}>"

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> C: ...
    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        # Atomic: if two threads get here at the same time, both return the object that was stored first.
        return instance.__dict__.setdefault(self._name, self._make(instance))

    def _make(self, instance: Any) -> Any:
        return self._cls(instance._source_of_child(self._name))


class view(child[C]):
    """A view of a resource: the object behind ``with_raw_response`` or ``with_streaming_response``."""

    def _make(self, instance: Any) -> Any:
        return self._cls(instance)


class View:
    """The base of the generated views. A child of a view is the same view of the resource's child."""

    def __init_subclass__(cls) -> None:
        show_keywords(cls)

    def __init__(self, resource: Any) -> None:
        self._resource = resource

    def _source_of_child(self, name: str) -> Any:
        return getattr(self._resource, name)


class AsyncResource:
    """A group of endpoints."""

    def __init_subclass__(cls) -> None:
        show_keywords(cls)

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _source_of_child(self, name: str) -> Any:
        return self._transport

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._transport.config.root}>"

    if not TYPE_CHECKING:
        # At run time only: otherwise type checkers would accept a misspelt name as Any.
        def __getattr__(self, name: str) -> Any:
            hint = did_you_mean(name, [known for known in dir(self) if not known.startswith("_")])
            raise AttributeError(f"{type(self).__name__!r} has no {name!r}{hint}")
