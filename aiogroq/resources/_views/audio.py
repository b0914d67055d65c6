# Written by python tools/sync_facade.py from aiogroq/resources/audio.py. Do not edit.
"""Raw and streaming views of ``aiogroq/resources/audio.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from ...response import (
    AsyncAPIResponse,
    AsyncBinaryAPIResponse,
    AsyncResponseContextManager,
    AsyncStreamedBinaryAPIResponse,
    async_to_custom_raw_response_wrapper,
    async_to_custom_streamed_response_wrapper,
    async_to_raw_response_wrapper,
    async_to_streamed_response_wrapper,
)
from ...types._omit import Omit, omit
from ...types._typing import Unpack
from ...types.audio import Transcription, TranscriptionText, Translation
from ...types.audio_params import SpeechParams, TranscriptionParams, TranslationParams
from .._base import View, child

if TYPE_CHECKING:
    from ..audio import AsyncSpeech, AsyncTranscriptions, AsyncTranslations


class AsyncSpeechWithRawResponse(View):
    """The methods of `AsyncSpeech`, which here return the response."""

    def __init__(self, resource: AsyncSpeech) -> None:
        super().__init__(resource)
        self._create = async_to_custom_raw_response_wrapper(resource.create, AsyncBinaryAPIResponse)

    async def create(self, **params: Unpack[SpeechParams]) -> AsyncBinaryAPIResponse:
        """See `AsyncSpeech.create`."""
        return await self._create(**params)


class AsyncSpeechWithStreamingResponse(View):
    """The methods of `AsyncSpeech`, which here leave the body unread on the connection."""

    def __init__(self, resource: AsyncSpeech) -> None:
        super().__init__(resource)
        self._create = async_to_custom_streamed_response_wrapper(
            resource.create, AsyncStreamedBinaryAPIResponse
        )

    def create(
        self, **params: Unpack[SpeechParams]
    ) -> AsyncResponseContextManager[AsyncStreamedBinaryAPIResponse]:
        """See `AsyncSpeech.create`."""
        return self._create(**params)


class AsyncTranscriptionsWithRawResponse(View):
    """The methods of `AsyncTranscriptions`, which here return the response."""

    def __init__(self, resource: AsyncTranscriptions) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = async_to_raw_response_wrapper(resource.create)

    @overload
    async def create(
        self,
        *,
        response_format: Literal["json", "verbose_json"] | Omit | None = omit,
        **params: Unpack[TranscriptionParams],
    ) -> AsyncAPIResponse[Transcription]: ...
    @overload
    async def create(
        self, *, response_format: Literal["text"], **params: Unpack[TranscriptionParams]
    ) -> AsyncAPIResponse[TranscriptionText]: ...
    @overload
    async def create(
        self, *, response_format: str | Omit | None, **params: Unpack[TranscriptionParams]
    ) -> AsyncAPIResponse[Transcription] | AsyncAPIResponse[TranscriptionText]: ...
    async def create(
        self, *, response_format: str | Omit | None = omit, **params: Unpack[TranscriptionParams]
    ) -> AsyncAPIResponse[Transcription] | AsyncAPIResponse[TranscriptionText]:
        """See `AsyncTranscriptions.create`."""
        return cast(
            "AsyncAPIResponse[Transcription] | AsyncAPIResponse[TranscriptionText]",
            await self._create(response_format=response_format, **params),
        )


class AsyncTranscriptionsWithStreamingResponse(View):
    """The methods of `AsyncTranscriptions`, which here leave the body unread on the connection."""

    def __init__(self, resource: AsyncTranscriptions) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = async_to_streamed_response_wrapper(resource.create)

    @overload
    def create(
        self,
        *,
        response_format: Literal["json", "verbose_json"] | Omit | None = omit,
        **params: Unpack[TranscriptionParams],
    ) -> AsyncResponseContextManager[AsyncAPIResponse[Transcription]]: ...
    @overload
    def create(
        self, *, response_format: Literal["text"], **params: Unpack[TranscriptionParams]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[TranscriptionText]]: ...
    @overload
    def create(
        self, *, response_format: str | Omit | None, **params: Unpack[TranscriptionParams]
    ) -> (
        AsyncResponseContextManager[AsyncAPIResponse[Transcription]]
        | AsyncResponseContextManager[AsyncAPIResponse[TranscriptionText]]
    ): ...
    def create(
        self, *, response_format: str | Omit | None = omit, **params: Unpack[TranscriptionParams]
    ) -> (
        AsyncResponseContextManager[AsyncAPIResponse[Transcription]]
        | AsyncResponseContextManager[AsyncAPIResponse[TranscriptionText]]
    ):
        """See `AsyncTranscriptions.create`."""
        return cast(
            "AsyncResponseContextManager[AsyncAPIResponse[Transcription]] | AsyncResponseContextManager[AsyncAPIResponse[TranscriptionText]]",
            self._create(response_format=response_format, **params),
        )


class AsyncTranslationsWithRawResponse(View):
    """The methods of `AsyncTranslations`, which here return the response."""

    def __init__(self, resource: AsyncTranslations) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = async_to_raw_response_wrapper(resource.create)

    @overload
    async def create(
        self,
        *,
        response_format: Literal["json", "verbose_json"] | Omit | None = omit,
        **params: Unpack[TranslationParams],
    ) -> AsyncAPIResponse[Translation]: ...
    @overload
    async def create(
        self, *, response_format: Literal["text"], **params: Unpack[TranslationParams]
    ) -> AsyncAPIResponse[TranscriptionText]: ...
    @overload
    async def create(
        self, *, response_format: str | Omit | None, **params: Unpack[TranslationParams]
    ) -> AsyncAPIResponse[Translation] | AsyncAPIResponse[TranscriptionText]: ...
    async def create(
        self, *, response_format: str | Omit | None = omit, **params: Unpack[TranslationParams]
    ) -> AsyncAPIResponse[Translation] | AsyncAPIResponse[TranscriptionText]:
        """See `AsyncTranslations.create`."""
        return cast(
            "AsyncAPIResponse[Translation] | AsyncAPIResponse[TranscriptionText]",
            await self._create(response_format=response_format, **params),
        )


class AsyncTranslationsWithStreamingResponse(View):
    """The methods of `AsyncTranslations`, which here leave the body unread on the connection."""

    def __init__(self, resource: AsyncTranslations) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = async_to_streamed_response_wrapper(resource.create)

    @overload
    def create(
        self,
        *,
        response_format: Literal["json", "verbose_json"] | Omit | None = omit,
        **params: Unpack[TranslationParams],
    ) -> AsyncResponseContextManager[AsyncAPIResponse[Translation]]: ...
    @overload
    def create(
        self, *, response_format: Literal["text"], **params: Unpack[TranslationParams]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[TranscriptionText]]: ...
    @overload
    def create(
        self, *, response_format: str | Omit | None, **params: Unpack[TranslationParams]
    ) -> (
        AsyncResponseContextManager[AsyncAPIResponse[Translation]]
        | AsyncResponseContextManager[AsyncAPIResponse[TranscriptionText]]
    ): ...
    def create(
        self, *, response_format: str | Omit | None = omit, **params: Unpack[TranslationParams]
    ) -> (
        AsyncResponseContextManager[AsyncAPIResponse[Translation]]
        | AsyncResponseContextManager[AsyncAPIResponse[TranscriptionText]]
    ):
        """See `AsyncTranslations.create`."""
        return cast(
            "AsyncResponseContextManager[AsyncAPIResponse[Translation]] | AsyncResponseContextManager[AsyncAPIResponse[TranscriptionText]]",
            self._create(response_format=response_format, **params),
        )


class AsyncAudioWithRawResponse(View):
    """The methods of `AsyncAudio`, which here return the response."""

    speech: child[AsyncSpeechWithRawResponse] = child(AsyncSpeechWithRawResponse)
    transcriptions: child[AsyncTranscriptionsWithRawResponse] = child(AsyncTranscriptionsWithRawResponse)
    translations: child[AsyncTranslationsWithRawResponse] = child(AsyncTranslationsWithRawResponse)


class AsyncAudioWithStreamingResponse(View):
    """The methods of `AsyncAudio`, which here leave the body unread on the connection."""

    speech: child[AsyncSpeechWithStreamingResponse] = child(AsyncSpeechWithStreamingResponse)
    transcriptions: child[AsyncTranscriptionsWithStreamingResponse] = child(
        AsyncTranscriptionsWithStreamingResponse
    )
    translations: child[AsyncTranslationsWithStreamingResponse] = child(
        AsyncTranslationsWithStreamingResponse
    )
