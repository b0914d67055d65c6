"""The base of `BaseModel`, with what decoding and dumping need of it.

`_decode` and `_dump` test for `Struct`, and `_model` imports both: so none of them imports another in a circle.
"""

from __future__ import annotations

from typing import Any, ClassVar, cast

import msgspec

SCHEMA_MISMATCH = "_schema_mismatch"
"""The key set in the instance dictionary of a top-level object that did not match its type. Any of its fields, at
any depth, may then have another type than declared, and any object in it may have unknown fields."""


class Struct(msgspec.Struct, dict=True, forbid_unknown_fields=True, omit_defaults=True):
    """A Struct with an instance dictionary, which holds up to three entries.

    ``_extra``: the dict of unknown fields. On a top-level object only: ``_body``, the bytes of the whole response,
    and `SCHEMA_MISMATCH`. They are not fields, so no encoder writes them.
    """

    keep_raw_body: ClassVar[bool] = True
    """Whether a decoded object keeps the bytes of its body, for an exact `to_dict`. False for large responses."""

    @property
    def model_extra(self) -> dict[str, Any] | None:
        """The fields that the server sent and this version of the library does not declare, or None."""
        return cast("dict[str, Any] | None", self.__dict__.get("_extra"))


def instance_dict(obj: Struct) -> dict[str, Any]:
    """Return the instance dictionary of ``obj``, typed as a dict for every type checker."""
    instance: Any = obj.__dict__  # a mapping proxy for pyright, a dict for mypy
    return cast("dict[str, Any]", instance)
