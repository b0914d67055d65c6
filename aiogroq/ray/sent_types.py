"""`prepare_to_send`: a type as ``response_format``, made ready to be pickled for the actors.

Types of a module that all machines import go by their name. Those of the script itself, or of a notebook, go by value.
"""

from __future__ import annotations

import sys
from typing import Any, get_args, get_type_hints

from ..jobs import JobInputError

_CACHE = "__msgspec_cache__"
"""What msgspec stores in a dataclass or a TypedDict that it has decoded. It cannot be pickled, and is made again."""


def prepare_to_send(response_format: Any) -> None:
    """Remove what cannot be pickled from a type and the types in it, and evaluate annotations that are texts.

    Raises `JobInputError` for one that would lose its fields.
    """
    _prepare(response_format, set())


def _prepare(each: Any, seen: set[int]) -> None:
    if id(each) in seen:
        return
    seen.add(id(each))
    for argument in get_args(each):
        _prepare(argument, seen)
    if not isinstance(each, type) or not _is_by_value(each):
        return
    if hasattr(each, "__struct_fields__"):
        raise JobInputError(
            f"response_format: {each.__name__} is a msgspec.Struct of this script, which cannot be sent to the actors. Define "
            "it in a module that all machines import, or make it a TypedDict, a dataclass or a pydantic model"
        )
    if _CACHE in vars(each):
        delattr(each, _CACHE)
    try:
        hints = get_type_hints(each, include_extras=True)
    except Exception:  # a name that is not there: the schema of the type says so
        return
    # Annotations that are texts cannot be evaluated elsewhere: the names in them are those of the script.
    own = vars(each).get("__annotations__")
    if own:
        each.__annotations__ = {name: hints.get(name, text) for name, text in own.items()}
    for hint in hints.values():
        _prepare(hint, seen)


def _is_by_value(each: type) -> bool:
    """Return whether a class is pickled by value, because other processes do not find it by its name."""
    if each.__module__ == "__main__":
        return True
    found: Any = sys.modules.get(each.__module__)
    for name in each.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is not each
