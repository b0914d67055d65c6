"""What the annotations of types say: parts of an annotation, and the fields of a class with its type arguments filled in."""

from __future__ import annotations

import inspect
import sys
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from ..errors import SchemaError

UNIONS = (typing.Union, types.UnionType)


def _special(*names: str) -> tuple[Any, ...]:
    """Return special forms from `typing` and from typing_extensions, which the user of its forms has imported."""
    modules = (typing, sys.modules.get("typing_extensions"))
    found = [getattr(module, name, None) for module in modules for name in names]
    return tuple(each for each in found if each is not None)


@dataclass
class Annotation:
    """An annotation without what is written around the type."""

    core: Any
    """The type, such as ``list[int]``."""
    metadata: list[Any] = field(default_factory=list[Any])
    """The metadata of `Annotated`, from the inside out."""
    required: bool | None = None
    """What `Required` or `NotRequired` say, else None."""

    @property
    def description(self) -> str | None:
        """The last text in the metadata: a string, or that of a `Doc`, a `msgspec.Meta` or a pydantic `Field`."""
        for each in reversed(self.metadata):
            text = each if isinstance(each, str) else None
            for name in ("documentation", "description"):
                text = text or getattr(each, name, None)
            if isinstance(text, str) and text.strip():
                return inspect.cleandoc(text)
        return None


def unwrap(annotation: Any) -> Annotation:
    """Return an annotation without `Annotated`, `NewType`, `Required` and the like."""
    found = Annotation(annotation)
    while True:
        core = found.core
        origin = typing.get_origin(core)
        if origin is typing.Annotated:
            found.metadata = [*core.__metadata__, *found.metadata]
            found.core = core.__origin__
        elif origin in _special("Required", "NotRequired", "ReadOnly", "Final"):
            if origin in _special("Required", "NotRequired"):
                found.required = origin in _special("Required")
            (found.core,) = typing.get_args(core)
        elif hasattr(core, "__supertype__"):
            found.core = core.__supertype__
        elif is_type_alias(origin):
            found.core = origin.__value__[typing.get_args(core)]
        else:
            return found


def is_type_alias(core: Any) -> bool:
    """Whether it is an alias made by a ``type`` statement."""
    return isinstance(core, _special("TypeAliasType"))


def class_of(core: Any) -> type[Any] | None:
    """Return the class of an annotation: ``Page`` for ``Page`` and for ``Page[int]``. None if it is no class."""
    origin = typing.get_origin(core) or core
    return cast("type[Any]", origin) if isinstance(origin, type) else None


def field_annotations(core: Any) -> dict[str, Any]:
    """Return the annotations of all fields of a class, those of its bases first.

    Type parameters are replaced by the arguments in ``core``, such as ``Page[int]``. Raises `SchemaError` if an annotation
    cannot be evaluated.
    """
    cls = cast("type[Any]", class_of(core))
    arguments: dict[type[Any], dict[Any, Any]] = {}
    _collect_arguments(core, {}, arguments)
    found: dict[str, Any] = {}
    try:
        for base in reversed(cls.__mro__):
            own = inspect.get_annotations(base)
            if own:
                hints = typing.get_type_hints(base, localns=_names_in(base), include_extras=True)
                found |= {name: _filled(hints[name], arguments.get(base, {})) for name in own}
    except Exception as error:
        reason = str(error).rstrip(".")
        raise SchemaError(
            f"the annotations of {cls.__qualname__} cannot be evaluated: {reason}. Define what they name at the top level of "
            "the module"
        ) from None
    return found


def _names_in(cls: type[Any]) -> dict[str, Any] | None:
    """Return the names that annotations of a class with type parameters can use, or None for a class without.

    `typing.get_type_hints` does not know ``class Page[T]`` before Python 3.13. As there, a global name comes before a name
    in the class, which may be that of a field.
    """
    parameters = getattr(cls, "__type_params__", ())
    if not parameters:
        return None
    module = vars(sys.modules.get(cls.__module__, object))
    return {**vars(cls), **module, **{each.__name__: each for each in parameters}}


def _collect_arguments(
    core: Any, outer: Mapping[Any, Any], arguments: dict[type[Any], dict[Any, Any]]
) -> None:
    cls = class_of(core)
    if cls is None or cls in arguments:
        return
    given = [_filled(each, outer) for each in typing.get_args(core)]
    parameters = getattr(cls, "__parameters__", ())
    arguments[cls] = dict(zip(parameters, given, strict=False))
    for base in getattr(cls, "__orig_bases__", cls.__bases__):
        if typing.get_origin(base) is not typing.Generic:
            _collect_arguments(base, arguments[cls], arguments)


def _filled(annotation: Any, arguments: Mapping[Any, Any]) -> Any:
    """Replace the type parameters in an annotation."""
    if isinstance(annotation, TypeVar):
        return arguments.get(annotation, annotation)
    if (
        isinstance(annotation, type) and typing.get_origin(annotation) is None
    ):  # a generic class without arguments
        return annotation
    parameters = getattr(annotation, "__parameters__", ())
    if not arguments or not isinstance(parameters, tuple) or not parameters:
        return annotation
    generic: Any = cast("Any", annotation)
    return generic[tuple(arguments.get(each, each) for each in cast("tuple[object, ...]", parameters))]
