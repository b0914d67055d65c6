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
    if describer.rejected or (describer.has_validation and pydantic_types.is_loaded()):
        # Only pydantic knows what its metadata mean, and types such as Path.
        adapter = _adapter(annotation, failed)
        if adapter is not None:
            return pydantic_types.schema_of(adapter), PydanticDecoder(adapter)
    if describer.rejected:
        raise SchemaError("; ".join([f"{path}: {why}" for path, why in describer.rejected] + failed))
    if describer.has_validation or describer.needs_steps:
        return schema, StepwiseDecoder(annotation)
    if not pydantic_types.is_model(unwrap(annotation).core):
        try:
            return schema, MsgspecDecoder(annotation)
        except (TypeError, NotImplementedError, RecursionError):
            pass
    adapter = _adapter(annotation, failed) if describer.has_models else None
    return schema, StepwiseDecoder(annotation) if adapter is None else PydanticDecoder(adapter)


def _adapter(annotation: Any, failed: list[str]) -> Any:
    if pydantic_types.is_loaded():
        try:
            return pydantic_types.adapter_of(annotation)
        except SchemaError as error:
            failed.append(str(error))
    return None
