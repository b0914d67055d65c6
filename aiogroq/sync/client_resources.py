# Written by python tools/sync_facade.py from aiogroq/resources/client_resources.py. Do not edit.
"""Sync versions of ``aiogroq/resources/client_resources.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resources._base import View, child, view
from .audio import Audio, AudioWithRawResponse, AudioWithStreamingResponse
from .batches import Batches, BatchesWithRawResponse, BatchesWithStreamingResponse
from .chat import Chat, ChatWithRawResponse, ChatWithStreamingResponse
from .embeddings import Embeddings, EmbeddingsWithRawResponse, EmbeddingsWithStreamingResponse
from .files import Files, FilesWithRawResponse, FilesWithStreamingResponse
from .http_methods import HTTPMethods
from .models import Models, ModelsWithRawResponse, ModelsWithStreamingResponse

if TYPE_CHECKING:
    from ..resources.client_resources import AsyncResources
    from .fine_tunings import FineTunings, FineTuningsWithRawResponse, FineTuningsWithStreamingResponse
    from .rerank import Rerank, RerankWithRawResponse, RerankWithStreamingResponse
    from .responses import Responses, ResponsesWithRawResponse, ResponsesWithStreamingResponse


class ResourcesWithRawResponse(View):
    """The methods of `Resources`, which here return the response."""

    chat: child[ChatWithRawResponse] = child(ChatWithRawResponse)
    embeddings: child[EmbeddingsWithRawResponse] = child(EmbeddingsWithRawResponse)
    audio: child[AudioWithRawResponse] = child(AudioWithRawResponse)
    models: child[ModelsWithRawResponse] = child(ModelsWithRawResponse)
    files: child[FilesWithRawResponse] = child(FilesWithRawResponse)
    batches: child[BatchesWithRawResponse] = child(BatchesWithRawResponse)
    responses: child[ResponsesWithRawResponse] = child(".responses.ResponsesWithRawResponse")
    rerank: child[RerankWithRawResponse] = child(".rerank.RerankWithRawResponse")
    fine_tunings: child[FineTuningsWithRawResponse] = child(".fine_tunings.FineTuningsWithRawResponse")


class ResourcesWithStreamingResponse(View):
    """The methods of `Resources`, which here leave the body unread on the connection."""

    chat: child[ChatWithStreamingResponse] = child(ChatWithStreamingResponse)
    embeddings: child[EmbeddingsWithStreamingResponse] = child(EmbeddingsWithStreamingResponse)
    audio: child[AudioWithStreamingResponse] = child(AudioWithStreamingResponse)
    models: child[ModelsWithStreamingResponse] = child(ModelsWithStreamingResponse)
    files: child[FilesWithStreamingResponse] = child(FilesWithStreamingResponse)
    batches: child[BatchesWithStreamingResponse] = child(BatchesWithStreamingResponse)
    responses: child[ResponsesWithStreamingResponse] = child(".responses.ResponsesWithStreamingResponse")
    rerank: child[RerankWithStreamingResponse] = child(".rerank.RerankWithStreamingResponse")
    fine_tunings: child[FineTuningsWithStreamingResponse] = child(
        ".fine_tunings.FineTuningsWithStreamingResponse"
    )


class Resources(HTTPMethods):
    """Every resource, and the HTTP methods for endpoints that have none."""

    _async: AsyncResources  # pyright: ignore[reportIncompatibleVariableOverride]

    chat: child[Chat] = child(Chat)
    embeddings: child[Embeddings] = child(Embeddings)
    audio: child[Audio] = child(Audio)
    models: child[Models] = child(Models)
    files: child[Files] = child(Files)
    batches: child[Batches] = child(Batches)
    responses: child[Responses] = child(".responses.Responses")
    rerank: child[Rerank] = child(".rerank.Rerank")
    fine_tunings: child[FineTunings] = child(".fine_tunings.FineTunings")
    with_raw_response: view[ResourcesWithRawResponse] = view(ResourcesWithRawResponse)
    with_streaming_response: view[ResourcesWithStreamingResponse] = view(ResourcesWithStreamingResponse)
