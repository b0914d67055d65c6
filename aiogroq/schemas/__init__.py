"""Types as JSON schemas, and JSON text as values of these types. No I/O.

`typed_format` is the way in: it gives the schema of a type, in the strict dialect of the service where that is possible,
and decodes what a model wrote into a value of the type. pydantic is never imported here: its types are recognised by
their attributes.
"""

from __future__ import annotations

from .dialect import inline_refs as inline_refs
from .dialect import strict_schema as strict_schema
from .json_text import json_values as json_values
from .mismatch import MismatchError as MismatchError
from .typed_format import TypedFormat as TypedFormat
from .typed_format import response_format as response_format
from .typed_format import typed_format as typed_format
