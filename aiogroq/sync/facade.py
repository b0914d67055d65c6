# Written by python -m aiogroq.sync.generate from aiogroq/resources/audio.py,
# aiogroq/resources/batches.py, aiogroq/resources/chat.py, aiogroq/resources/client_resources.py,
# aiogroq/resources/embeddings.py, aiogroq/resources/files.py, aiogroq/resources/http_methods.py,
# aiogroq/resources/models.py. Do not edit.
"""The blocking resources: each runs the coroutines of its async twin on the portal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, overload

from ..resources._cached import cached_property
from ..resources.http_methods import RequestOptions
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
from ._base import SyncResource, run, to_sync
from .response import BinaryAPIResponse
from .stream import Stream

if TYPE_CHECKING:
    from ..resources.audio import AsyncAudio, AsyncSpeech, AsyncTranscriptions, AsyncTranslations
    from ..resources.batches import AsyncBatches
    from ..resources.chat import AsyncChat, AsyncCompletions
    from ..resources.client_resources import AsyncResources
    from ..resources.embeddings import AsyncEmbeddings
    from ..resources.files import AsyncFiles
    from ..resources.http_methods import AsyncHTTPMethods
    from ..resources.models import AsyncModels
    from .views import (
        AudioWithRawResponse,
        AudioWithStreamingResponse,
        BatchesWithRawResponse,
        BatchesWithStreamingResponse,
        ChatWithRawResponse,
        ChatWithStreamingResponse,
        CompletionsWithRawResponse,
        CompletionsWithStreamingResponse,
        EmbeddingsWithRawResponse,
        EmbeddingsWithStreamingResponse,
        FilesWithRawResponse,
        FilesWithStreamingResponse,
        ModelsWithRawResponse,
        ModelsWithStreamingResponse,
        ResourcesWithRawResponse,
        ResourcesWithStreamingResponse,
        SpeechWithRawResponse,
        SpeechWithStreamingResponse,
        TranscriptionsWithRawResponse,
        TranscriptionsWithStreamingResponse,
        TranslationsWithRawResponse,
        TranslationsWithStreamingResponse,
    )

T = TypeVar("T")
StreamT = TypeVar("StreamT", bound="Stream[Any]")


class Speech(SyncResource):
    """Text to speech."""

    _async: AsyncSpeech

    def __init__(self, resource: AsyncSpeech) -> None:
        self._async = resource

    @cached_property
    def with_raw_response(self) -> SpeechWithRawResponse:
        """The same methods, which give the response with its headers round the value."""
        from .views import SpeechWithRawResponse

        return SpeechWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> SpeechWithStreamingResponse:
        """The same methods, which leave the body on the socket until it is asked for."""
        from .views import SpeechWithStreamingResponse

        return SpeechWithStreamingResponse(self)

    def create(self, **params: Unpack[SpeechParams]) -> BinaryAPIResponse:
        """Speak a text. The audio is in ``content``; ``write_to_file`` saves it.

        The models that are served now speak at most 200 characters at a time and give WAV only.
        Raises `BadRequestError` for a voice that the model has not, or before its terms were accepted, and
        `APIResponseValidationError` for an HTML page, such as a gateway's, in the place of audio.
        """
        __tracebackhide__ = True
        return to_sync(run(self._async.create(**params)))


class Transcriptions(SyncResource):
    """Speech to text."""

    _async: AsyncTranscriptions

    def __init__(self, resource: AsyncTranscriptions) -> None:
        self._async = resource

    @cached_property
    def with_raw_response(self) -> TranscriptionsWithRawResponse:
        """The same methods, which give the response with its headers round the value."""
        from .views import TranscriptionsWithRawResponse

        return TranscriptionsWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> TranscriptionsWithStreamingResponse:
        """The same methods, which leave the body on the socket until it is asked for."""
        from .views import TranscriptionsWithStreamingResponse

        return TranscriptionsWithStreamingResponse(self)

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
        """Write down what is said in a recording, in the language that is spoken.

        ``response_format`` is ``json`` (the default: only the text), ``verbose_json`` (with segments, words and
        times in seconds) or ``text``, which gives a `str` that also has ``.text``. One of ``file`` and ``url``.
        Raises `BadRequestError`, `RequestTooLargeError` for a file over the limit (25 MB on the free tier).
        """
        __tracebackhide__ = True
        return to_sync(run(self._async.create(response_format=response_format, **params)))


class Translations(SyncResource):
    """Speech in any language to English text."""

    _async: AsyncTranslations

    def __init__(self, resource: AsyncTranslations) -> None:
        self._async = resource

    @cached_property
    def with_raw_response(self) -> TranslationsWithRawResponse:
        """The same methods, which give the response with its headers round the value."""
        from .views import TranslationsWithRawResponse

        return TranslationsWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> TranslationsWithStreamingResponse:
        """The same methods, which leave the body on the socket until it is asked for."""
        from .views import TranslationsWithStreamingResponse

        return TranslationsWithStreamingResponse(self)

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
        """Translate what is said in a recording into English. The formats are those of transcriptions.

        The service translates with ``whisper-large-v3`` only. One of ``file`` and ``url``.
        Raises `BadRequestError`, `RequestTooLargeError` for a file over the limit (25 MB on the free tier).
        """
        __tracebackhide__ = True
        return to_sync(run(self._async.create(response_format=response_format, **params)))


class Audio(SyncResource):
    """Speech and recordings."""

    _async: AsyncAudio

    def __init__(self, resource: AsyncAudio) -> None:
        self._async = resource

    @cached_property
    def speech(self) -> Speech:
        """Text to speech."""
        return Speech(self._async.speech)

    @cached_property
    def transcriptions(self) -> Transcriptions:
        """Speech to text."""
        return Transcriptions(self._async.transcriptions)

    @cached_property
    def translations(self) -> Translations:
        """Speech in any language to English text."""
        return Translations(self._async.translations)

    @cached_property
    def with_raw_response(self) -> AudioWithRawResponse:
        """The same methods, which give the response with its headers round the value."""
        from .views import AudioWithRawResponse

        return AudioWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> AudioWithStreamingResponse:
        """The same methods, which leave the body on the socket until it is asked for."""
        from .views import AudioWithStreamingResponse

        return AudioWithStreamingResponse(self)


class Batches(SyncResource):
    """Batches: many requests in a file, answered within days at half the price."""

    _async: AsyncBatches

    def __init__(self, resource: AsyncBatches) -> None:
        self._async = resource

    @cached_property
    def with_raw_response(self) -> BatchesWithRawResponse:
        """The same methods, which give the response with its headers round the value."""
        from .views import BatchesWithRawResponse

        return BatchesWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> BatchesWithStreamingResponse:
        """The same methods, which leave the body on the socket until it is asked for."""
        from .views import BatchesWithStreamingResponse

        return BatchesWithStreamingResponse(self)

    def create(
        self,
        *,
        completion_window: str,
        endpoint: str,
        input_file_id: str,
        metadata: Mapping[str, str] | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> BatchCreateResponse:
        """Start a batch over an uploaded file.

        ``completion_window`` is ``"24h"`` to ``"7d"``, ``endpoint`` is ``"/v1/chat/completions"`` (as in the
        lines of the file), ``metadata`` is a map of texts that comes back with the batch.
        Raises `NotFoundError` for a file that is not there, `BadRequestError` for one that is no batch.
        """
        __tracebackhide__ = True
        return to_sync(
            run(
                self._async.create(
                    completion_window=completion_window,
                    endpoint=endpoint,
                    input_file_id=input_file_id,
                    metadata=metadata,
                    **options,
                )
            )
        )

    def retrieve(self, batch_id: str, **options: Unpack[CallOptions]) -> BatchRetrieveResponse:
        """One batch: its ``status``, its counts, and the ids of its result files once it has them."""
        __tracebackhide__ = True
        return to_sync(run(self._async.retrieve(batch_id, **options)))

    def list(self, **options: Unpack[CallOptions]) -> BatchListResponse:
        """All batches of the organisation; they are in ``data``."""
        __tracebackhide__ = True
        return to_sync(run(self._async.list(**options)))

    def cancel(self, batch_id: str, **options: Unpack[CallOptions]) -> BatchCancelResponse:
        """Cancel a batch; it is ``cancelling`` for up to ten minutes, then ``cancelled``."""
        __tracebackhide__ = True
        return to_sync(run(self._async.cancel(batch_id, **options)))


class Completions(SyncResource):
    """Chat completions."""

    _async: AsyncCompletions

    def __init__(self, resource: AsyncCompletions) -> None:
        self._async = resource

    @cached_property
    def with_raw_response(self) -> CompletionsWithRawResponse:
        """The same methods, which give the response with its headers round the value."""
        from .views import CompletionsWithRawResponse

        return CompletionsWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> CompletionsWithStreamingResponse:
        """The same methods, which leave the body on the socket until it is asked for."""
        from .views import CompletionsWithStreamingResponse

        return CompletionsWithStreamingResponse(self)

    @overload
    def create(
        self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[ChatParams]
    ) -> ChatCompletion: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[ChatParams]
    ) -> Stream[ChatCompletionChunk]: ...
    @overload
    def create(
        self, *, stream: bool | Omit | None, **params: Unpack[ChatParams]
    ) -> ChatCompletion | Stream[ChatCompletionChunk]: ...
    def create(
        self, *, stream: bool | Omit | None = omit, **params: Unpack[ChatParams]
    ) -> ChatCompletion | Stream[ChatCompletionChunk]:
        """Answer a conversation.

        ``messages`` are dicts with ``role`` and ``content``; a message of an earlier answer may stand among them as it
        is. With ``stream=True`` the answer is a stream of chunks, to be iterated or collected.

        Raises `TypeError` for an argument that the service does not know, `BadRequestError` (with
        ``failed_generation``) when the model's tool call or JSON was refused, `RateLimitError`, `APITimeoutError`,
        and the other errors of ``aiogroq.errors``.
        """
        __tracebackhide__ = True
        return to_sync(run(self._async.create(stream=stream, **params)))


class Chat(SyncResource):
    """Chat."""

    _async: AsyncChat

    def __init__(self, resource: AsyncChat) -> None:
        self._async = resource

    @cached_property
    def completions(self) -> Completions:
        """Chat completions."""
        return Completions(self._async.completions)

    @cached_property
    def with_raw_response(self) -> ChatWithRawResponse:
        """The same methods, which give the response with its headers round the value."""
        from .views import ChatWithRawResponse

        return ChatWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> ChatWithStreamingResponse:
        """The same methods, which leave the body on the socket until it is asked for."""
        from .views import ChatWithStreamingResponse

        return ChatWithStreamingResponse(self)


class Embeddings(SyncResource):
    """Vectors for texts."""

    _async: AsyncEmbeddings

    def __init__(self, resource: AsyncEmbeddings) -> None:
        self._async = resource

    @cached_property
    def with_raw_response(self) -> EmbeddingsWithRawResponse:
        """The same methods, which give the response with its headers round the value."""
        from .views import EmbeddingsWithRawResponse

        return EmbeddingsWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> EmbeddingsWithStreamingResponse:
        """The same methods, which leave the body on the socket until it is asked for."""
        from .views import EmbeddingsWithStreamingResponse

        return EmbeddingsWithStreamingResponse(self)

    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> CreateEmbeddingFloatsResponse: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["base64"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> CreateEmbeddingResponse: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["array"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> CreateEmbeddingArrayResponse: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64", "array"] | Omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> CreateEmbeddingResponse | CreateEmbeddingArrayResponse: ...
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64", "array"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> CreateEmbeddingFloatsResponse | CreateEmbeddingResponse | CreateEmbeddingArrayResponse:
        """A vector for each text of ``input`` (one text, or 1 to 2048 of them), in its order in ``data``.

        A vector is a list of numbers; with ``encoding_format="base64"`` the base64 text of little-endian 32-bit
        floats; with ``"array"``, which the service does not know, that text made into an ``array.array`` of typecode
        ``f``: a sequence of floats and a buffer (``numpy.asarray`` copies nothing), at a fraction of the time and memory.
        Raises `BadRequestError` for an empty text, `NotFoundError` for a model that gives no vectors.
        """
        __tracebackhide__ = True
        return to_sync(
            run(
                self._async.create(
                    input=input, model=model, encoding_format=encoding_format, user=user, **options
                )
            )
        )


class Files(SyncResource):
    """Files: the input of batches and their results."""

    _async: AsyncFiles

    def __init__(self, resource: AsyncFiles) -> None:
        self._async = resource

    @cached_property
    def with_raw_response(self) -> FilesWithRawResponse:
        """The same methods, which give the response with its headers round the value."""
        from .views import FilesWithRawResponse

        return FilesWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> FilesWithStreamingResponse:
        """The same methods, which leave the body on the socket until it is asked for."""
        from .views import FilesWithStreamingResponse

        return FilesWithStreamingResponse(self)

    def create(
        self, *, file: FileTypes, purpose: Literal["batch"], **options: Unpack[CallOptions]
    ) -> FileCreateResponse:
        """Upload a file: JSON lines, one request a line, for ``purpose="batch"``.

        ``file`` is bytes, a path, a file open in binary mode, an async iterator of bytes, or a tuple
        ``(name, content[, type[, headers]])``. It is never read whole into memory.
        Raises `TypeError` for anything else, `OSError` for a path that cannot be read, `RequestTooLargeError`.
        """
        __tracebackhide__ = True
        return to_sync(run(self._async.create(file=file, purpose=purpose, **options)))

    def list(self, **options: Unpack[CallOptions]) -> FileListResponse:
        """All files of the organisation; they are in ``data``."""
        __tracebackhide__ = True
        return to_sync(run(self._async.list(**options)))

    def delete(self, file_id: str, **options: Unpack[CallOptions]) -> FileDeleteResponse:
        """Delete a file. Raises `NotFoundError` for one that is not there."""
        __tracebackhide__ = True
        return to_sync(run(self._async.delete(file_id, **options)))

    def content(self, file_id: str, **options: Unpack[CallOptions]) -> BinaryAPIResponse:
        """The content of a file, read whole; `with_streaming_response` leaves it on the socket.

        Raises `NotFoundError` for a file that is not there, `APIConnectionError` when it does not come whole.
        """
        __tracebackhide__ = True
        return to_sync(run(self._async.content(file_id, **options)))

    def info(self, file_id: str, **options: Unpack[CallOptions]) -> FileInfoResponse:
        """What is known of a file: its name, its size in bytes, when it came."""
        __tracebackhide__ = True
        return to_sync(run(self._async.info(file_id, **options)))


class HTTPMethods(SyncResource):
    """Requests to any path under the API root.

    ``path`` is taken relative to it (``/models``; the full ``/openai/v1/models`` is the same). ``cast_to`` is what the
    body becomes: a Struct, a dataclass, a TypedDict, ``dict``, ``list``, ``str``, ``bytes``, a pydantic model, ... or
    a response class for the answer as it is.
    """

    _async: AsyncHTTPMethods

    def __init__(self, resource: AsyncHTTPMethods) -> None:
        self._async = resource

    def get(self, path: str, *, cast_to: type[T], options: RequestOptions | None = None) -> T:
        """``GET``. Raises the errors of the other calls."""
        __tracebackhide__ = True
        return to_sync(run(self._async.get(path, cast_to=cast_to, options=options)))

    @overload
    def post(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = None,
        options: RequestOptions | None = None,
        files: Mapping[str, FileTypes] | Iterable[tuple[str, FileTypes]] | None = None,
        stream: Literal[False] = False,
        stream_cls: None = None,
    ) -> T: ...
    @overload
    def post(
        self,
        path: str,
        *,
        cast_to: type[Any],
        body: object = None,
        options: RequestOptions | None = None,
        files: Mapping[str, FileTypes] | Iterable[tuple[str, FileTypes]] | None = None,
        stream: Literal[True],
        stream_cls: type[StreamT],
    ) -> StreamT: ...
    @overload
    def post(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = None,
        options: RequestOptions | None = None,
        files: Mapping[str, FileTypes] | Iterable[tuple[str, FileTypes]] | None = None,
        stream: bool,
        stream_cls: type[StreamT],
    ) -> T | StreamT: ...
    def post(
        self,
        path: str,
        *,
        cast_to: type[Any],
        body: object = None,
        options: RequestOptions | None = None,
        files: Mapping[str, FileTypes] | Iterable[tuple[str, FileTypes]] | None = None,
        stream: bool = False,
        stream_cls: type[Any] | None = None,
    ) -> Any:
        """``POST``: ``body`` goes as JSON, with ``files`` as a multipart form.

        With ``stream=True`` the answer is a ``stream_cls``, such as ``Stream[ChatCompletionChunk]``.
        Raises `MissingStreamClassError` for a stream without one.
        """
        __tracebackhide__ = True
        return to_sync(
            run(
                cast("Any", self._async).post(
                    path,
                    cast_to=cast_to,
                    body=body,
                    options=options,
                    files=files,
                    stream=stream,
                    stream_cls=stream_cls,
                )
            )
        )

    def put(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = None,
        options: RequestOptions | None = None,
        files: Mapping[str, FileTypes] | Iterable[tuple[str, FileTypes]] | None = None,
    ) -> T:
        """``PUT``, as `post`."""
        __tracebackhide__ = True
        return to_sync(run(self._async.put(path, cast_to=cast_to, body=body, options=options, files=files)))

    def patch(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = None,
        options: RequestOptions | None = None,
        files: Mapping[str, FileTypes] | Iterable[tuple[str, FileTypes]] | None = None,
    ) -> T:
        """``PATCH``, as `post`."""
        __tracebackhide__ = True
        return to_sync(run(self._async.patch(path, cast_to=cast_to, body=body, options=options, files=files)))

    def delete(
        self, path: str, *, cast_to: type[T], body: object = None, options: RequestOptions | None = None
    ) -> T:
        """``DELETE``, as `post`."""
        __tracebackhide__ = True
        return to_sync(run(self._async.delete(path, cast_to=cast_to, body=body, options=options)))


class Models(SyncResource):
    """The models that the service has."""

    _async: AsyncModels

    def __init__(self, resource: AsyncModels) -> None:
        self._async = resource

    @cached_property
    def with_raw_response(self) -> ModelsWithRawResponse:
        """The same methods, which give the response with its headers round the value."""
        from .views import ModelsWithRawResponse

        return ModelsWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> ModelsWithStreamingResponse:
        """The same methods, which leave the body on the socket until it is asked for."""
        from .views import ModelsWithStreamingResponse

        return ModelsWithStreamingResponse(self)

    def retrieve(self, model: str, **options: Unpack[CallOptions]) -> Model:
        """One model. Raises `NotFoundError` for an id that is not there, `ValueError` for an empty one."""
        __tracebackhide__ = True
        return to_sync(run(self._async.retrieve(model, **options)))

    def list(self, **options: Unpack[CallOptions]) -> ModelListResponse:
        """All models that the key may use; they are in ``data``."""
        __tracebackhide__ = True
        return to_sync(run(self._async.list(**options)))

    def delete(self, model: str, **options: Unpack[CallOptions]) -> ModelDeleted:
        """Delete a model of your own (a fine-tuned one). Raises `NotFoundError`, `PermissionDeniedError`."""
        __tracebackhide__ = True
        return to_sync(run(self._async.delete(model, **options)))


class Resources(HTTPMethods):
    """Every resource, and the HTTP methods for endpoints that have none."""

    _async: AsyncResources  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, resource: AsyncResources) -> None:
        super().__init__(resource)

    @cached_property
    def chat(self) -> Chat:
        """Chat completions."""
        return Chat(self._async.chat)

    @cached_property
    def embeddings(self) -> Embeddings:
        """Vectors for texts."""
        return Embeddings(self._async.embeddings)

    @cached_property
    def audio(self) -> Audio:
        """Speech, transcriptions, translations."""
        return Audio(self._async.audio)

    @cached_property
    def models(self) -> Models:
        """The models that the service has."""
        return Models(self._async.models)

    @cached_property
    def files(self) -> Files:
        """Files: the input of batches and their results."""
        return Files(self._async.files)

    @cached_property
    def batches(self) -> Batches:
        """Many requests in a file, answered within days at half the price."""
        return Batches(self._async.batches)

    @cached_property
    def with_raw_response(self) -> ResourcesWithRawResponse:
        """The same resources, whose methods give the response with its headers round the value."""
        from .views import ResourcesWithRawResponse

        return ResourcesWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> ResourcesWithStreamingResponse:
        """The same resources, whose methods leave the body on the socket until it is asked for."""
        from .views import ResourcesWithStreamingResponse

        return ResourcesWithStreamingResponse(self)
