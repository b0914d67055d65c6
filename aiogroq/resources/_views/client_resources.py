# Written by python tools/sync_facade.py from aiogroq/resources/client_resources.py. Do not edit.
"""Raw and streaming views of ``aiogroq/resources/client_resources.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._base import View, child
from .audio import AsyncAudioWithRawResponse, AsyncAudioWithStreamingResponse
from .batches import AsyncBatchesWithRawResponse, AsyncBatchesWithStreamingResponse
from .chat import AsyncChatWithRawResponse, AsyncChatWithStreamingResponse
from .embeddings import AsyncEmbeddingsWithRawResponse, AsyncEmbeddingsWithStreamingResponse
from .files import AsyncFilesWithRawResponse, AsyncFilesWithStreamingResponse
from .models import AsyncModelsWithRawResponse, AsyncModelsWithStreamingResponse

if TYPE_CHECKING:
    from .fine_tunings import AsyncFineTuningsWithRawResponse, AsyncFineTuningsWithStreamingResponse
    from .rerank import AsyncRerankWithRawResponse, AsyncRerankWithStreamingResponse
    from .responses import AsyncResponsesWithRawResponse, AsyncResponsesWithStreamingResponse


class AsyncResourcesWithRawResponse(View):
    """The methods of `AsyncResources`, which here return the response."""

    chat: child[AsyncChatWithRawResponse] = child(AsyncChatWithRawResponse)
    embeddings: child[AsyncEmbeddingsWithRawResponse] = child(AsyncEmbeddingsWithRawResponse)
    audio: child[AsyncAudioWithRawResponse] = child(AsyncAudioWithRawResponse)
    models: child[AsyncModelsWithRawResponse] = child(AsyncModelsWithRawResponse)
    files: child[AsyncFilesWithRawResponse] = child(AsyncFilesWithRawResponse)
    batches: child[AsyncBatchesWithRawResponse] = child(AsyncBatchesWithRawResponse)
    responses: child[AsyncResponsesWithRawResponse] = child(".responses.AsyncResponsesWithRawResponse")
    rerank: child[AsyncRerankWithRawResponse] = child(".rerank.AsyncRerankWithRawResponse")
    fine_tunings: child[AsyncFineTuningsWithRawResponse] = child(
        ".fine_tunings.AsyncFineTuningsWithRawResponse"
    )


class AsyncResourcesWithStreamingResponse(View):
    """The methods of `AsyncResources`, which here leave the body unread on the connection."""

    chat: child[AsyncChatWithStreamingResponse] = child(AsyncChatWithStreamingResponse)
    embeddings: child[AsyncEmbeddingsWithStreamingResponse] = child(AsyncEmbeddingsWithStreamingResponse)
    audio: child[AsyncAudioWithStreamingResponse] = child(AsyncAudioWithStreamingResponse)
    models: child[AsyncModelsWithStreamingResponse] = child(AsyncModelsWithStreamingResponse)
    files: child[AsyncFilesWithStreamingResponse] = child(AsyncFilesWithStreamingResponse)
    batches: child[AsyncBatchesWithStreamingResponse] = child(AsyncBatchesWithStreamingResponse)
    responses: child[AsyncResponsesWithStreamingResponse] = child(
        ".responses.AsyncResponsesWithStreamingResponse"
    )
    rerank: child[AsyncRerankWithStreamingResponse] = child(".rerank.AsyncRerankWithStreamingResponse")
    fine_tunings: child[AsyncFineTuningsWithStreamingResponse] = child(
        ".fine_tunings.AsyncFineTuningsWithStreamingResponse"
    )
