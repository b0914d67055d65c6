"""The objects of a chat request that are neither messages nor tools."""

from collections.abc import Sequence
from typing import Literal, Optional, Union

from .._typing import Required, TypeAlias, TypedDict
from ..shared_params import FunctionParameters
from .chat_completion_tool_param import ChatCompletionFunctionCallOptionParam


class ResponseFormatResponseFormatText(TypedDict, total=False):
    """Plain text, the default."""

    type: Required[Literal["text"]]
    """Always ``text``."""


class ResponseFormatResponseFormatJsonObject(TypedDict, total=False):
    """JSON mode: valid JSON of any shape, with every model. A message must ask for JSON as well."""

    type: Required[Literal["json_object"]]
    """Always ``json_object``."""


class ResponseFormatResponseFormatJsonSchemaJsonSchema(TypedDict, total=False):
    """A named JSON schema."""

    name: Required[str]
    """The schema's name: letters, digits, underscores and dashes, at most 64 characters."""
    description: str
    """What the schema is for; the model reads it."""
    schema: dict[str, object]
    """The schema as a JSON Schema object."""
    strict: Optional[bool]
    """If True, the content always matches the schema; only for gpt-oss-20b and gpt-oss-120b, and every
    object must list all properties as ``required`` and set ``additionalProperties: false``. If False
    (default), content that does not match is a 400 ``json_validate_failed``."""


class ResponseFormatResponseFormatJsonSchema(TypedDict, total=False):
    """Structured outputs: JSON that matches a schema. They cannot be combined with tools or streaming."""

    json_schema: Required[ResponseFormatResponseFormatJsonSchemaJsonSchema]
    """The schema and its name."""
    type: Required[Literal["json_schema"]]
    """Always ``json_schema``."""


ResponseFormat: TypeAlias = Union[
    ResponseFormatResponseFormatText,
    ResponseFormatResponseFormatJsonSchema,
    ResponseFormatResponseFormatJsonObject,
]
"""The format of the content."""


class DocumentSourceChatCompletionDocumentSourceText(TypedDict, total=False):
    """A document as text."""

    text: Required[str]
    """The text."""
    type: Required[Literal["text"]]
    """Always ``text``."""


class DocumentSourceChatCompletionDocumentSourceJson(TypedDict, total=False):
    """A document as JSON."""

    data: Required[dict[str, object]]
    """The JSON object."""
    type: Required[Literal["json"]]
    """Always ``json``."""


DocumentSource: TypeAlias = Union[
    DocumentSourceChatCompletionDocumentSourceText, DocumentSourceChatCompletionDocumentSourceJson
]
"""The content of a document."""


class Document(TypedDict, total=False):
    """A document that the model uses as context and can cite."""

    source: Required[DocumentSource]
    """The content of the document."""
    id: Optional[str]
    """The id that citations use for the document."""


class SearchSettings(TypedDict, total=False):
    """Settings of the web search."""

    country: Optional[str]
    """The country whose results are preferred, by its English name in lower case (``germany``)."""
    exclude_domains: Optional[Sequence[str]]
    """Domains to exclude from the search."""
    include_domains: Optional[Sequence[str]]
    """The only domains to search."""
    include_images: Optional[bool]
    """Whether to return images as well."""


class CompoundCustomModels(TypedDict, total=False):
    """The models of a Compound system."""

    answering_model: Optional[str]
    """The id of the model that writes the response."""
    reasoning_model: Optional[str]
    """The id of the model that plans."""


class CompoundCustomToolsWolframSettings(TypedDict, total=False):
    """Settings of the Wolfram tool."""

    authorization: Optional[str]
    """Your Wolfram API key."""


class CompoundCustomTools(TypedDict, total=False):
    """The tools of a Compound system."""

    enabled_tools: Optional[Sequence[str]]
    """The names of the tools that the system may use."""
    wolfram_settings: Optional[CompoundCustomToolsWolframSettings]
    """Settings of the Wolfram tool."""


class CompoundCustom(TypedDict, total=False):
    """Models and tools of a Compound system. The service shut Compound down on 2026-09-21."""

    models: Optional[CompoundCustomModels]
    """The models."""
    tools: Optional[CompoundCustomTools]
    """The tools."""


class StreamOptions(TypedDict, total=False):
    """Options of a stream."""

    include_usage: Optional[bool]
    """Whether to send one more event, with the usage and no choices."""


class Function(TypedDict, total=False):
    """Deprecated: an entry of ``functions``."""

    name: Required[str]
    """The function's name: letters, digits, underscores and dashes, at most 64 characters."""
    description: str
    """What the function does; the model uses it to decide when to call the function."""
    parameters: FunctionParameters
    """The arguments as a JSON Schema object."""


FunctionCall: TypeAlias = Union[Literal["none", "auto", "required"], ChatCompletionFunctionCallOptionParam]
"""Deprecated: use ``tool_choice``."""
