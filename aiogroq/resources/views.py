# Written by python -m aiogroq.sync.generate from aiogroq/resources/audio.py,
# aiogroq/resources/batches.py, aiogroq/resources/chat.py, aiogroq/resources/client_resources.py,
# aiogroq/resources/embeddings.py, aiogroq/resources/files.py, aiogroq/resources/http_methods.py,
# aiogroq/resources/models.py. Do not edit.
"""The raw and the streaming views of the resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from ..response import (
    AsyncAPIResponse,
    AsyncBinaryAPIResponse,
    AsyncResponseContextManager,
    AsyncStreamedBinaryAPIResponse,
    async_to_custom_raw_response_wrapper,
    async_to_custom_streamed_response_wrapper,
    async_to_raw_response_wrapper,
    async_to_streamed_response_wrapper,
)
from ..transport.stream import AsyncStream
from ..types._omit import Omit, omit
from ..types._params import CallOptions, FileTypes
from ..types._typing import Unpack
from ..types.audio import Transcription, TranscriptionText, Translation
from ..types.audio_params import SpeechParams, TranscriptionParams, TranslationParams
from ..types.batches import BatchCancelResponse, BatchCreateResponse, BatchListResponse, BatchRetrieveResponse
from ..types.chat.chat_completion import ChatCompletion
from ..types.chat.chat_completion_chunk import ChatCompletionChunk
from ..types.chat_params import ChatParams
from ..types.embeddings import (
    CreateEmbeddingArrayResponse,
    CreateEmbeddingFloatsResponse,
    CreateEmbeddingResponse,
)
from ..types.files import FileCreateResponse, FileDeleteResponse, FileInfoResponse, FileListResponse
from ..types.models import Model, ModelDeleted, ModelListResponse
from ._cached import cached_property

if TYPE_CHECKING:
    from .audio import AsyncAudio, AsyncSpeech, AsyncTranscriptions, AsyncTranslations
    from .batches import AsyncBatches
    from .chat import AsyncChat, AsyncCompletions
    from .client_resources import AsyncResources
    from .embeddings import AsyncEmbeddings
    from .files import AsyncFiles
    from .models import AsyncModels


class AsyncSpeechWithRawResponse:
    """`AsyncSpeech`: the same methods, which give the response with its headers round the value."""

    def __init__(self, speech: AsyncSpeech) -> None:
        self._create = async_to_custom_raw_response_wrapper(speech.create, AsyncBinaryAPIResponse)

    async def create(self, **params: Unpack[SpeechParams]) -> AsyncBinaryAPIResponse:
        """Speak a text. The audio is in ``content``; ``write_to_file`` saves it.

        The models that are served now speak at most 200 characters at a time and give WAV only.
        Raises `BadRequestError` for a voice that the model has not, or before its terms were accepted, and
        `APIResponseValidationError` for an HTML page, such as a gateway's, in the place of audio.
        """
        return await self._create(**params)


class AsyncSpeechWithStreamingResponse:
    """`AsyncSpeech`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, speech: AsyncSpeech) -> None:
        self._create = async_to_custom_streamed_response_wrapper(
            speech.create, AsyncStreamedBinaryAPIResponse
        )

    def create(
        self, **params: Unpack[SpeechParams]
    ) -> AsyncResponseContextManager[AsyncStreamedBinaryAPIResponse]:
        """Speak a text. The audio is in ``content``; ``write_to_file`` saves it.

        The models that are served now speak at most 200 characters at a time and give WAV only.
        Raises `BadRequestError` for a voice that the model has not, or before its terms were accepted, and
        `APIResponseValidationError` for an HTML page, such as a gateway's, in the place of audio.
        """
        return self._create(**params)


class AsyncTranscriptionsWithRawResponse:
    """`AsyncTranscriptions`: the same methods, which give the response with its headers round the value."""

    def __init__(self, transcriptions: AsyncTranscriptions) -> None:
        self._create: Callable[..., Any] = async_to_raw_response_wrapper(transcriptions.create)

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
        """Write down what is said in a recording, in the language that is spoken.

        ``response_format`` is ``json`` (the default: only the text), ``verbose_json`` (with segments, words and
        times in seconds) or ``text``, which gives a `str` that also has ``.text``. One of ``file`` and ``url``.
        Raises `BadRequestError`, `RequestTooLargeError` for a file over the limit (25 MB on the free tier).
        """
        return cast(
            "AsyncAPIResponse[Transcription] | AsyncAPIResponse[TranscriptionText]",
            await self._create(response_format=response_format, **params),
        )


class AsyncTranscriptionsWithStreamingResponse:
    """`AsyncTranscriptions`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, transcriptions: AsyncTranscriptions) -> None:
        self._create: Callable[..., Any] = async_to_streamed_response_wrapper(transcriptions.create)

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
        """Write down what is said in a recording, in the language that is spoken.

        ``response_format`` is ``json`` (the default: only the text), ``verbose_json`` (with segments, words and
        times in seconds) or ``text``, which gives a `str` that also has ``.text``. One of ``file`` and ``url``.
        Raises `BadRequestError`, `RequestTooLargeError` for a file over the limit (25 MB on the free tier).
        """
        return cast(
            "AsyncResponseContextManager[AsyncAPIResponse[Transcription]] | AsyncResponseContextManager[AsyncAPIResponse[TranscriptionText]]",
            self._create(response_format=response_format, **params),
        )


class AsyncTranslationsWithRawResponse:
    """`AsyncTranslations`: the same methods, which give the response with its headers round the value."""

    def __init__(self, translations: AsyncTranslations) -> None:
        self._create: Callable[..., Any] = async_to_raw_response_wrapper(translations.create)

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
        """Translate what is said in a recording into English. The formats are those of transcriptions.

        The service translates with ``whisper-large-v3`` only. One of ``file`` and ``url``.
        Raises `BadRequestError`, `RequestTooLargeError` for a file over the limit (25 MB on the free tier).
        """
        return cast(
            "AsyncAPIResponse[Translation] | AsyncAPIResponse[TranscriptionText]",
            await self._create(response_format=response_format, **params),
        )


class AsyncTranslationsWithStreamingResponse:
    """`AsyncTranslations`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, translations: AsyncTranslations) -> None:
        self._create: Callable[..., Any] = async_to_streamed_response_wrapper(translations.create)

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
        """Translate what is said in a recording into English. The formats are those of transcriptions.

        The service translates with ``whisper-large-v3`` only. One of ``file`` and ``url``.
        Raises `BadRequestError`, `RequestTooLargeError` for a file over the limit (25 MB on the free tier).
        """
        return cast(
            "AsyncResponseContextManager[AsyncAPIResponse[Translation]] | AsyncResponseContextManager[AsyncAPIResponse[TranscriptionText]]",
            self._create(response_format=response_format, **params),
        )


class AsyncAudioWithRawResponse:
    """`AsyncAudio`: the same methods, which give the response with its headers round the value."""

    def __init__(self, audio: AsyncAudio) -> None:
        self._audio = audio

    @cached_property
    def speech(self) -> AsyncSpeechWithRawResponse:
        """Text to speech."""
        return AsyncSpeechWithRawResponse(self._audio.speech)

    @cached_property
    def transcriptions(self) -> AsyncTranscriptionsWithRawResponse:
        """Speech to text."""
        return AsyncTranscriptionsWithRawResponse(self._audio.transcriptions)

    @cached_property
    def translations(self) -> AsyncTranslationsWithRawResponse:
        """Speech in any language to English text."""
        return AsyncTranslationsWithRawResponse(self._audio.translations)


class AsyncAudioWithStreamingResponse:
    """`AsyncAudio`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, audio: AsyncAudio) -> None:
        self._audio = audio

    @cached_property
    def speech(self) -> AsyncSpeechWithStreamingResponse:
        """Text to speech."""
        return AsyncSpeechWithStreamingResponse(self._audio.speech)

    @cached_property
    def transcriptions(self) -> AsyncTranscriptionsWithStreamingResponse:
        """Speech to text."""
        return AsyncTranscriptionsWithStreamingResponse(self._audio.transcriptions)

    @cached_property
    def translations(self) -> AsyncTranslationsWithStreamingResponse:
        """Speech in any language to English text."""
        return AsyncTranslationsWithStreamingResponse(self._audio.translations)


class AsyncBatchesWithRawResponse:
    """`AsyncBatches`: the same methods, which give the response with its headers round the value."""

    def __init__(self, batches: AsyncBatches) -> None:
        self._create = async_to_raw_response_wrapper(batches.create)
        self._retrieve = async_to_raw_response_wrapper(batches.retrieve)
        self._list = async_to_raw_response_wrapper(batches.list)
        self._cancel = async_to_raw_response_wrapper(batches.cancel)

    async def create(
        self,
        *,
        completion_window: str,
        endpoint: str,
        input_file_id: str,
        metadata: Mapping[str, str] | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncAPIResponse[BatchCreateResponse]:
        """Start a batch over an uploaded file.

        ``completion_window`` is ``"24h"`` to ``"7d"``, ``endpoint`` is ``"/v1/chat/completions"`` (as in the
        lines of the file), ``metadata`` is a map of texts that comes back with the batch.
        Raises `NotFoundError` for a file that is not there, `BadRequestError` for one that is no batch.
        """
        return await self._create(
            completion_window=completion_window,
            endpoint=endpoint,
            input_file_id=input_file_id,
            metadata=metadata,
            **options,
        )

    async def retrieve(
        self, batch_id: str, **options: Unpack[CallOptions]
    ) -> AsyncAPIResponse[BatchRetrieveResponse]:
        """One batch: its ``status``, its counts, and the ids of its result files once it has them."""
        return await self._retrieve(batch_id, **options)

    async def list(self, **options: Unpack[CallOptions]) -> AsyncAPIResponse[BatchListResponse]:
        """All batches of the organisation; they are in ``data``."""
        return await self._list(**options)

    async def cancel(
        self, batch_id: str, **options: Unpack[CallOptions]
    ) -> AsyncAPIResponse[BatchCancelResponse]:
        """Cancel a batch; it is ``cancelling`` for up to ten minutes, then ``cancelled``."""
        return await self._cancel(batch_id, **options)


class AsyncBatchesWithStreamingResponse:
    """`AsyncBatches`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, batches: AsyncBatches) -> None:
        self._create = async_to_streamed_response_wrapper(batches.create)
        self._retrieve = async_to_streamed_response_wrapper(batches.retrieve)
        self._list = async_to_streamed_response_wrapper(batches.list)
        self._cancel = async_to_streamed_response_wrapper(batches.cancel)

    def create(
        self,
        *,
        completion_window: str,
        endpoint: str,
        input_file_id: str,
        metadata: Mapping[str, str] | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncResponseContextManager[AsyncAPIResponse[BatchCreateResponse]]:
        """Start a batch over an uploaded file.

        ``completion_window`` is ``"24h"`` to ``"7d"``, ``endpoint`` is ``"/v1/chat/completions"`` (as in the
        lines of the file), ``metadata`` is a map of texts that comes back with the batch.
        Raises `NotFoundError` for a file that is not there, `BadRequestError` for one that is no batch.
        """
        return self._create(
            completion_window=completion_window,
            endpoint=endpoint,
            input_file_id=input_file_id,
            metadata=metadata,
            **options,
        )

    def retrieve(
        self, batch_id: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[BatchRetrieveResponse]]:
        """One batch: its ``status``, its counts, and the ids of its result files once it has them."""
        return self._retrieve(batch_id, **options)

    def list(
        self, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[BatchListResponse]]:
        """All batches of the organisation; they are in ``data``."""
        return self._list(**options)

    def cancel(
        self, batch_id: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[BatchCancelResponse]]:
        """Cancel a batch; it is ``cancelling`` for up to ten minutes, then ``cancelled``."""
        return self._cancel(batch_id, **options)


class AsyncCompletionsWithRawResponse:
    """`AsyncCompletions`: the same methods, which give the response with its headers round the value."""

    def __init__(self, completions: AsyncCompletions) -> None:
        self._create: Callable[..., Any] = async_to_raw_response_wrapper(completions.create)

    @overload
    async def create(
        self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[ChatParams]
    ) -> AsyncAPIResponse[ChatCompletion]: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[ChatParams]
    ) -> AsyncAPIResponse[AsyncStream[ChatCompletionChunk]]: ...
    @overload
    async def create(
        self, *, stream: bool | Omit | None, **params: Unpack[ChatParams]
    ) -> AsyncAPIResponse[ChatCompletion] | AsyncAPIResponse[AsyncStream[ChatCompletionChunk]]: ...
    async def create(
        self, *, stream: bool | Omit | None = omit, **params: Unpack[ChatParams]
    ) -> AsyncAPIResponse[ChatCompletion] | AsyncAPIResponse[AsyncStream[ChatCompletionChunk]]:
        """Answer a conversation.

        ``messages`` are dicts with ``role`` and ``content``; a message of an earlier answer may stand among them as it
        is. With ``stream=True`` the answer is a stream of chunks, to be iterated or collected.

        Raises `TypeError` for an argument that the service does not know, `BadRequestError` (with
        ``failed_generation``) when the model's tool call or JSON was refused, `RateLimitError`, `APITimeoutError`,
        and the other errors of ``aiogroq.errors``.
        """
        return cast(
            "AsyncAPIResponse[ChatCompletion] | AsyncAPIResponse[AsyncStream[ChatCompletionChunk]]",
            await self._create(stream=stream, **params),
        )


class AsyncCompletionsWithStreamingResponse:
    """`AsyncCompletions`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, completions: AsyncCompletions) -> None:
        self._create: Callable[..., Any] = async_to_streamed_response_wrapper(completions.create)

    @overload
    def create(
        self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[ChatParams]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[ChatCompletion]]: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[ChatParams]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[AsyncStream[ChatCompletionChunk]]]: ...
    @overload
    def create(
        self, *, stream: bool | Omit | None, **params: Unpack[ChatParams]
    ) -> (
        AsyncResponseContextManager[AsyncAPIResponse[ChatCompletion]]
        | AsyncResponseContextManager[AsyncAPIResponse[AsyncStream[ChatCompletionChunk]]]
    ): ...
    def create(
        self, *, stream: bool | Omit | None = omit, **params: Unpack[ChatParams]
    ) -> (
        AsyncResponseContextManager[AsyncAPIResponse[ChatCompletion]]
        | AsyncResponseContextManager[AsyncAPIResponse[AsyncStream[ChatCompletionChunk]]]
    ):
        """Answer a conversation.

        ``messages`` are dicts with ``role`` and ``content``; a message of an earlier answer may stand among them as it
        is. With ``stream=True`` the answer is a stream of chunks, to be iterated or collected.

        Raises `TypeError` for an argument that the service does not know, `BadRequestError` (with
        ``failed_generation``) when the model's tool call or JSON was refused, `RateLimitError`, `APITimeoutError`,
        and the other errors of ``aiogroq.errors``.
        """
        return cast(
            "AsyncResponseContextManager[AsyncAPIResponse[ChatCompletion]] | AsyncResponseContextManager[AsyncAPIResponse[AsyncStream[ChatCompletionChunk]]]",
            self._create(stream=stream, **params),
        )


class AsyncChatWithRawResponse:
    """`AsyncChat`: the same methods, which give the response with its headers round the value."""

    def __init__(self, chat: AsyncChat) -> None:
        self._chat = chat

    @cached_property
    def completions(self) -> AsyncCompletionsWithRawResponse:
        """Chat completions."""
        return AsyncCompletionsWithRawResponse(self._chat.completions)


class AsyncChatWithStreamingResponse:
    """`AsyncChat`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, chat: AsyncChat) -> None:
        self._chat = chat

    @cached_property
    def completions(self) -> AsyncCompletionsWithStreamingResponse:
        """Chat completions."""
        return AsyncCompletionsWithStreamingResponse(self._chat.completions)


class AsyncEmbeddingsWithRawResponse:
    """`AsyncEmbeddings`: the same methods, which give the response with its headers round the value."""

    def __init__(self, embeddings: AsyncEmbeddings) -> None:
        self._create: Callable[..., Any] = async_to_raw_response_wrapper(embeddings.create)

    @overload
    async def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncAPIResponse[CreateEmbeddingFloatsResponse]: ...
    @overload
    async def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["base64"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncAPIResponse[CreateEmbeddingResponse]: ...
    @overload
    async def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["array"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncAPIResponse[CreateEmbeddingArrayResponse]: ...
    @overload
    async def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64", "array"] | Omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncAPIResponse[CreateEmbeddingResponse] | AsyncAPIResponse[CreateEmbeddingArrayResponse]: ...
    async def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64", "array"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> (
        AsyncAPIResponse[CreateEmbeddingFloatsResponse]
        | AsyncAPIResponse[CreateEmbeddingResponse]
        | AsyncAPIResponse[CreateEmbeddingArrayResponse]
    ):
        """A vector for each text of ``input`` (one text, or 1 to 2048 of them), in its order in ``data``.

        A vector is a list of numbers; with ``encoding_format="base64"`` the base64 text of little-endian 32-bit
        floats; with ``"array"``, which the service does not know, that text made into an ``array.array`` of typecode
        ``f``: a sequence of floats and a buffer (``numpy.asarray`` copies nothing), at a fraction of the time and memory.
        Raises `BadRequestError` for an empty text, `NotFoundError` for a model that gives no vectors.
        """
        return cast(
            "AsyncAPIResponse[CreateEmbeddingFloatsResponse] | AsyncAPIResponse[CreateEmbeddingResponse] | AsyncAPIResponse[CreateEmbeddingArrayResponse]",
            await self._create(
                input=input, model=model, encoding_format=encoding_format, user=user, **options
            ),
        )


class AsyncEmbeddingsWithStreamingResponse:
    """`AsyncEmbeddings`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, embeddings: AsyncEmbeddings) -> None:
        self._create: Callable[..., Any] = async_to_streamed_response_wrapper(embeddings.create)

    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingFloatsResponse]]: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["base64"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingResponse]]: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["array"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingArrayResponse]]: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64", "array"] | Omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> (
        AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingResponse]]
        | AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingArrayResponse]]
    ): ...
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64", "array"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> (
        AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingFloatsResponse]]
        | AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingResponse]]
        | AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingArrayResponse]]
    ):
        """A vector for each text of ``input`` (one text, or 1 to 2048 of them), in its order in ``data``.

        A vector is a list of numbers; with ``encoding_format="base64"`` the base64 text of little-endian 32-bit
        floats; with ``"array"``, which the service does not know, that text made into an ``array.array`` of typecode
        ``f``: a sequence of floats and a buffer (``numpy.asarray`` copies nothing), at a fraction of the time and memory.
        Raises `BadRequestError` for an empty text, `NotFoundError` for a model that gives no vectors.
        """
        return cast(
            "AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingFloatsResponse]] | AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingResponse]] | AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingArrayResponse]]",
            self._create(input=input, model=model, encoding_format=encoding_format, user=user, **options),
        )


class AsyncFilesWithRawResponse:
    """`AsyncFiles`: the same methods, which give the response with its headers round the value."""

    def __init__(self, files: AsyncFiles) -> None:
        self._create = async_to_raw_response_wrapper(files.create)
        self._list = async_to_raw_response_wrapper(files.list)
        self._delete = async_to_raw_response_wrapper(files.delete)
        self._content = async_to_custom_raw_response_wrapper(files.content, AsyncBinaryAPIResponse)
        self._info = async_to_raw_response_wrapper(files.info)

    async def create(
        self, *, file: FileTypes, purpose: Literal["batch"], **options: Unpack[CallOptions]
    ) -> AsyncAPIResponse[FileCreateResponse]:
        """Upload a file: JSON lines, one request a line, for ``purpose="batch"``.

        ``file`` is bytes, a path, a file open in binary mode, an async iterator of bytes, or a tuple
        ``(name, content[, type[, headers]])``. It is never read whole into memory.
        Raises `TypeError` for anything else, `OSError` for a path that cannot be read, `RequestTooLargeError`.
        """
        return await self._create(file=file, purpose=purpose, **options)

    async def list(self, **options: Unpack[CallOptions]) -> AsyncAPIResponse[FileListResponse]:
        """All files of the organisation; they are in ``data``."""
        return await self._list(**options)

    async def delete(
        self, file_id: str, **options: Unpack[CallOptions]
    ) -> AsyncAPIResponse[FileDeleteResponse]:
        """Delete a file. Raises `NotFoundError` for one that is not there."""
        return await self._delete(file_id, **options)

    async def content(self, file_id: str, **options: Unpack[CallOptions]) -> AsyncBinaryAPIResponse:
        """The content of a file, read whole; `with_streaming_response` leaves it on the socket.

        Raises `NotFoundError` for a file that is not there, `APIConnectionError` when it does not come whole.
        """
        return await self._content(file_id, **options)

    async def info(self, file_id: str, **options: Unpack[CallOptions]) -> AsyncAPIResponse[FileInfoResponse]:
        """What is known of a file: its name, its size in bytes, when it came."""
        return await self._info(file_id, **options)


class AsyncFilesWithStreamingResponse:
    """`AsyncFiles`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, files: AsyncFiles) -> None:
        self._create = async_to_streamed_response_wrapper(files.create)
        self._list = async_to_streamed_response_wrapper(files.list)
        self._delete = async_to_streamed_response_wrapper(files.delete)
        self._content = async_to_custom_streamed_response_wrapper(
            files.content, AsyncStreamedBinaryAPIResponse
        )
        self._info = async_to_streamed_response_wrapper(files.info)

    def create(
        self, *, file: FileTypes, purpose: Literal["batch"], **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[FileCreateResponse]]:
        """Upload a file: JSON lines, one request a line, for ``purpose="batch"``.

        ``file`` is bytes, a path, a file open in binary mode, an async iterator of bytes, or a tuple
        ``(name, content[, type[, headers]])``. It is never read whole into memory.
        Raises `TypeError` for anything else, `OSError` for a path that cannot be read, `RequestTooLargeError`.
        """
        return self._create(file=file, purpose=purpose, **options)

    def list(
        self, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[FileListResponse]]:
        """All files of the organisation; they are in ``data``."""
        return self._list(**options)

    def delete(
        self, file_id: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[FileDeleteResponse]]:
        """Delete a file. Raises `NotFoundError` for one that is not there."""
        return self._delete(file_id, **options)

    def content(
        self, file_id: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncStreamedBinaryAPIResponse]:
        """The content of a file, read whole; `with_streaming_response` leaves it on the socket.

        Raises `NotFoundError` for a file that is not there, `APIConnectionError` when it does not come whole.
        """
        return self._content(file_id, **options)

    def info(
        self, file_id: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[FileInfoResponse]]:
        """What is known of a file: its name, its size in bytes, when it came."""
        return self._info(file_id, **options)


class AsyncModelsWithRawResponse:
    """`AsyncModels`: the same methods, which give the response with its headers round the value."""

    def __init__(self, models: AsyncModels) -> None:
        self._retrieve = async_to_raw_response_wrapper(models.retrieve)
        self._list = async_to_raw_response_wrapper(models.list)
        self._delete = async_to_raw_response_wrapper(models.delete)

    async def retrieve(self, model: str, **options: Unpack[CallOptions]) -> AsyncAPIResponse[Model]:
        """One model. Raises `NotFoundError` for an id that is not there, `ValueError` for an empty one."""
        return await self._retrieve(model, **options)

    async def list(self, **options: Unpack[CallOptions]) -> AsyncAPIResponse[ModelListResponse]:
        """All models that the key may use; they are in ``data``."""
        return await self._list(**options)

    async def delete(self, model: str, **options: Unpack[CallOptions]) -> AsyncAPIResponse[ModelDeleted]:
        """Delete a model of your own (a fine-tuned one). Raises `NotFoundError`, `PermissionDeniedError`."""
        return await self._delete(model, **options)


class AsyncModelsWithStreamingResponse:
    """`AsyncModels`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, models: AsyncModels) -> None:
        self._retrieve = async_to_streamed_response_wrapper(models.retrieve)
        self._list = async_to_streamed_response_wrapper(models.list)
        self._delete = async_to_streamed_response_wrapper(models.delete)

    def retrieve(
        self, model: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[Model]]:
        """One model. Raises `NotFoundError` for an id that is not there, `ValueError` for an empty one."""
        return self._retrieve(model, **options)

    def list(
        self, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[ModelListResponse]]:
        """All models that the key may use; they are in ``data``."""
        return self._list(**options)

    def delete(
        self, model: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[ModelDeleted]]:
        """Delete a model of your own (a fine-tuned one). Raises `NotFoundError`, `PermissionDeniedError`."""
        return self._delete(model, **options)


class AsyncResourcesWithRawResponse:
    """`AsyncResources`: the same resources, whose methods give the response with its headers round the value."""

    def __init__(self, resources: AsyncResources) -> None:
        self._resources = resources

    @cached_property
    def chat(self) -> AsyncChatWithRawResponse:
        """Chat completions."""
        return AsyncChatWithRawResponse(self._resources.chat)

    @cached_property
    def embeddings(self) -> AsyncEmbeddingsWithRawResponse:
        """Vectors for texts."""
        return AsyncEmbeddingsWithRawResponse(self._resources.embeddings)

    @cached_property
    def audio(self) -> AsyncAudioWithRawResponse:
        """Speech, transcriptions, translations."""
        return AsyncAudioWithRawResponse(self._resources.audio)

    @cached_property
    def models(self) -> AsyncModelsWithRawResponse:
        """The models that the service has."""
        return AsyncModelsWithRawResponse(self._resources.models)

    @cached_property
    def files(self) -> AsyncFilesWithRawResponse:
        """Files: the input of batches and their results."""
        return AsyncFilesWithRawResponse(self._resources.files)

    @cached_property
    def batches(self) -> AsyncBatchesWithRawResponse:
        """Many requests in a file, answered within days at half the price."""
        return AsyncBatchesWithRawResponse(self._resources.batches)


class AsyncResourcesWithStreamingResponse:
    """`AsyncResources`: the same resources, whose methods leave the body on the socket until it is asked for."""

    def __init__(self, resources: AsyncResources) -> None:
        self._resources = resources

    @cached_property
    def chat(self) -> AsyncChatWithStreamingResponse:
        """Chat completions."""
        return AsyncChatWithStreamingResponse(self._resources.chat)

    @cached_property
    def embeddings(self) -> AsyncEmbeddingsWithStreamingResponse:
        """Vectors for texts."""
        return AsyncEmbeddingsWithStreamingResponse(self._resources.embeddings)

    @cached_property
    def audio(self) -> AsyncAudioWithStreamingResponse:
        """Speech, transcriptions, translations."""
        return AsyncAudioWithStreamingResponse(self._resources.audio)

    @cached_property
    def models(self) -> AsyncModelsWithStreamingResponse:
        """The models that the service has."""
        return AsyncModelsWithStreamingResponse(self._resources.models)

    @cached_property
    def files(self) -> AsyncFilesWithStreamingResponse:
        """Files: the input of batches and their results."""
        return AsyncFilesWithStreamingResponse(self._resources.files)

    @cached_property
    def batches(self) -> AsyncBatchesWithStreamingResponse:
        """Many requests in a file, answered within days at half the price."""
        return AsyncBatchesWithStreamingResponse(self._resources.batches)
