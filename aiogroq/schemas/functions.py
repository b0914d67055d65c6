"""`function_schema`: a Python function as a tool: its name, description and parameters, and the decoder of arguments."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

import msgspec

from ..errors import SchemaError
from ..types._typing import NotRequired, TypedDict
from .docstrings import parse_docstring
from .mismatch import MismatchError
from .typed_format import TypedFormat, typed_format

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "is positional-only; a model gives arguments by name: remove the '/'",
    inspect.Parameter.VAR_POSITIONAL: "takes any number of values; a model gives arguments by name: use a list",
}


@dataclass(frozen=True)
class FunctionSchema:
    """What a model is told of a function, and how its arguments are read."""

    name: str
    """The name of the function: letters, digits, ``_`` and ``-``, at most 64."""
    description: str
    """The text of the docstring before its sections; may be empty."""
    parameters: dict[str, Any]
    """The JSON schema of the arguments: a closed object, without references where they are not recursive."""
    takes_call: bool
    """Whether the first parameter gets the call. The model does not see it."""
    owner: str | None
    """The class of a method that lacks its object, such as ``Greeter.greet``; None for what can be called."""
    _format: TypedFormat[Any]
    _known: frozenset[str]
    _extra: TypedFormat[dict[str, Any]] | None

    def decode(self, arguments: str) -> dict[str, Any]:
        """Return the keyword arguments in the JSON text that a model wrote.

        Values that convert without loss are accepted, such as ``"30"`` for an int. Raises `MismatchError`.
        """
        given = decode_object(arguments)
        unknown = {name: value for name, value in given.items() if name not in self._known}
        if not unknown:
            return _decoded(self._format, arguments if given else "{}")
        if self._extra is None:
            names = ", ".join(sorted(self._known)) or "none"
            raise MismatchError(
                f"Object contains unknown field `{next(iter(unknown))}` (the parameters are: {names})"
            )
        known = {name: value for name, value in given.items() if name in self._known}
        return {**_decoded(self._format, _text(known)), **_decoded(self._extra, _text(unknown))}


def decode_object(arguments: str) -> dict[str, Any]:
    """Return the JSON object in a text as plain data; no text is an empty object. Raises `MismatchError`."""
    try:
        value: object = msgspec.json.decode(arguments) if arguments.strip() else {}
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise MismatchError(f"The arguments are not JSON: {error}") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MismatchError(f"Expected `object`, got `{type(value).__name__}`")
    return cast("dict[str, Any]", value)


def function_schema(
    function: Callable[..., Any],
    *,
    name: str | None = None,
    description: str | None = None,
    call_type: Any = None,
) -> FunctionSchema:
    """Return the schema of a function, method, `functools.partial` or object with ``__call__``.

    ``name`` and ``description`` replace those of the function. A first parameter of the type ``call_type``, or that or None,
    is not part of the schema. Arguments that a partial has set are not either, nor is the ``self`` of a method that lacks its
    object, as where a class decorates it. Raises `SchemaError`, which names the parameter, for what
    a model cannot call.
    """
    target, bound = _unwrapped(function)
    name = _checked_name(name or _name_of(target), function)
    text, texts = parse_docstring(_docstring(target))
    hints = _hints(target, name)
    parameters = [each for each in _parameters(function, name) if each.name not in bound]
    owner = _owner(target, parameters)
    if owner is not None:
        del parameters[0]
    takes_call = bool(parameters) and _takes(hints.get(parameters[0].name), call_type)
    if takes_call:
        del parameters[0]
    for each in parameters:
        if _takes(hints.get(each.name), call_type):
            raise SchemaError(
                f"{name}: the parameter {each.name!r} gets the call only if it is the first one: move it there"
            )
    extra = None
    if parameters and parameters[-1].kind is inspect.Parameter.VAR_KEYWORD:
        extra = _format_of(dict[str, hints.get(parameters.pop().name, Any)], name)  # type: ignore[misc]
    for each in parameters:
        if each.kind in _KINDS:
            raise SchemaError(f"{name}: the parameter {each.name!r} {_KINDS[each.kind]}")
    format_ = _format_of(_arguments_type(parameters, hints), name)
    schema = _described(format_.schema, parameters, hints, texts)
    schema["additionalProperties"] = extra.schema.get("additionalProperties", True) if extra else False
    known = frozenset(each.name for each in parameters)
    return FunctionSchema(
        name, text if description is None else description, schema, takes_call, owner, format_, known, extra
    )


def _parameters(function: Callable[..., Any], name: str) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except ValueError:  # of some functions that are written in C
        raise SchemaError(
            f"{name}: Python does not know its parameters: write a function with annotated parameters that calls it"
        ) from None


def _owner(target: Any, parameters: Sequence[inspect.Parameter]) -> str | None:
    """Return the class of a method that was taken from the class itself, and so still has the parameter ``self``."""
    if not parameters or parameters[0].name != "self" or not inspect.isroutine(target):
        return None
    owner = str(getattr(target, "__qualname__", "")).rpartition(".")[0]
    return None if owner.endswith("<locals>") else owner.rpartition("<locals>.")[2] or None


def _takes(hint: Any, call_type: Any) -> bool:
    """Return whether a parameter gets the call: ``ToolCall``, ``ToolCall | None`` or one of them in ``Annotated``."""
    if call_type is None:
        return False
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    return hint is call_type or get_args(hint) in ((call_type, type(None)), (type(None), call_type))


def _unwrapped(function: Any) -> tuple[Any, frozenset[str]]:
    """Return what has the annotations and the docstring, and the names of the arguments that partials have set."""
    if isinstance(function, partial):
        of_partial = cast("Any", function)
        target, bound = _unwrapped(of_partial.func)
        return target, bound | of_partial.keywords.keys()
    if inspect.isclass(function) or not callable(function):
        what = f"the class {function.__name__}" if inspect.isclass(function) else f"{function!r:.80}"
        raise SchemaError(f"a tool must be a function, not {what}")
    return function, frozenset()


def _name_of(target: Any) -> str:
    name = getattr(target, "__name__", None) or type(target).__name__
    return cast("str", name)


def _checked_name(name: str, function: object) -> str:
    if not _NAME.fullmatch(name):
        raise SchemaError(
            f"a tool needs a name of 1 to 64 letters, digits, '_' and '-', not {name!r}: use Tool({function!r:.60}, name=...)"
        )
    return name


def _docstring(target: Any) -> str | None:
    cls = cast("Any", type(target))
    if inspect.isroutine(target) or cls.__call__.__doc__:
        return inspect.getdoc(target if inspect.isroutine(target) else target.__call__)
    return inspect.getdoc(cls)


def _hints(target: Any, name: str) -> dict[str, Any]:
    annotated: Any = target if inspect.isroutine(target) else type(target).__call__
    function = inspect.unwrap(getattr(annotated, "__func__", annotated))
    if sys.version_info < (3, 11):  # there `get_type_hints` makes parameters optional whose default is None
        found = getattr(annotated, "__annotations__", {})  # a function that is written in C has none
        names = {"__annotations__": found, "__globals__": getattr(function, "__globals__", {})}
        annotated = SimpleNamespace(**names)
    try:
        return get_type_hints(annotated, localns=_enclosing_names(function), include_extras=True)
    except NameError as error:
        raise SchemaError(
            f"{name}: an annotation cannot be read: {error}; define the type at module level"
        ) from None


def _enclosing_names(function: Any) -> dict[str, Any]:
    """Return the names of the function that ``function`` was defined in, while that runs: annotations that are texts may
    need them."""
    code = getattr(function, "__code__", None)
    frame = inspect.currentframe()
    while frame is not None and code is not None:
        if code in frame.f_code.co_consts:
            return dict(frame.f_locals)
        frame = frame.f_back
    return {}


def _arguments_type(parameters: list[inspect.Parameter], hints: Mapping[str, Any]) -> Any:
    """Return a TypedDict of the parameters: a missing argument is no key, so that the default of the function applies."""
    fields: dict[str, Any] = {}
    for each in parameters:
        hint = hints.get(each.name, Any)
        fields[each.name] = hint if each.default is inspect.Parameter.empty else NotRequired[hint]
    return cast("Any", TypedDict)("Arguments", fields)


def _format_of(arguments: Any, name: str) -> TypedFormat[Any]:
    try:
        return typed_format(arguments, strict=False)
    except TypeError as error:
        raise SchemaError(f"{name}: {error}") from None


def _described(
    schema: dict[str, Any],
    parameters: list[inspect.Parameter],
    hints: Mapping[str, Any],
    texts: Mapping[str, str],
) -> dict[str, Any]:
    """Return the schema with the descriptions and defaults of the parameters."""
    properties: dict[str, Any] = {}
    for each in parameters:
        field = dict(schema["properties"][each.name])
        text = _annotated_text(hints.get(each.name)) or texts.get(each.name)
        if text:
            field["description"] = text
        if each.default is not inspect.Parameter.empty:
            try:
                field["default"] = msgspec.to_builtins(each.default, str_keys=True)
            except (TypeError, ValueError, RecursionError):  # not JSON: the model need not know it
                field.pop("default", None)
        properties[each.name] = field
    definitions = {"$defs": schema["$defs"]} if "$defs" in schema else {}
    required = [each.name for each in parameters if each.default is inspect.Parameter.empty]
    made = {"type": "object", "properties": properties, "required": required, **definitions}
    return cast("dict[str, Any]", without_titles(made))


def _annotated_text(hint: Any) -> str | None:
    """Return the description in ``Annotated[T, "text"]``, ``Doc("text")`` or a field with a ``description``."""
    if get_origin(hint) is not Annotated:
        return None
    for each in get_args(hint)[1:]:
        text = (
            each
            if isinstance(each, str)
            else getattr(each, "documentation", None) or getattr(each, "description", None)
        )
        if isinstance(text, str):
            return text
    return None


def without_titles(schema: Any) -> Any:
    """Return a copy of a schema without titles, which repeat the names of the properties and cost tokens."""
    if isinstance(schema, list):
        return [without_titles(each) for each in cast("Any", schema)]
    if not isinstance(schema, dict):
        return schema
    copied: dict[str, Any] = {}
    for key, value in cast("dict[str, Any]", schema).items():
        if key in ("properties", "$defs"):
            copied[key] = {name: without_titles(each) for name, each in value.items()}
        elif key in ("enum", "const", "default", "examples"):
            copied[key] = value
        elif key != "title":
            copied[key] = without_titles(value)
    return copied


def _decoded(format_: TypedFormat[Any], text: str) -> dict[str, Any]:
    try:
        return cast("dict[str, Any]", format_.decode(text))
    except MismatchError:
        return cast("dict[str, Any]", format_.decode(text, lax=True))


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
