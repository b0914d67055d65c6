"""`CompletionCreateParams` and its parts, at their official address."""

from ..chat_params import CompletionCreateParams
from .request_parts import (
    CompoundCustom,
    CompoundCustomModels,
    CompoundCustomTools,
    CompoundCustomToolsWolframSettings,
    Document,
    DocumentSource,
    DocumentSourceChatCompletionDocumentSourceJson,
    DocumentSourceChatCompletionDocumentSourceText,
    Function,
    FunctionCall,
    ResponseFormat,
    ResponseFormatResponseFormatJsonObject,
    ResponseFormatResponseFormatJsonSchema,
    ResponseFormatResponseFormatJsonSchemaJsonSchema,
    ResponseFormatResponseFormatText,
    SearchSettings,
)

__all__ = [
    "CompletionCreateParams",
    "CompoundCustom",
    "CompoundCustomModels",
    "CompoundCustomTools",
    "CompoundCustomToolsWolframSettings",
    "Document",
    "DocumentSource",
    "DocumentSourceChatCompletionDocumentSourceJson",
    "DocumentSourceChatCompletionDocumentSourceText",
    "Function",
    "FunctionCall",
    "ResponseFormat",
    "ResponseFormatResponseFormatJsonObject",
    "ResponseFormatResponseFormatJsonSchema",
    "ResponseFormatResponseFormatJsonSchemaJsonSchema",
    "ResponseFormatResponseFormatText",
    "SearchSettings",
]
