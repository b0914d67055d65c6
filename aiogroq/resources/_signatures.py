"""Makes the keywords behind ``**params: Unpack[ChatParams]`` visible to tools that look at a method at run time.

Type checkers read the annotation. `inspect.signature`, ``help()``, IPython, jedi, `typing.get_type_hints` and
`unittest.mock.create_autospec` do not: each method is given what they look at. `typing.get_type_hints` says Any for types that
are not loaded until the method is called. Explicit keywords would have to be passed on
and collected again at every call.
"""

from __future__ import annotations

import inspect
from functools import cache
from types import FunctionType
from typing import Any, get_args, get_origin

from ..types._omit import omit
from ..types._typing import Required
from ._keywords import KEYWORDS


def show_keywords(cls: type) -> None:
    """Give a signature, annotations and an ``Args:`` section to each method of a class that takes a TypedDict.

    An ``Args:`` section in the docstring must be at its end: the arguments in the TypedDict follow.
    """
    for method in vars(cls).values():
        if isinstance(method, FunctionType):
            for name, annotation in method.__annotations__.items():
                if (
                    isinstance(annotation, str)
                    and annotation[:7] == "Unpack["
                    and annotation[7:-1] in KEYWORDS
                ):
                    _show(method, name, method.__globals__[annotation[7:-1]])
                    break


def _show(method: FunctionType, name: str, params: Any) -> None:
    signature = _Signature(method, params)
    own = dict(method.__annotations__)
    returns = own.pop("return")
    del own[name]
    fields = {
        field: get_args(hint)[0] if get_origin(hint) is Required else hint
        for field, hint in params.__annotations__.items()
    }
    method.__annotations__ = {**own, **fields, "return": returns}
    if _is_composed(method):
        method.__annotations__ = {
            name: hint if _is_loaded(hint, method) else Any for name, hint in method.__annotations__.items()
        }
    if method.__doc__ is not None:  # Python -OO
        doc = inspect.cleandoc(method.__doc__)
        header = "" if "\nArgs:\n" in doc else "\n\nArgs:"  # of arguments that are not in the TypedDict
        method.__doc__ = doc + header + _arguments(params)
    setattr(method, "__signature__", signature)  # noqa: B010  # unknown to type checkers


def _is_composed(method: FunctionType) -> bool:
    """Whether a method of a resource calls other methods of it, with types that are imported only when it is called."""
    return not any(name == "to_sync" or name.startswith("_") for name in method.__code__.co_names)


def _is_loaded(hint: object, method: FunctionType) -> bool:
    """Whether the names in an annotation are those of loaded modules. Others are for type checkers."""
    if not isinstance(hint, str):
        return True
    try:
        eval(hint, method.__globals__)
    except NameError:
        return False
    return True


@cache
def _arguments(params: Any) -> str:
    """Return the lines of an ``Args:`` section for a TypedDict, in the format of Google."""
    lines = [""]
    for name, (_, doc) in KEYWORDS[params.__name__].items():
        lines += [f"    {name}: " + doc.replace("\n", "\n        ").replace("        \n", "\n")]
    return "\n".join(lines)


class _Signature(inspect.Signature):
    """The signature of a method with all its keywords, made when it is first read: that takes about 0.2 ms."""

    def __init__(self, method: FunctionType, params: Any) -> None:
        self._params = params
        self._full: inspect.Signature | None = None
        # A copy, because `inspect.signature` of the method itself returns this object.
        self._plain = FunctionType(method.__code__, method.__globals__, method.__name__, method.__defaults__)
        self._plain.__kwdefaults__ = method.__kwdefaults__
        self._plain.__annotations__ = method.__annotations__

    def _made(self) -> inspect.Signature:
        if self._full is None:
            plain = inspect.signature(self._plain)
            *own, _ = plain.parameters.values()
            required = self._params.__required_keys__
            keywords = [
                inspect.Parameter(
                    name,
                    inspect.Parameter.KEYWORD_ONLY,
                    default=inspect.Parameter.empty if name in required else omit,
                    annotation=annotation,
                )
                for name, (annotation, _) in KEYWORDS[self._params.__name__].items()
            ]
            self._full = plain.replace(parameters=[*own, *keywords])
        return self._full

    @property
    def parameters(self) -> Any:
        return self._made().parameters

    @property
    def return_annotation(self) -> Any:
        return self._made().return_annotation

    def replace(self, **changes: Any) -> Any:
        return self._made().replace(**changes)

    def __reduce__(self) -> Any:
        return self._made().__reduce__()
