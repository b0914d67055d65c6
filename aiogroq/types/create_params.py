"""Parameters of the endpoints that take few, under their official names, for code that passes them on as a dict."""

from collections.abc import Mapping, Sequence
from typing import Literal, Union

from ._params import CallOptions, FileTypes, Opt
from ._typing import Required


class EmbeddingCreateParams(CallOptions, total=False):
    """Parameters of embeddings."""

    input: Required[Union[str, Sequence[str]]]
    """One text, or 1 to 2048 of them, none of them empty."""
    model: Required[str]
    """An embedding model, such as ``nomic-embed-text-v1_5``. The public service offers none at present."""
    encoding_format: Opt[Literal["float", "base64", "array"]]
    """How the vectors come back; default ``float``. ``array`` is ours: base64 that comes as arrays."""
    user: Opt[str]
    """Who your end user is, for abuse reports."""


class FileCreateParams(CallOptions, total=False):
    """Parameters of an upload."""

    file: Required[FileTypes]
    """The file: JSON lines, at most 50,000 of them; 100 MB by the specification, 200 MB by the guide."""
    purpose: Required[Literal["batch"]]
    """What it is for: ``batch``."""


class BatchCreateParams(CallOptions, total=False):
    """Parameters of a batch."""

    completion_window: Required[str]
    """The time it may take, ``24h`` to ``7d``."""
    endpoint: Required[str]
    """Where its requests go: ``/v1/chat/completions``, without ``/openai``."""
    input_file_id: Required[str]
    """The uploaded file of requests, purpose ``batch``."""
    metadata: Opt[Mapping[str, str]]
    """Names and values to keep with the batch."""
