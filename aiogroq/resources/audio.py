"""``/audio/speech``, ``/audio/transcriptions``, ``/audio/translations``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar, overload

from ..protocol.request import AUDIO, Request, build, build_form, split_options
from ..response import AsyncBinaryAPIResponse
from ..types._omit import Omit, is_omitted, omit
from ..types._params import CallOptions
from ..types._typing import Unpack
from ..types.audio import Transcription, TranscriptionText, Translation
from ..types.audio_params import SpeechParams, TranscriptionParams, TranslationParams
from ._base import AsyncResource, child, view
from ._views.audio import (
    AsyncAudioWithRawResponse,
    AsyncAudioWithStreamingResponse,
    AsyncSpeechWithRawResponse,
    AsyncSpeechWithStreamingResponse,
    AsyncTranscriptionsWithRawResponse,
    AsyncTranscriptionsWithStreamingResponse,
    AsyncTranslationsWithRawResponse,
    AsyncTranslationsWithStreamingResponse,
)

T = TypeVar("T")

_OPTIONS = frozenset(CallOptions.__annotations__)
_SPEECH = frozenset(SpeechParams.__annotations__) - _OPTIONS
_TRANSCRIPTION = frozenset(TranscriptionParams.__annotations__) - _OPTIONS
_TRANSLATION = frozenset(TranslationParams.__annotations__) - _OPTIONS


class AsyncSpeech(AsyncResource):
    """Text to speech."""

    with_raw_response: view[AsyncSpeechWithRawResponse] = view(AsyncSpeechWithRawResponse)
    with_streaming_response: view[AsyncSpeechWithStreamingResponse] = view(AsyncSpeechWithStreamingResponse)

    async def create(self, **params: Unpack[SpeechParams]) -> AsyncBinaryAPIResponse:
        """Convert text to speech. ``content`` is the audio; ``write_to_file`` saves it.

        The current models accept at most 200 characters and return only WAV. Raises `BadRequestError` for a voice that
        the model does not have, or if its terms have not been accepted, and `APIResponseValidationError` for an HTML
        page, such as one of a gateway, instead of audio.
        """
        body, options = split_options(params, _SPEECH, frozenset({"input", "model", "voice"}), "create")
        accept = {"Accept": "audio/wav"}
        request = build(
            "POST", "/audio/speech", AsyncBinaryAPIResponse, body, options, mode=AUDIO, default_headers=accept
        )
        return await self._transport.send(request)


class AsyncTranscriptions(AsyncResource):
    """Speech to text."""

    with_raw_response: view[AsyncTranscriptionsWithRawResponse] = view(AsyncTranscriptionsWithRawResponse)
    with_streaming_response: view[AsyncTranscriptionsWithStreamingResponse] = view(
        AsyncTranscriptionsWithStreamingResponse
    )

    @overload
    async def create(
        self,
        *,
        response_format: Literal["json", "verbose_json"] | Omit | None = omit,
        **params: Unpack[TranscriptionParams],
    ) -> Transcription: ...
    @overload
    async def create(
        self, *, response_format: Literal["text"], **params: Unpack[TranscriptionParams]
    ) -> TranscriptionText: ...
    @overload
    async def create(
        self, *, response_format: str | Omit | None, **params: Unpack[TranscriptionParams]
    ) -> Transcription | TranscriptionText: ...
    async def create(
        self, *, response_format: str | Omit | None = omit, **params: Unpack[TranscriptionParams]
    ) -> Transcription | TranscriptionText:
        """Transcribe a recording in the language that is spoken.

        ``response_format`` is ``json`` (the default: only the text), ``verbose_json`` (with segments, words and
        times in seconds) or ``text``, which returns a `str` that also has ``.text``. Pass either ``file`` or ``url``.
        Raises `BadRequestError`, `RequestTooLargeError` for a file over the limit (25 MB on the free tier).
        """
        request = _form("/audio/transcriptions", Transcription, params, response_format, _TRANSCRIPTION)
        return await self._transport.send(request)


class AsyncTranslations(AsyncResource):
    """Speech in any language to English text."""

    with_raw_response: view[AsyncTranslationsWithRawResponse] = view(AsyncTranslationsWithRawResponse)
    with_streaming_response: view[AsyncTranslationsWithStreamingResponse] = view(
        AsyncTranslationsWithStreamingResponse
    )

    @overload
    async def create(
        self,
        *,
        response_format: Literal["json", "verbose_json"] | Omit | None = omit,
        **params: Unpack[TranslationParams],
    ) -> Translation: ...
    @overload
    async def create(
        self, *, response_format: Literal["text"], **params: Unpack[TranslationParams]
    ) -> TranscriptionText: ...
    @overload
    async def create(
        self, *, response_format: str | Omit | None, **params: Unpack[TranslationParams]
    ) -> Translation | TranscriptionText: ...
    async def create(
        self, *, response_format: str | Omit | None = omit, **params: Unpack[TranslationParams]
    ) -> Translation | TranscriptionText:
        """Translate the speech in a recording into English. The formats are those of transcriptions.

        Only ``whisper-large-v3`` translates. Pass either ``file`` or ``url``.
        Raises `BadRequestError`, `RequestTooLargeError` for a file over the limit (25 MB on the free tier).
        """
        request = _form("/audio/translations", Translation, params, response_format, _TRANSLATION)
        return await self._transport.send(request)


class AsyncAudio(AsyncResource):
    """Speech and recordings."""

    speech: child[AsyncSpeech] = child(AsyncSpeech)
    transcriptions: child[AsyncTranscriptions] = child(AsyncTranscriptions)
    translations: child[AsyncTranslations] = child(AsyncTranslations)
    with_raw_response: view[AsyncAudioWithRawResponse] = view(AsyncAudioWithRawResponse)
    with_streaming_response: view[AsyncAudioWithStreamingResponse] = view(AsyncAudioWithStreamingResponse)


def _form(
    url: str,
    returns: type[T],
    given: Mapping[str, Any],
    response_format: str | Omit | None,
    known: frozenset[str],
) -> Request[T]:
    params, options = split_options(given, known, frozenset({"model"}), "create")
    if not is_omitted(response_format):
        params["response_format"] = response_format
    return build_form("POST", url, returns, params, options)
