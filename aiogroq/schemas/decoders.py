"""Decoders of JSON into values of a type: msgspec's, pydantic's, and one for what msgspec does not support."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from ..types._decode import make_decoder
from . import pydantic_types
from .mismatch import from_msgspec, from_pydantic


class NotJSONError(ValueError):
    """A text is not JSON."""


class Decoder(Protocol):
    """Decodes JSON into values of one type."""

    def decode(self, data: bytes, *, lax: bool) -> Any:
        """Return the value. Raises `MismatchError` for another type, `NotJSONError` for what is not JSON."""
        ...


class Hook:
    """What msgspec calls for the types that it does not know: the classes of pydantic."""

    def __init__(self) -> None:
        self._adapters: dict[Any, Any] = {}

    def __call__(self, cls: Any, value: Any) -> Any:
        """Return ``value`` as a ``cls`` of pydantic. Raises `MismatchError`."""
        return validated(self.adapter(cls), msgspec.json.encode(value))

    def adapter(self, cls: Any) -> Any:
        """Return pydantic's `TypeAdapter` of a type. Raises `SchemaError`."""
        adapter = self._adapters.get(cls)
        if adapter is None:
            adapter = self._adapters[cls] = pydantic_types.adapter_of(cls)
        return adapter


def validated(adapter: Any, data: bytes) -> Any:
    """Return the value that pydantic makes of JSON. Strict models read JSON as they should, because it is JSON."""
    try:
        return adapter.validate_json(data)
    except ValueError as error:
        errors = getattr(error, "errors", None)
        if errors is None:
            raise
        first = errors()[0]
        if first["type"] == "json_invalid" and not first["loc"]:
            raise NotJSONError(str(first["msg"])) from None
        raise from_pydantic(error) from None


class MsgspecDecoder:
    """Decodes with msgspec. Raises msgspec's `TypeError` when it is made for a type that msgspec does not support."""

    def __init__(self, annotation: Any) -> None:
        hook = Hook()
        self._exact: Any = make_decoder(annotation, dec_hook=hook)
        self._lax: Any = make_decoder(annotation, strict=False, dec_hook=hook)

    def decode(self, data: bytes, *, lax: bool) -> Any:
        """Return the value."""
        try:
            return (self._lax if lax else self._exact).decode(data)
        except msgspec.ValidationError as error:
            raise from_msgspec(error) from None
        except msgspec.DecodeError as error:
            raise NotJSONError(str(error)) from None


class PydanticDecoder:
    """Decodes with pydantic, which decides itself what it converts."""

    def __init__(self, adapter: Any) -> None:
        self._adapter = adapter

    def decode(self, data: bytes, *, lax: bool) -> Any:
        """Return the value."""
        del lax
        if b"NaN" in data or b"Infinity" in data:  # pydantic accepts both outside of strings
            try:
                msgspec.json.decode(data)
            except msgspec.DecodeError as error:
                raise NotJSONError(str(error)) from None
        return validated(self._adapter, data)
