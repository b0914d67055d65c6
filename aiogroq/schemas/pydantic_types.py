"""Types of pydantic, which is never imported here: they are recognised by their attributes."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from typing import Any, cast

from ..errors import SchemaError
from .annotations import Annotation, unwrap


def is_model(cls: Any) -> bool:
    """Whether it is a class of pydantic: a model or a root model."""
    return isinstance(cls, type) and hasattr(cls, "__pydantic_validator__") and hasattr(cls, "model_fields")


def is_dataclass(cls: Any) -> bool:
    """Whether it is a dataclass of pydantic. msgspec would decode it without its validators."""
    return isinstance(cls, type) and dataclasses.is_dataclass(cls) and "__pydantic_validator__" in vars(cls)


def has_validation(annotation: Annotation) -> bool:
    """Whether the metadata of an annotation is for pydantic, such as its `Field`."""
    modules = {type(each).__module__.partition(".")[0] for each in annotation.metadata}
    return not modules.isdisjoint({"pydantic", "pydantic_core"})


def is_loaded() -> bool:
    """Whether the program uses pydantic."""
    return "pydantic" in sys.modules


def adapter_of(annotation: Any) -> Any:
    """Return pydantic's `TypeAdapter` of a type. Raises `SchemaError` if pydantic rejects the type."""
    try:
        adapter: Any = sys.modules["pydantic"].TypeAdapter(annotation)
        adapter.json_schema()
    except Exception as error:  # PydanticUserError, PydanticInvalidForJsonSchema, NameError, ...
        raise SchemaError(f"pydantic: {str(error).splitlines()[0]}") from None
    return adapter


def schema_of(adapter: Any, annotation: Any) -> dict[str, Any]:
    """Return pydantic's schema of a type, with the descriptions that only `Annotated` has."""
    schema = cast("dict[str, Any]", adapter.json_schema())
    definitions = cast("dict[str, dict[str, Any]]", schema.get("$defs", {}))
    for cls in _models_in(annotation, []):
        name = cls.__name__
        target = (
            schema if cls is unwrap(annotation).core and "properties" in schema else definitions.get(name, {})
        )
        properties = cast("dict[str, dict[str, Any]]", target.get("properties", {}))
        for each, info in cls.model_fields.items():
            text = Annotation(None, [each for each in info.metadata if not info.description]).description
            aliases = (info.validation_alias, info.alias, each)
            key = next((alias for alias in aliases if isinstance(alias, str)), each)
            if text and key in properties:
                properties[key].setdefault("description", text)
    return schema


def _models_in(annotation: Any, found: list[Any]) -> list[Any]:
    """Return the models in an annotation and in their fields."""
    core = unwrap(annotation).core
    if is_model(core):
        if core not in found:
            found.append(core)
            for info in core.model_fields.values():
                _models_in(info.annotation, found)
    else:
        for each in getattr(core, "__args__", ()):
            _models_in(each, found)
    return found


def docstring(cls: type[Any]) -> str | None:
    """Return the docstring that was written for a class, or None. Those that Python makes for dataclasses are none."""
    text = cls.__dict__.get("__doc__")
    if not isinstance(text, str) or text in ("An enumeration.", dict.__doc__):
        return None
    if text.startswith(f"{cls.__name__}(") and text.endswith(")"):
        return None
    return inspect.cleandoc(text) or None
