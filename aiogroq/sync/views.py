# Written by python -m aiogroq.sync.generate from aiogroq/resources/audio.py,
# aiogroq/resources/batches.py, aiogroq/resources/chat.py, aiogroq/resources/client_resources.py,
# aiogroq/resources/embeddings.py, aiogroq/resources/files.py, aiogroq/resources/http_methods.py,
# aiogroq/resources/models.py. Do not edit.
"""The raw and the streaming views of the blocking resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from ..resources._cached import cached_property
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
from .stream import Stream

if TYPE_CHECKING:
    from .facade import (
        Audio,
        Batches,
        Chat,
        Completions,
        Embeddings,
        Files,
        Models,
        Resources,
        Speech,
        Transcriptions,
        Translations,
    )


class SpeechWithRawResponse:
    """`Speech`: the same methods, which give the response with its headers round the value."""

    def __init__(self, speech: Speech) -> None:
        self._create = to_custom_raw_response_wrapper(speech.create, BinaryAPIResponse)

    def create(self, **params: Unpack[SpeechParams]) -> BinaryAPIResponse:
        """Speak a text. The audio is in ``content``; ``write_to_file`` saves it.

        The models that are served now speak at most 200 characters at a time and give WAV only.
        Raises `BadRequestError` for a voice that the model has not, or before its terms were accepted, and
        `APIResponseValidationError` for an HTML page, such as a gateway's, in the place of audio.
        """
        return self._create(**params)


class SpeechWithStreamingResponse:
    """`Speech`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, speech: Speech) -> None:
        self._create = to_custom_streamed_response_wrapper(speech.create, StreamedBinaryAPIResponse)

    def create(self, **params: Unpack[SpeechParams]) -> ResponseContextManager[StreamedBinaryAPIResponse]:
        """Speak a text. The audio is in ``content``; ``write_to_file`` saves it.

        The models that are served now speak at most 200 characters at a time and give WAV only.
        Raises `BadRequestError` for a voice that the model has not, or before its terms were accepted, and
        `APIResponseValidationError` for an HTML page, such as a gateway's, in the place of audio.
        """
        return self._create(**params)


class TranscriptionsWithRawResponse:
    """`Transcriptions`: the same methods, which give the response with its headers round the value."""

    def __init__(self, transcriptions: Transcriptions) -> None:
        self._create: Callable[..., Any] = to_raw_response_wrapper(transcriptions.create)

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
        """Write down what is said in a recording, in the language that is spoken.

        ``response_format`` is ``json`` (the default: only the text), ``verbose_json`` (with segments, words and
        times in seconds) or ``text``, which gives a `str` that also has ``.text``. One of ``file`` and ``url``.
        Raises `BadRequestError`, `RequestTooLargeError` for a file over the limit (25 MB on the free tier).
        """
        return cast(
            "APIResponse[Transcription] | APIResponse[TranscriptionText]",
            self._create(response_format=response_format, **params),
        )


class TranscriptionsWithStreamingResponse:
    """`Transcriptions`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, transcriptions: Transcriptions) -> None:
        self._create: Callable[..., Any] = to_streamed_response_wrapper(transcriptions.create)

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
        """Write down what is said in a recording, in the language that is spoken.

        ``response_format`` is ``json`` (the default: only the text), ``verbose_json`` (with segments, words and
        times in seconds) or ``text``, which gives a `str` that also has ``.text``. One of ``file`` and ``url``.
        Raises `BadRequestError`, `RequestTooLargeError` for a file over the limit (25 MB on the free tier).
        """
        return cast(
            "ResponseContextManager[APIResponse[Transcription]] | ResponseContextManager[APIResponse[TranscriptionText]]",
            self._create(response_format=response_format, **params),
        )


class TranslationsWithRawResponse:
    """`Translations`: the same methods, which give the response with its headers round the value."""

    def __init__(self, translations: Translations) -> None:
        self._create: Callable[..., Any] = to_raw_response_wrapper(translations.create)

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
        """Translate what is said in a recording into English. The formats are those of transcriptions.

        The service translates with ``whisper-large-v3`` only. One of ``file`` and ``url``.
        Raises `BadRequestError`, `RequestTooLargeError` for a file over the limit (25 MB on the free tier).
        """
        return cast(
            "APIResponse[Translation] | APIResponse[TranscriptionText]",
            self._create(response_format=response_format, **params),
        )


class TranslationsWithStreamingResponse:
    """`Translations`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, translations: Translations) -> None:
        self._create: Callable[..., Any] = to_streamed_response_wrapper(translations.create)

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
        """Translate what is said in a recording into English. The formats are those of transcriptions.

        The service translates with ``whisper-large-v3`` only. One of ``file`` and ``url``.
        Raises `BadRequestError`, `RequestTooLargeError` for a file over the limit (25 MB on the free tier).
        """
        return cast(
            "ResponseContextManager[APIResponse[Translation]] | ResponseContextManager[APIResponse[TranscriptionText]]",
            self._create(response_format=response_format, **params),
        )


class AudioWithRawResponse:
    """`Audio`: the same methods, which give the response with its headers round the value."""

    def __init__(self, audio: Audio) -> None:
        self._audio = audio

    @cached_property
    def speech(self) -> SpeechWithRawResponse:
        """Text to speech."""
        return SpeechWithRawResponse(self._audio.speech)

    @cached_property
    def transcriptions(self) -> TranscriptionsWithRawResponse:
        """Speech to text."""
        return TranscriptionsWithRawResponse(self._audio.transcriptions)

    @cached_property
    def translations(self) -> TranslationsWithRawResponse:
        """Speech in any language to English text."""
        return TranslationsWithRawResponse(self._audio.translations)


class AudioWithStreamingResponse:
    """`Audio`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, audio: Audio) -> None:
        self._audio = audio

    @cached_property
    def speech(self) -> SpeechWithStreamingResponse:
        """Text to speech."""
        return SpeechWithStreamingResponse(self._audio.speech)

    @cached_property
    def transcriptions(self) -> TranscriptionsWithStreamingResponse:
        """Speech to text."""
        return TranscriptionsWithStreamingResponse(self._audio.transcriptions)

    @cached_property
    def translations(self) -> TranslationsWithStreamingResponse:
        """Speech in any language to English text."""
        return TranslationsWithStreamingResponse(self._audio.translations)


class BatchesWithRawResponse:
    """`Batches`: the same methods, which give the response with its headers round the value."""

    def __init__(self, batches: Batches) -> None:
        self._create = to_raw_response_wrapper(batches.create)
        self._retrieve = to_raw_response_wrapper(batches.retrieve)
        self._list = to_raw_response_wrapper(batches.list)
        self._cancel = to_raw_response_wrapper(batches.cancel)

    def create(
        self,
        *,
        completion_window: str,
        endpoint: str,
        input_file_id: str,
        metadata: Mapping[str, str] | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> APIResponse[BatchCreateResponse]:
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

    def retrieve(self, batch_id: str, **options: Unpack[CallOptions]) -> APIResponse[BatchRetrieveResponse]:
        """One batch: its ``status``, its counts, and the ids of its result files once it has them."""
        return self._retrieve(batch_id, **options)

    def list(self, **options: Unpack[CallOptions]) -> APIResponse[BatchListResponse]:
        """All batches of the organisation; they are in ``data``."""
        return self._list(**options)

    def cancel(self, batch_id: str, **options: Unpack[CallOptions]) -> APIResponse[BatchCancelResponse]:
        """Cancel a batch; it is ``cancelling`` for up to ten minutes, then ``cancelled``."""
        return self._cancel(batch_id, **options)


class BatchesWithStreamingResponse:
    """`Batches`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, batches: Batches) -> None:
        self._create = to_streamed_response_wrapper(batches.create)
        self._retrieve = to_streamed_response_wrapper(batches.retrieve)
        self._list = to_streamed_response_wrapper(batches.list)
        self._cancel = to_streamed_response_wrapper(batches.cancel)

    def create(
        self,
        *,
        completion_window: str,
        endpoint: str,
        input_file_id: str,
        metadata: Mapping[str, str] | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> ResponseContextManager[APIResponse[BatchCreateResponse]]:
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
    ) -> ResponseContextManager[APIResponse[BatchRetrieveResponse]]:
        """One batch: its ``status``, its counts, and the ids of its result files once it has them."""
        return self._retrieve(batch_id, **options)

    def list(self, **options: Unpack[CallOptions]) -> ResponseContextManager[APIResponse[BatchListResponse]]:
        """All batches of the organisation; they are in ``data``."""
        return self._list(**options)

    def cancel(
        self, batch_id: str, **options: Unpack[CallOptions]
    ) -> ResponseContextManager[APIResponse[BatchCancelResponse]]:
        """Cancel a batch; it is ``cancelling`` for up to ten minutes, then ``cancelled``."""
        return self._cancel(batch_id, **options)


class CompletionsWithRawResponse:
    """`Completions`: the same methods, which give the response with its headers round the value."""

    def __init__(self, completions: Completions) -> None:
        self._create: Callable[..., Any] = to_raw_response_wrapper(completions.create)

    @overload
    def create(
        self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[ChatParams]
    ) -> APIResponse[ChatCompletion]: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[ChatParams]
    ) -> APIResponse[Stream[ChatCompletionChunk]]: ...
    @overload
    def create(
        self, *, stream: bool | Omit | None, **params: Unpack[ChatParams]
    ) -> APIResponse[ChatCompletion] | APIResponse[Stream[ChatCompletionChunk]]: ...
    def create(
        self, *, stream: bool | Omit | None = omit, **params: Unpack[ChatParams]
    ) -> APIResponse[ChatCompletion] | APIResponse[Stream[ChatCompletionChunk]]:
        """Answer a conversation.

        ``messages`` are dicts with ``role`` and ``content``; a message of an earlier answer may stand among them as it
        is. With ``stream=True`` the answer is a stream of chunks, to be iterated or collected.

        Raises `TypeError` for an argument that the service does not know, `BadRequestError` (with
        ``failed_generation``) when the model's tool call or JSON was refused, `RateLimitError`, `APITimeoutError`,
        and the other errors of ``aiogroq.errors``.
        """
        return cast(
            "APIResponse[ChatCompletion] | APIResponse[Stream[ChatCompletionChunk]]",
            self._create(stream=stream, **params),
        )


class CompletionsWithStreamingResponse:
    """`Completions`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, completions: Completions) -> None:
        self._create: Callable[..., Any] = to_streamed_response_wrapper(completions.create)

    @overload
    def create(
        self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[ChatParams]
    ) -> ResponseContextManager[APIResponse[ChatCompletion]]: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[ChatParams]
    ) -> ResponseContextManager[APIResponse[Stream[ChatCompletionChunk]]]: ...
    @overload
    def create(
        self, *, stream: bool | Omit | None, **params: Unpack[ChatParams]
    ) -> (
        ResponseContextManager[APIResponse[ChatCompletion]]
        | ResponseContextManager[APIResponse[Stream[ChatCompletionChunk]]]
    ): ...
    def create(
        self, *, stream: bool | Omit | None = omit, **params: Unpack[ChatParams]
    ) -> (
        ResponseContextManager[APIResponse[ChatCompletion]]
        | ResponseContextManager[APIResponse[Stream[ChatCompletionChunk]]]
    ):
        """Answer a conversation.

        ``messages`` are dicts with ``role`` and ``content``; a message of an earlier answer may stand among them as it
        is. With ``stream=True`` the answer is a stream of chunks, to be iterated or collected.

        Raises `TypeError` for an argument that the service does not know, `BadRequestError` (with
        ``failed_generation``) when the model's tool call or JSON was refused, `RateLimitError`, `APITimeoutError`,
        and the other errors of ``aiogroq.errors``.
        """
        return cast(
            "ResponseContextManager[APIResponse[ChatCompletion]] | ResponseContextManager[APIResponse[Stream[ChatCompletionChunk]]]",
            self._create(stream=stream, **params),
        )


class ChatWithRawResponse:
    """`Chat`: the same methods, which give the response with its headers round the value."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    @cached_property
    def completions(self) -> CompletionsWithRawResponse:
        """Chat completions."""
        return CompletionsWithRawResponse(self._chat.completions)


class ChatWithStreamingResponse:
    """`Chat`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    @cached_property
    def completions(self) -> CompletionsWithStreamingResponse:
        """Chat completions."""
        return CompletionsWithStreamingResponse(self._chat.completions)


class EmbeddingsWithRawResponse:
    """`Embeddings`: the same methods, which give the response with its headers round the value."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._create: Callable[..., Any] = to_raw_response_wrapper(embeddings.create)

    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> APIResponse[CreateEmbeddingFloatsResponse]: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["base64"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> APIResponse[CreateEmbeddingResponse]: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["array"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> APIResponse[CreateEmbeddingArrayResponse]: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64", "array"] | Omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> APIResponse[CreateEmbeddingResponse] | APIResponse[CreateEmbeddingArrayResponse]: ...
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64", "array"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> (
        APIResponse[CreateEmbeddingFloatsResponse]
        | APIResponse[CreateEmbeddingResponse]
        | APIResponse[CreateEmbeddingArrayResponse]
    ):
        """A vector for each text of ``input`` (one text, or 1 to 2048 of them), in its order in ``data``.

        A vector is a list of numbers; with ``encoding_format="base64"`` the base64 text of little-endian 32-bit
        floats; with ``"array"``, which the service does not know, that text made into an ``array.array`` of typecode
        ``f``: a sequence of floats and a buffer (``numpy.asarray`` copies nothing), at a fraction of the time and memory.
        Raises `BadRequestError` for an empty text, `NotFoundError` for a model that gives no vectors.
        """
        return cast(
            "APIResponse[CreateEmbeddingFloatsResponse] | APIResponse[CreateEmbeddingResponse] | APIResponse[CreateEmbeddingArrayResponse]",
            self._create(input=input, model=model, encoding_format=encoding_format, user=user, **options),
        )


class EmbeddingsWithStreamingResponse:
    """`Embeddings`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._create: Callable[..., Any] = to_streamed_response_wrapper(embeddings.create)

    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> ResponseContextManager[APIResponse[CreateEmbeddingFloatsResponse]]: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["base64"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> ResponseContextManager[APIResponse[CreateEmbeddingResponse]]: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["array"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> ResponseContextManager[APIResponse[CreateEmbeddingArrayResponse]]: ...
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
        ResponseContextManager[APIResponse[CreateEmbeddingResponse]]
        | ResponseContextManager[APIResponse[CreateEmbeddingArrayResponse]]
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
        ResponseContextManager[APIResponse[CreateEmbeddingFloatsResponse]]
        | ResponseContextManager[APIResponse[CreateEmbeddingResponse]]
        | ResponseContextManager[APIResponse[CreateEmbeddingArrayResponse]]
    ):
        """A vector for each text of ``input`` (one text, or 1 to 2048 of them), in its order in ``data``.

        A vector is a list of numbers; with ``encoding_format="base64"`` the base64 text of little-endian 32-bit
        floats; with ``"array"``, which the service does not know, that text made into an ``array.array`` of typecode
        ``f``: a sequence of floats and a buffer (``numpy.asarray`` copies nothing), at a fraction of the time and memory.
        Raises `BadRequestError` for an empty text, `NotFoundError` for a model that gives no vectors.
        """
        return cast(
            "ResponseContextManager[APIResponse[CreateEmbeddingFloatsResponse]] | ResponseContextManager[APIResponse[CreateEmbeddingResponse]] | ResponseContextManager[APIResponse[CreateEmbeddingArrayResponse]]",
            self._create(input=input, model=model, encoding_format=encoding_format, user=user, **options),
        )


class FilesWithRawResponse:
    """`Files`: the same methods, which give the response with its headers round the value."""

    def __init__(self, files: Files) -> None:
        self._create = to_raw_response_wrapper(files.create)
        self._list = to_raw_response_wrapper(files.list)
        self._delete = to_raw_response_wrapper(files.delete)
        self._content = to_custom_raw_response_wrapper(files.content, BinaryAPIResponse)
        self._info = to_raw_response_wrapper(files.info)

    def create(
        self, *, file: FileTypes, purpose: Literal["batch"], **options: Unpack[CallOptions]
    ) -> APIResponse[FileCreateResponse]:
        """Upload a file: JSON lines, one request a line, for ``purpose="batch"``.

        ``file`` is bytes, a path, a file open in binary mode, an async iterator of bytes, or a tuple
        ``(name, content[, type[, headers]])``. It is never read whole into memory.
        Raises `TypeError` for anything else, `OSError` for a path that cannot be read, `RequestTooLargeError`.
        """
        return self._create(file=file, purpose=purpose, **options)

    def list(self, **options: Unpack[CallOptions]) -> APIResponse[FileListResponse]:
        """All files of the organisation; they are in ``data``."""
        return self._list(**options)

    def delete(self, file_id: str, **options: Unpack[CallOptions]) -> APIResponse[FileDeleteResponse]:
        """Delete a file. Raises `NotFoundError` for one that is not there."""
        return self._delete(file_id, **options)

    def content(self, file_id: str, **options: Unpack[CallOptions]) -> BinaryAPIResponse:
        """The content of a file, read whole; `with_streaming_response` leaves it on the socket.

        Raises `NotFoundError` for a file that is not there, `APIConnectionError` when it does not come whole.
        """
        return self._content(file_id, **options)

    def info(self, file_id: str, **options: Unpack[CallOptions]) -> APIResponse[FileInfoResponse]:
        """What is known of a file: its name, its size in bytes, when it came."""
        return self._info(file_id, **options)


class FilesWithStreamingResponse:
    """`Files`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, files: Files) -> None:
        self._create = to_streamed_response_wrapper(files.create)
        self._list = to_streamed_response_wrapper(files.list)
        self._delete = to_streamed_response_wrapper(files.delete)
        self._content = to_custom_streamed_response_wrapper(files.content, StreamedBinaryAPIResponse)
        self._info = to_streamed_response_wrapper(files.info)

    def create(
        self, *, file: FileTypes, purpose: Literal["batch"], **options: Unpack[CallOptions]
    ) -> ResponseContextManager[APIResponse[FileCreateResponse]]:
        """Upload a file: JSON lines, one request a line, for ``purpose="batch"``.

        ``file`` is bytes, a path, a file open in binary mode, an async iterator of bytes, or a tuple
        ``(name, content[, type[, headers]])``. It is never read whole into memory.
        Raises `TypeError` for anything else, `OSError` for a path that cannot be read, `RequestTooLargeError`.
        """
        return self._create(file=file, purpose=purpose, **options)

    def list(self, **options: Unpack[CallOptions]) -> ResponseContextManager[APIResponse[FileListResponse]]:
        """All files of the organisation; they are in ``data``."""
        return self._list(**options)

    def delete(
        self, file_id: str, **options: Unpack[CallOptions]
    ) -> ResponseContextManager[APIResponse[FileDeleteResponse]]:
        """Delete a file. Raises `NotFoundError` for one that is not there."""
        return self._delete(file_id, **options)

    def content(
        self, file_id: str, **options: Unpack[CallOptions]
    ) -> ResponseContextManager[StreamedBinaryAPIResponse]:
        """The content of a file, read whole; `with_streaming_response` leaves it on the socket.

        Raises `NotFoundError` for a file that is not there, `APIConnectionError` when it does not come whole.
        """
        return self._content(file_id, **options)

    def info(
        self, file_id: str, **options: Unpack[CallOptions]
    ) -> ResponseContextManager[APIResponse[FileInfoResponse]]:
        """What is known of a file: its name, its size in bytes, when it came."""
        return self._info(file_id, **options)


class ModelsWithRawResponse:
    """`Models`: the same methods, which give the response with its headers round the value."""

    def __init__(self, models: Models) -> None:
        self._retrieve = to_raw_response_wrapper(models.retrieve)
        self._list = to_raw_response_wrapper(models.list)
        self._delete = to_raw_response_wrapper(models.delete)

    def retrieve(self, model: str, **options: Unpack[CallOptions]) -> APIResponse[Model]:
        """One model. Raises `NotFoundError` for an id that is not there, `ValueError` for an empty one."""
        return self._retrieve(model, **options)

    def list(self, **options: Unpack[CallOptions]) -> APIResponse[ModelListResponse]:
        """All models that the key may use; they are in ``data``."""
        return self._list(**options)

    def delete(self, model: str, **options: Unpack[CallOptions]) -> APIResponse[ModelDeleted]:
        """Delete a model of your own (a fine-tuned one). Raises `NotFoundError`, `PermissionDeniedError`."""
        return self._delete(model, **options)


class ModelsWithStreamingResponse:
    """`Models`: the same methods, which leave the body on the socket until it is asked for."""

    def __init__(self, models: Models) -> None:
        self._retrieve = to_streamed_response_wrapper(models.retrieve)
        self._list = to_streamed_response_wrapper(models.list)
        self._delete = to_streamed_response_wrapper(models.delete)

    def retrieve(
        self, model: str, **options: Unpack[CallOptions]
    ) -> ResponseContextManager[APIResponse[Model]]:
        """One model. Raises `NotFoundError` for an id that is not there, `ValueError` for an empty one."""
        return self._retrieve(model, **options)

    def list(self, **options: Unpack[CallOptions]) -> ResponseContextManager[APIResponse[ModelListResponse]]:
        """All models that the key may use; they are in ``data``."""
        return self._list(**options)

    def delete(
        self, model: str, **options: Unpack[CallOptions]
    ) -> ResponseContextManager[APIResponse[ModelDeleted]]:
        """Delete a model of your own (a fine-tuned one). Raises `NotFoundError`, `PermissionDeniedError`."""
        return self._delete(model, **options)


class ResourcesWithRawResponse:
    """`Resources`: the same resources, whose methods give the response with its headers round the value."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    @cached_property
    def chat(self) -> ChatWithRawResponse:
        """Chat completions."""
        return ChatWithRawResponse(self._resources.chat)

    @cached_property
    def embeddings(self) -> EmbeddingsWithRawResponse:
        """Vectors for texts."""
        return EmbeddingsWithRawResponse(self._resources.embeddings)

    @cached_property
    def audio(self) -> AudioWithRawResponse:
        """Speech, transcriptions, translations."""
        return AudioWithRawResponse(self._resources.audio)

    @cached_property
    def models(self) -> ModelsWithRawResponse:
        """The models that the service has."""
        return ModelsWithRawResponse(self._resources.models)

    @cached_property
    def files(self) -> FilesWithRawResponse:
        """Files: the input of batches and their results."""
        return FilesWithRawResponse(self._resources.files)

    @cached_property
    def batches(self) -> BatchesWithRawResponse:
        """Many requests in a file, answered within days at half the price."""
        return BatchesWithRawResponse(self._resources.batches)


class ResourcesWithStreamingResponse:
    """`Resources`: the same resources, whose methods leave the body on the socket until it is asked for."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    @cached_property
    def chat(self) -> ChatWithStreamingResponse:
        """Chat completions."""
        return ChatWithStreamingResponse(self._resources.chat)

    @cached_property
    def embeddings(self) -> EmbeddingsWithStreamingResponse:
        """Vectors for texts."""
        return EmbeddingsWithStreamingResponse(self._resources.embeddings)

    @cached_property
    def audio(self) -> AudioWithStreamingResponse:
        """Speech, transcriptions, translations."""
        return AudioWithStreamingResponse(self._resources.audio)

    @cached_property
    def models(self) -> ModelsWithStreamingResponse:
        """The models that the service has."""
        return ModelsWithStreamingResponse(self._resources.models)

    @cached_property
    def files(self) -> FilesWithStreamingResponse:
        """Files: the input of batches and their results."""
        return FilesWithStreamingResponse(self._resources.files)

    @cached_property
    def batches(self) -> BatchesWithStreamingResponse:
        """Many requests in a file, answered within days at half the price."""
        return BatchesWithStreamingResponse(self._resources.batches)
