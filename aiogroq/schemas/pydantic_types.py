"""Types of pydantic, which is never imported here: they are recognised by their attributes."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Mapping
from typing import Any, cast

from ..errors import SchemaError
from .annotations import Annotation, field_annotations, unwrap
from .restrictions import is_foreign
from .subschemas import Schema


def is_model(cls: Any) -> bool:
    """Whether it is a class of pydantic: a model or a root model."""
    return isinstance(cls, type) and hasattr(cls, "__pydantic_validator__") and hasattr(cls, "model_fields")


def is_dataclass(cls: Any) -> bool:
    """Whether it is a dataclass of pydantic. msgspec would decode it without its validators."""
    return isinstance(cls, type) and dataclasses.is_dataclass(cls) and "__pydantic_validator__" in vars(cls)


def has_validation(annotation: Annotation) -> bool:
    """Whether an annotation has metadata of pydantic or annotated_types, such as a `Field` or the limit of `PositiveInt`."""
    return any(map(is_foreign, annotation.metadata))


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


def schema_of(adapter: Any) -> Schema:
    """Return pydantic's schema of a type, with the descriptions that only `Annotated` has."""
    # The generator is the default of a parameter: pydantic need not be imported for it.
    generator: Any = inspect.signature(adapter.json_schema).parameters["schema_generator"].default

    def decimal_schema(self: Any, schema: Any) -> Any:
        # Pydantic's schema allows any text, too, of which the service cannot promise that it is a number.
        result = generator.decimal_schema(self, schema)
        return result["anyOf"][0] if "anyOf" in result else result

    def model_schema(self: Any, schema: Any) -> Any:
        _reject_paths(schema["cls"], schema["cls"].model_config, schema["cls"].model_fields)
        result = generator.model_schema(self, schema)
        _add_texts(schema["cls"], result.get("properties", {}))
        return result

    def dataclass_schema(self: Any, schema: Any) -> Any:
        cls = schema["cls"]
        config = getattr(cls, "__pydantic_config__", {})
        _reject_paths(cls, config, getattr(cls, "__pydantic_fields__", {}))
        result = generator.dataclass_schema(self, schema)
        _add_annotated_texts(schema["cls"], result.get("properties", {}))
        return result

    def typed_dict_schema(self: Any, schema: Any) -> Any:
        result = generator.typed_dict_schema(self, schema)
        if isinstance(cls := schema.get("cls"), type):
            _add_annotated_texts(cls, result.get("properties", {}))
        return result

    methods = {
        each.__name__: each for each in (decimal_schema, model_schema, dataclass_schema, typed_dict_schema)
    }
    return cast("Schema", adapter.json_schema(schema_generator=type("Generator", (generator,), methods)))


def _reject_paths(cls: type[Any], config: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    """Raise `SchemaError` for a field that is read from a path only: pydantic's schema has the name of the field instead."""
    if config.get("populate_by_name") or config.get("validate_by_name"):
        return
    for name, info in fields.items():
        alias = info.validation_alias
        choices = getattr(alias, "choices", [alias])
        if not any(each is None or isinstance(each, str) for each in choices):
            raise SchemaError(
                f"{cls.__qualname__}.{name} has the alias {alias!r}, which a schema cannot express: use the name of a key"
            )


def _add_texts(model: Any, properties: dict[str, Schema]) -> None:
    for name, info in model.model_fields.items():
        text = None if info.description else Annotation(None, list(info.metadata)).description
        aliases = (info.validation_alias, info.alias, name)
        key = next((alias for alias in aliases if isinstance(alias, str)), name)
        if text and key in properties:
            properties[key].setdefault("description", text)


def _add_annotated_texts(cls: type[Any], properties: dict[str, Schema]) -> None:
    for name, annotation in field_annotations(cls).items():
        text = unwrap(annotation).description
        if text and name in properties:
            properties[name].setdefault("description", text)


def docstring(cls: type[Any]) -> str | None:
    """Return the docstring that was written for a class, or None. Those that Python makes for dataclasses are none."""
    text = cls.__dict__.get("__doc__")
    if not isinstance(text, str) or text in ("An enumeration.", dict.__doc__):
        return None
    if text.startswith(f"{cls.__name__}(") and text.endswith(")"):
        return None
    return inspect.cleandoc(text) or None
