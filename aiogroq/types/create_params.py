"""Parameters of embeddings, files and batches, under the names of the official package."""

from collections.abc import Mapping, Sequence
from typing import Literal, Union

from ._params import CallOptions, FileTypes, Opt
from ._typing import Required


class EmbeddingCreateParams(CallOptions, total=False):
    """Parameters of embeddings."""

    input: Required[Union[str, Sequence[str]]]
    """The text to embed, or a list of 1 to 2048 texts. No text may be empty."""
    model: Required[str]
    """The id of an embedding model, such as ``nomic-embed-text-v1_5``. The public service serves none at
    present."""
    encoding_format: Opt[Literal["float", "base64", "array"]]
    """The form of the vectors: ``float`` (default), ``base64``, or ``array``. ``array`` is an addition of
    this library: it requests base64 and decodes it into arrays."""
    user: Opt[str]
    """An identifier of your end user, for abuse detection."""


class FileCreateParams(CallOptions, total=False):
    """Parameters of a file upload."""

    file: Required[FileTypes]
    """The file: JSON lines, at most 50,000 lines, and at most 100 MB by the specification or 200 MB by the
    guide."""
    purpose: Required[Literal["batch"]]
    """The purpose of the file: ``batch``."""


class BatchCreateParams(CallOptions, total=False):
    """Parameters of a batch."""

    completion_window: Required[str]
    """The time within which the batch must complete, ``24h`` to ``7d``."""
    endpoint: Required[str]
    """The endpoint of the requests in the file: ``/v1/chat/completions``, without ``/openai``."""
    input_file_id: Required[str]
    """The id of the uploaded file with the requests, which has the purpose ``batch``."""
    metadata: Opt[Mapping[str, str]]
    """Names and values to store with the batch."""
