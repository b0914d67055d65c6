"""The resources of a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._base import child, view
from ._views.client_resources import AsyncResourcesWithRawResponse, AsyncResourcesWithStreamingResponse
from .audio import AsyncAudio
from .batches import AsyncBatches
from .chat import AsyncChat
from .embeddings import AsyncEmbeddings
from .files import AsyncFiles
from .http_methods import AsyncHTTPMethods
from .models import AsyncModels

if TYPE_CHECKING:
    from .fine_tunings import AsyncFineTunings
    from .rerank import AsyncRerank
    from .responses import AsyncResponses


class AsyncResources(AsyncHTTPMethods):
    """Every resource, and the HTTP methods for endpoints that have none."""

    chat: child[AsyncChat] = child(AsyncChat)
    embeddings: child[AsyncEmbeddings] = child(AsyncEmbeddings)
    audio: child[AsyncAudio] = child(AsyncAudio)
    models: child[AsyncModels] = child(AsyncModels)
    files: child[AsyncFiles] = child(AsyncFiles)
    batches: child[AsyncBatches] = child(AsyncBatches)
    responses: child[AsyncResponses] = child(".responses.AsyncResponses")
    rerank: child[AsyncRerank] = child(".rerank.AsyncRerank")
    fine_tunings: child[AsyncFineTunings] = child(".fine_tunings.AsyncFineTunings")
    with_raw_response: view[AsyncResourcesWithRawResponse] = view(AsyncResourcesWithRawResponse)
    with_streaming_response: view[AsyncResourcesWithStreamingResponse] = view(
        AsyncResourcesWithStreamingResponse
    )
