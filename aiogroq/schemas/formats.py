"""How a type is described and decoded: by msgspec, by pydantic, or step by step."""

from __future__ import annotations

from typing import Any

from ..errors import SchemaError
from . import pydantic_types
from .annotations import unwrap
from .decoders import Decoder, MsgspecDecoder, PydanticDecoder
from .describe import Describer
from .stepwise import StepwiseDecoder
from .subschemas import Schema


def schema_and_decoder(annotation: Any) -> tuple[Schema, Decoder]:
    """Return the JSON schema of a type and a decoder into it. Raises `SchemaError` if JSON cannot express the type."""
    describer = Describer()
    try:
        schema = describer.describe(annotation)
    except RecursionError:
        raise SchemaError(f"{annotation!r} contains itself without a class between") from None
    failed: list[str] = []
    core = unwrap(annotation).core
    if pydantic_types.is_model(core) or (describer.has_validation and pydantic_types.is_loaded()):
        found = _by_pydantic(annotation, failed)
        if found is not None:
            return found
    if not describer.rejected:
        if not describer.has_validation and not describer.needs_steps:
            try:
                return schema, MsgspecDecoder(annotation)
            except (TypeError, NotImplementedError, RecursionError) as error:
                failed.append(str(error))
        found = _by_pydantic(annotation, failed) if describer.has_models else None
        return found or (schema, StepwiseDecoder(annotation))
    found = _by_pydantic(annotation, failed) if pydantic_types.is_loaded() else None
    if found is None:
        reasons = [f"{path}: {why}" for path, why in describer.rejected]
        raise SchemaError("; ".join([*reasons, *failed]))
    return found


def _by_pydantic(annotation: Any, failed: list[str]) -> tuple[Schema, Decoder] | None:
    try:
        adapter = pydantic_types.adapter_of(annotation)
    except SchemaError as error:
        failed.append(str(error))
        return None
    return pydantic_types.schema_of(adapter), PydanticDecoder(adapter)
