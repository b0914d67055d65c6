"""The objects inside a chat request that are neither messages nor tools."""

from collections.abc import Sequence
from typing import Literal, Optional, Union

from aiogroq.types._typing import Required, TypeAlias, TypedDict
from aiogroq.types.shared_params import FunctionParameters

from .chat_completion_tool_param import ChatCompletionFunctionCallOptionParam


class ResponseFormatResponseFormatText(TypedDict, total=False):
    """Plain text, the default."""

    type: Required[Literal["text"]]
    """``text``."""


class ResponseFormatResponseFormatJsonObject(TypedDict, total=False):
    """JSON mode: valid JSON of any shape, on all models. A message must ask for JSON too."""

    type: Required[Literal["json_object"]]
    """``json_object``."""


class ResponseFormatResponseFormatJsonSchemaJsonSchema(TypedDict, total=False):
    """A named JSON schema."""

    name: Required[str]
    """Its name: letters, digits, underscores and dashes, at most 64."""
    description: str
    """What it is for, for the model."""
    schema: dict[str, object]
    """The schema, a JSON Schema object."""
    strict: Optional[bool]
    """True: the answer always fits the schema (gpt-oss-20b and gpt-oss-120b only).

    Then every object must list all its properties as ``required`` and have ``additionalProperties: false``.
    False (default): best effort; an answer that does not fit is a 400 ``json_validate_failed``.
    """


class ResponseFormatResponseFormatJsonSchema(TypedDict, total=False):
    """Structured outputs: JSON that fits a schema. Neither tools nor streaming go with it."""

    json_schema: Required[ResponseFormatResponseFormatJsonSchemaJsonSchema]
    """The schema."""
    type: Required[Literal["json_schema"]]
    """``json_schema``."""


ResponseFormat: TypeAlias = Union[
    ResponseFormatResponseFormatText,
    ResponseFormatResponseFormatJsonSchema,
    ResponseFormatResponseFormatJsonObject,
]
"""The form of the answer."""


class DocumentSourceChatCompletionDocumentSourceText(TypedDict, total=False):
    """A document as text."""

    text: Required[str]
    """The text."""
    type: Required[Literal["text"]]
    """``text``."""


class DocumentSourceChatCompletionDocumentSourceJson(TypedDict, total=False):
    """A document as JSON."""

    data: Required[dict[str, object]]
    """The JSON object."""
    type: Required[Literal["json"]]
    """``json``."""


DocumentSource: TypeAlias = Union[
    DocumentSourceChatCompletionDocumentSourceText, DocumentSourceChatCompletionDocumentSourceJson
]
"""A document's content."""


class Document(TypedDict, total=False):
    """A document that the answer can rest on and cite."""

    source: Required[DocumentSource]
    """Its content."""
    id: Optional[str]
    """What citations name it by."""


class SearchSettings(TypedDict, total=False):
    """How the web is searched."""

    country: Optional[str]
    """The country whose results come first, by its English name in small letters (``germany``)."""
    exclude_domains: Optional[Sequence[str]]
    """Domains to leave out."""
    include_domains: Optional[Sequence[str]]
    """The only domains to search."""
    include_images: Optional[bool]
    """Whether to give images too."""


class CompoundCustomModels(TypedDict, total=False):
    """Which models a Compound system uses."""

    answering_model: Optional[str]
    """The model that writes the answer."""
    reasoning_model: Optional[str]
    """The model that plans."""


class CompoundCustomToolsWolframSettings(TypedDict, total=False):
    """Settings of the Wolfram tool."""

    authorization: Optional[str]
    """Your key for Wolfram's services."""


class CompoundCustomTools(TypedDict, total=False):
    """Which tools a Compound system uses."""

    enabled_tools: Optional[Sequence[str]]
    """The names of the tools that may be used."""
    wolfram_settings: Optional[CompoundCustomToolsWolframSettings]
    """Settings of the Wolfram tool."""


class CompoundCustom(TypedDict, total=False):
    """Models and tools of a Compound system. The service shut Compound down on 2026-09-21."""

    models: Optional[CompoundCustomModels]
    """Which models."""
    tools: Optional[CompoundCustomTools]
    """Which tools."""


class StreamOptions(TypedDict, total=False):
    """Options of a stream."""

    include_usage: Optional[bool]
    """Whether to send one more event with usage only and no choices."""


class Function(TypedDict, total=False):
    """Deprecated: an entry of ``functions``."""

    name: Required[str]
    """Its name: letters, digits, underscores and dashes, at most 64."""
    description: str
    """What it does, for the model to decide when to call it."""
    parameters: FunctionParameters
    """Its arguments, as a JSON Schema object."""


FunctionCall: TypeAlias = Union[Literal["none", "auto", "required"], ChatCompletionFunctionCallOptionParam]
"""Deprecated: see ``tool_choice``."""
