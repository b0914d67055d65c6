"""The resources of a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._cached import cached_property
from .http_methods import AsyncHTTPMethods

if TYPE_CHECKING:
    from .audio import AsyncAudio
    from .batches import AsyncBatches
    from .chat import AsyncChat
    from .embeddings import AsyncEmbeddings
    from .files import AsyncFiles
    from .models import AsyncModels
    from .views import AsyncResourcesWithRawResponse, AsyncResourcesWithStreamingResponse


class AsyncResources(AsyncHTTPMethods):
    """Every resource, and the HTTP methods for endpoints that have none."""

    @cached_property
    def chat(self) -> AsyncChat:
        """Chat completions."""
        from .chat import AsyncChat

        return AsyncChat(self._transport)

    @cached_property
    def embeddings(self) -> AsyncEmbeddings:
        """Vectors for texts."""
        from .embeddings import AsyncEmbeddings

        return AsyncEmbeddings(self._transport)

    @cached_property
    def audio(self) -> AsyncAudio:
        """Speech, transcriptions, translations."""
        from .audio import AsyncAudio

        return AsyncAudio(self._transport)

    @cached_property
    def models(self) -> AsyncModels:
        """The models that the service has."""
        from .models import AsyncModels

        return AsyncModels(self._transport)

    @cached_property
    def files(self) -> AsyncFiles:
        """Files: the input of batches and their results."""
        from .files import AsyncFiles

        return AsyncFiles(self._transport)

    @cached_property
    def batches(self) -> AsyncBatches:
        """Many requests in a file, answered within days at half the price."""
        from .batches import AsyncBatches

        return AsyncBatches(self._transport)

    @cached_property
    def with_raw_response(self) -> AsyncResourcesWithRawResponse:
        """The same resources, whose methods give the response with its headers round the value."""
        from .views import AsyncResourcesWithRawResponse

        return AsyncResourcesWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> AsyncResourcesWithStreamingResponse:
        """The same resources, whose methods leave the body on the socket until it is asked for."""
        from .views import AsyncResourcesWithStreamingResponse

        return AsyncResourcesWithStreamingResponse(self)
