# Written by python tools/sync_facade.py from aiogroq/resources/audio.py. Do not edit.
"""Sync versions of ``aiogroq/resources/audio.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from ..resources._base import View, child, view
from ..types._omit import Omit, omit
from ..types._typing import Unpack
from ..types.audio import Transcription, TranscriptionText, Translation
from ..types.audio_params import SpeechParams, TranscriptionParams, TranslationParams
from ._base import SyncResource, run, to_sync
from .response import (
    APIResponse,
    BinaryAPIResponse,
    ResponseContextManager,
    StreamedBinaryAPIResponse,
    to_custom_raw_response_wrapper,
    to_custom_streamed_response_wrapper,
    to_raw_response_wrapper,
    to_streamed_response_wrapper,
)

if TYPE_CHECKING:
    from ..resources.audio import AsyncAudio, AsyncSpeech, AsyncTranscriptions, AsyncTranslations


class SpeechWithRawResponse(View):
    """The methods of `Speech`, which here return the response."""

    def __init__(self, resource: Speech) -> None:
        super().__init__(resource)
        self._create = to_custom_raw_response_wrapper(resource.create, BinaryAPIResponse)

    def create(self, **params: Unpack[SpeechParams]) -> BinaryAPIResponse:
        """See `Speech.create`."""
        return self._create(**params)


class SpeechWithStreamingResponse(View):
    """The methods of `Speech`, which here leave the body unread on the connection."""

    def __init__(self, resource: Speech) -> None:
        super().__init__(resource)
        self._create = to_custom_streamed_response_wrapper(resource.create, StreamedBinaryAPIResponse)

    def create(self, **params: Unpack[SpeechParams]) -> ResponseContextManager[StreamedBinaryAPIResponse]:
        """See `Speech.create`."""
        return self._create(**params)


class Speech(SyncResource):
    """Text to speech."""

    _async: AsyncSpeech

    with_raw_response: view[SpeechWithRawResponse] = view(SpeechWithRawResponse)
    with_streaming_response: view[SpeechWithStreamingResponse] = view(SpeechWithStreamingResponse)

    def create(self, **params: Unpack[SpeechParams]) -> BinaryAPIResponse:
        """Convert text to speech. ``content`` is the audio; ``write_to_file`` saves it.

        The current models accept at most 200 characters and return only WAV. Raises `BadRequestError` for a voice that
        the model does not have, or if its terms have not been accepted, and `APIResponseValidationError` for an HTML
        page, such as one of a gateway, instead of audio.
        """
        __tracebackhide__ = True
        return to_sync(run(self._async.create(**params)))


class TranscriptionsWithRawResponse(View):
    """The methods of `Transcriptions`, which here return the response."""

    def __init__(self, resource: Transcriptions) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = to_raw_response_wrapper(resource.create)

    @overload
    def create(
        self,
        *,
        response_format: Literal["json", "verbose_json"] | Omit | None = omit,
        **params: Unpack[TranscriptionParams],
    ) -> APIResponse[Transcription]: ...
    @overload
    def create(
        self, *, response_format: Literal["text"], **params: Unpack[TranscriptionParams]
    ) -> APIResponse[TranscriptionText]: ...
    @overload
    def create(
        self, *, response_format: str | Omit | None, **params: Unpack[TranscriptionParams]
    ) -> APIResponse[Transcription] | APIResponse[TranscriptionText]: ...
    def create(
        self, *, response_format: str | Omit | None = omit, **params: Unpack[TranscriptionParams]
    ) -> APIResponse[Transcription] | APIResponse[TranscriptionText]:
        """See `Transcriptions.create`."""
        return cast(
            "APIResponse[Transcription] | APIResponse[TranscriptionText]",
            self._create(response_format=response_format, **params),
        )


class TranscriptionsWithStreamingResponse(View):
    """The methods of `Transcriptions`, which here leave the body unread on the connection."""

    def __init__(self, resource: Transcriptions) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = to_streamed_response_wrapper(resource.create)

    @overload
    def create(
        self,
        *,
        response_format: Literal["json", "verbose_json"] | Omit | None = omit,
        **params: Unpack[TranscriptionParams],
    ) -> ResponseContextManager[APIResponse[Transcription]]: ...
    @overload
    def create(
        self, *, response_format: Literal["text"], **params: Unpack[TranscriptionParams]
    ) -> ResponseContextManager[APIResponse[TranscriptionText]]: ...
    @overload
    def create(
        self, *, response_format: str | Omit | None, **params: Unpack[TranscriptionParams]
    ) -> (
        ResponseContextManager[APIResponse[Transcription]]
        | ResponseContextManager[APIResponse[TranscriptionText]]
    ): ...
    def create(
        self, *, response_format: str | Omit | None = omit, **params: Unpack[TranscriptionParams]
    ) -> (
        ResponseContextManager[APIResponse[Transcription]]
        | ResponseContextManager[APIResponse[TranscriptionText]]
    ):
        """See `Transcriptions.create`."""
        return cast(
            "ResponseContextManager[APIResponse[Transcription]] | ResponseContextManager[APIResponse[TranscriptionText]]",
            self._create(response_format=response_format, **params),
        )


class Transcriptions(SyncResource):
    """Speech to text."""

    _async: AsyncTranscriptions

    with_raw_response: view[TranscriptionsWithRawResponse] = view(TranscriptionsWithRawResponse)
    with_streaming_response: view[TranscriptionsWithStreamingResponse] = view(
        TranscriptionsWithStreamingResponse
    )

    @overload
    def create(
        self,
        *,
        response_format: Literal["json", "verbose_json"] | Omit | None = omit,
        **params: Unpack[TranscriptionParams],
    ) -> Transcription: ...
    @overload
    def create(
        self, *, response_format: Literal["text"], **params: Unpack[TranscriptionParams]
    ) -> TranscriptionText: ...
    @overload
    def create(
        self, *, response_format: str | Omit | None, **params: Unpack[TranscriptionParams]
    ) -> Transcription | TranscriptionText: ...
    def create(
        self, *, response_format: str | Omit | None = omit, **params: Unpack[TranscriptionParams]
    ) -> Transcription | TranscriptionText:
        """Transcribe a recording in the language that is spoken.

        ``response_format`` is ``json`` (the default: only the text), ``verbose_json`` (with segments, words and
        times in seconds) or ``text``, which returns a `str` that also has ``.text``. Pass either ``file`` or ``url``.
        Raises `BadRequestError`, `RequestTooLargeError` for a file over the limit (25 MB on the free tier).
        """
        __tracebackhide__ = True
        return to_sync(run(self._async.create(response_format=response_format, **params)))


class TranslationsWithRawResponse(View):
    """The methods of `Translations`, which here return the response."""

    def __init__(self, resource: Translations) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = to_raw_response_wrapper(resource.create)

    @overload
    def create(
        self,
        *,
        response_format: Literal["json", "verbose_json"] | Omit | None = omit,
        **params: Unpack[TranslationParams],
    ) -> APIResponse[Translation]: ...
    @overload
    def create(
        self, *, response_format: Literal["text"], **params: Unpack[TranslationParams]
    ) -> APIResponse[TranscriptionText]: ...
    @overload
    def create(
        self, *, response_format: str | Omit | None, **params: Unpack[TranslationParams]
    ) -> APIResponse[Translation] | APIResponse[TranscriptionText]: ...
    def create(
        self, *, response_format: str | Omit | None = omit, **params: Unpack[TranslationParams]
    ) -> APIResponse[Translation] | APIResponse[TranscriptionText]:
        """See `Translations.create`."""
        return cast(
            "APIResponse[Translation] | APIResponse[TranscriptionText]",
            self._create(response_format=response_format, **params),
        )


class TranslationsWithStreamingResponse(View):
    """The methods of `Translations`, which here leave the body unread on the connection."""

    def __init__(self, resource: Translations) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = to_streamed_response_wrapper(resource.create)

    @overload
    def create(
        self,
        *,
        response_format: Literal["json", "verbose_json"] | Omit | None = omit,
        **params: Unpack[TranslationParams],
    ) -> ResponseContextManager[APIResponse[Translation]]: ...
    @overload
    def create(
        self, *, response_format: Literal["text"], **params: Unpack[TranslationParams]
    ) -> ResponseContextManager[APIResponse[TranscriptionText]]: ...
    @overload
    def create(
        self, *, response_format: str | Omit | None, **params: Unpack[TranslationParams]
    ) -> (
        ResponseContextManager[APIResponse[Translation]]
        | ResponseContextManager[APIResponse[TranscriptionText]]
    ): ...
    def create(
        self, *, response_format: str | Omit | None = omit, **params: Unpack[TranslationParams]
    ) -> (
        ResponseContextManager[APIResponse[Translation]]
        | ResponseContextManager[APIResponse[TranscriptionText]]
    ):
        """See `Translations.create`."""
        return cast(
            "ResponseContextManager[APIResponse[Translation]] | ResponseContextManager[APIResponse[TranscriptionText]]",
            self._create(response_format=response_format, **params),
        )


class Translations(SyncResource):
    """Speech in any language to English text."""

    _async: AsyncTranslations

    with_raw_response: view[TranslationsWithRawResponse] = view(TranslationsWithRawResponse)
    with_streaming_response: view[TranslationsWithStreamingResponse] = view(TranslationsWithStreamingResponse)

    @overload
    def create(
        self,
        *,
        response_format: Literal["json", "verbose_json"] | Omit | None = omit,
        **params: Unpack[TranslationParams],
    ) -> Translation: ...
    @overload
    def create(
        self, *, response_format: Literal["text"], **params: Unpack[TranslationParams]
    ) -> TranscriptionText: ...
    @overload
    def create(
        self, *, response_format: str | Omit | None, **params: Unpack[TranslationParams]
    ) -> Translation | TranscriptionText: ...
    def create(
        self, *, response_format: str | Omit | None = omit, **params: Unpack[TranslationParams]
    ) -> Translation | TranscriptionText:
        """Translate the speech in a recording into English. The formats are those of transcriptions.

        Only ``whisper-large-v3`` translates. Pass either ``file`` or ``url``.
        Raises `BadRequestError`, `RequestTooLargeError` for a file over the limit (25 MB on the free tier).
        """
        __tracebackhide__ = True
        return to_sync(run(self._async.create(response_format=response_format, **params)))


class AudioWithRawResponse(View):
    """The methods of `Audio`, which here return the response."""

    speech: child[SpeechWithRawResponse] = child(SpeechWithRawResponse)
    transcriptions: child[TranscriptionsWithRawResponse] = child(TranscriptionsWithRawResponse)
    translations: child[TranslationsWithRawResponse] = child(TranslationsWithRawResponse)


class AudioWithStreamingResponse(View):
    """The methods of `Audio`, which here leave the body unread on the connection."""

    speech: child[SpeechWithStreamingResponse] = child(SpeechWithStreamingResponse)
    transcriptions: child[TranscriptionsWithStreamingResponse] = child(TranscriptionsWithStreamingResponse)
    translations: child[TranslationsWithStreamingResponse] = child(TranslationsWithStreamingResponse)


class Audio(SyncResource):
    """Speech and recordings."""

    _async: AsyncAudio

    speech: child[Speech] = child(Speech)
    transcriptions: child[Transcriptions] = child(Transcriptions)
    translations: child[Translations] = child(Translations)
    with_raw_response: view[AudioWithRawResponse] = view(AudioWithRawResponse)
    with_streaming_response: view[AudioWithStreamingResponse] = view(AudioWithStreamingResponse)
