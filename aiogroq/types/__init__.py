"""Types of responses (msgspec Structs) and of request parameters (TypedDicts).

One module for each resource, and a module for each name of the official package at its official address.
Nothing here does I/O.
"""

from typing import TYPE_CHECKING

from ._omit import NOT_GIVEN, NotGiven, Omit, not_given, omit
from ._params import CallOptions, FileTypes, TimeoutLike, TimeoutTypes
from .audio import Transcription, TranscriptionSegment, TranscriptionText, TranscriptionWord, Translation
from .audio_params import (
    SpeechCreateParams,
    SpeechParams,
    TranscriptionCreateParams,
    TranscriptionParams,
    TranslationCreateParams,
    TranslationParams,
)
from .batches import (
    Batch,
    BatchCancelResponse,
    BatchCreateResponse,
    BatchError,
    BatchErrors,
    BatchListResponse,
    BatchRequestCounts,
    BatchRetrieveResponse,
)
from .chat import (
    ChatCompletion,
    ChatCompletionAssistantMessageParam,
    ChatCompletionChunk,
    ChatCompletionContentPartImageParam,
    ChatCompletionContentPartParam,
    ChatCompletionContentPartTextParam,
    ChatCompletionDeveloperMessageParam,
    ChatCompletionFunctionCallOptionParam,
    ChatCompletionFunctionMessageParam,
    ChatCompletionMessage,
    ChatCompletionMessageParam,
    ChatCompletionMessageToolCall,
    ChatCompletionMessageToolCallParam,
    ChatCompletionNamedToolChoiceParam,
    ChatCompletionRole,
    ChatCompletionSystemMessageParam,
    ChatCompletionTokenLogprob,
    ChatCompletionToolChoiceOptionParam,
    ChatCompletionToolMessageParam,
    ChatCompletionToolParam,
    ChatCompletionUserMessageParam,
)
from .chat.chat_completion_message import REQUEST_FIELDS
from .chat_params import BaseChatParams, ChatParams, CompletionCreateParams, MessageTypes
from .completion_usage import (
    CompletionTokensDetails,
    CompletionUsage,
    PromptTokensDetails,
    UsageBreakdown,
)
from .create_params import BatchCreateParams, EmbeddingCreateParams, FileCreateParams
from .embeddings import (
    CreateEmbeddingArrayResponse,
    CreateEmbeddingFloatsResponse,
    CreateEmbeddingResponse,
    Embedding,
    EmbeddingArray,
    EmbeddingFloats,
    EmbeddingUsage,
)
from .files import FileCreateResponse, FileDeleteResponse, FileInfoResponse, FileListResponse, FileObject
from .models import Model, ModelDeleted, ModelListResponse, ModelPricing
from .shared import ErrorObject, FunctionDefinition, FunctionParameters

__all__ = [
    "Batch",
    "BatchCancelResponse",
    "BatchCreateParams",
    "BatchCreateResponse",
    "BatchError",
    "BatchErrors",
    "BatchListResponse",
    "BatchRequestCounts",
    "BatchRetrieveResponse",
    "CallOptions",
    "ChatCompletion",
    "ChatCompletionAssistantMessageParam",
    "ChatCompletionChunk",
    "ChatCompletionContentPartImageParam",
    "ChatCompletionContentPartParam",
    "ChatCompletionContentPartTextParam",
    "ChatCompletionDeveloperMessageParam",
    "ChatCompletionFunctionCallOptionParam",
    "ChatCompletionFunctionMessageParam",
    "ChatCompletionMessage",
    "ChatCompletionMessageParam",
    "ChatCompletionMessageToolCall",
    "ChatCompletionMessageToolCallParam",
    "ChatCompletionNamedToolChoiceParam",
    "ChatCompletionRole",
    "ChatCompletionSystemMessageParam",
    "ChatCompletionTokenLogprob",
    "ChatCompletionToolChoiceOptionParam",
    "ChatCompletionToolMessageParam",
    "ChatCompletionToolParam",
    "ChatCompletionUserMessageParam",
    "BaseChatParams",
    "ChatParams",
    "CompletionCreateParams",
    "CompletionTokensDetails",
    "CompletionUsage",
    "CreateEmbeddingArrayResponse",
    "CreateEmbeddingFloatsResponse",
    "CreateEmbeddingResponse",
    "Embedding",
    "EmbeddingArray",
    "EmbeddingFloats",
    "EmbeddingCreateParams",
    "EmbeddingUsage",
    "ErrorObject",
    "FileCreateParams",
    "FileCreateResponse",
    "FileDeleteResponse",
    "FileInfoResponse",
    "FileListResponse",
    "FileObject",
    "FileTypes",
    "FunctionDefinition",
    "FunctionParameters",
    "MessageTypes",
    "Model",
    "ModelDeleted",
    "ModelListResponse",
    "ModelPricing",
    "NOT_GIVEN",
    "NotGiven",
    "Omit",
    "PromptTokensDetails",
    "REQUEST_FIELDS",
    "SpeechCreateParams",
    "SpeechParams",
    "TimeoutLike",
    "TimeoutTypes",
    "Transcription",
    "TranscriptionCreateParams",
    "TranscriptionParams",
    "TranscriptionSegment",
    "TranscriptionText",
    "TranscriptionWord",
    "Translation",
    "TranslationCreateParams",
    "TranslationParams",
    "UsageBreakdown",
    "not_given",
    "omit",
]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        # Not imported before it is used: a plain call needs none of its types.
        if name == "responses":
            from importlib import import_module

            return import_module(".responses", __name__)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
