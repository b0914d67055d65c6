"""`POST /audio/transcriptions` and `POST /audio/translations`."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Any

from ..model.catalog import check_model
from ..model.transcript import fake_transcript, segments, timed_words
from ..multipart import parse_multipart
from ..response import ApiResponse, json_response, reject
from .audio_duration import audio_duration
from .context import Context
from .languages import LANGUAGES
from .model_rules import check_output_type
from .request import ApiRequest
from .validation import array, fields, nullable, number, parse_object, text

_MAX_PROMPT_CHARS = 896
_MIN_AUDIO_S = 0.01
_MIN_BILLED_S = 10.0
_REMOTE_AUDIO_S = 30.0
_EXTENSIONS = ["flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "opus", "wav", "webm"]
_DATA_URL = re.compile(r"data:[\w/+.-]*(?:;[\w=.-]+)*,", re.ASCII)
_REMOTE = ("http://", "https://")


def transcriptions(context: Context, request: ApiRequest) -> ApiResponse:
    """Return the text of an audio file. The request is a form, or a JSON object as in the lines of a batch."""
    task = _parse(request, translate=False)
    return _respond(context, request, task, "transcribe", LANGUAGES.get(task.language or "en", "English"))


def translations(context: Context, request: ApiRequest) -> ApiResponse:
    """Return the text of an audio file in English."""
    task = _parse(request, translate=True)
    # Groq's own example translates with this model, although its documentation rules that out.
    if context.settings.strict and task.model == "whisper-large-v3-turbo":
        reject("The model `whisper-large-v3-turbo` does not support translation")
    return _respond(context, request, task, "translate", "English")


@dataclass(slots=True)
class _AudioTask:
    """A validated request."""

    audio: bytes = b""
    url: str = ""
    filename: str | None = None
    model: str = ""
    language: str | None = None
    response_format: str = "json"
    granularities: list[str] = field(default_factory=list[str])


def _temperature(value: Any, where: str) -> None:
    # In a form every value is text.
    try:
        value = float(value)
    except (TypeError, ValueError):
        reject(f"'{where}' : value must be a number")
    number(0, 1)(value, where)


def _prompt(value: Any, where: str) -> None:
    text()(value, where)
    if len(value) > _MAX_PROMPT_CHARS:
        reject(
            f"prompt length must be {_MAX_PROMPT_CHARS} characters or fewer, "
            f"but provided prompt contains {len(value)} characters"
        )


def _language(value: Any, where: str) -> None:
    text()(value, where)
    if value and value not in LANGUAGES:
        reject(f"language must be one of [{' '.join(LANGUAGES)}]")


_validate = fields(
    {
        "model": text(nonempty=True),
        "url": text(),
        "language": nullable(_language),
        "prompt": nullable(_prompt),
        "response_format": nullable(text(choices=["json", "text", "verbose_json"])),
        "temperature": nullable(_temperature),
        "timestamp_granularities": nullable(array(text(choices=["word", "segment"]))),
    },
    ["model"],
)


def _parse(request: ApiRequest, *, translate: bool) -> _AudioTask:
    if request.content_type.lower().startswith("multipart/"):
        values, task = _read_form(request)
    else:
        values, task = _read_json(request), _AudioTask()
    _validate(values, "")
    if task.filename is None and not values.get("url"):
        reject("one of `file` or `url` must be provided")
    if task.filename is not None and values.get("url"):
        reject("only one of `file` or `url` may be provided")
    task.url = values.get("url") or ""
    task.model = values["model"]
    task.language = values.get("language") or None
    if translate and task.language not in (None, "en"):
        reject("language must be one of [en]")
    task.response_format = values.get("response_format") or "json"
    task.granularities = values.get("timestamp_granularities") or []
    if task.granularities and task.response_format != "verbose_json":
        reject(
            "timestamp_granularities: response_format must be set to verbose_json to use timestamp granularities"
        )
    if task.url:
        task.audio = _decode_url(task.url)
    else:
        _check_file(task)
    return task


def _read_form(request: ApiRequest) -> tuple[dict[str, Any], _AudioTask]:
    task = _AudioTask()
    values: dict[str, Any] = {}
    for part in parse_multipart(request.body, request.content_type):
        if part.name == "file":
            task.audio, task.filename = part.content, part.filename or ""
        elif part.name in ("timestamp_granularities[]", "timestamp_granularities"):
            values.setdefault("timestamp_granularities", []).append(part.text)
        else:
            values[part.name] = part.text
    return values, task


def _read_json(request: ApiRequest) -> dict[str, Any]:
    if not request.is_batch_line and not request.content_type.lower().startswith("application/json"):
        reject("request Content-Type isn't multipart/form-data")
    return parse_object(request.body)


def _check_file(task: _AudioTask) -> None:
    _, dot, extension = (task.filename or "").rpartition(".")
    if dot and extension and extension.lower() not in _EXTENSIONS:
        reject(f"file must be one of the following types: [{' '.join(_EXTENSIONS)}]")
    if not task.audio:
        reject("file is empty")


def _decode_url(url: str) -> bytes:
    """Return the bytes of a data URL or of base64url text. An http URL stands for its own bytes: nothing is fetched."""
    inline = _DATA_URL.match(url)
    if inline is None and url.startswith(_REMOTE):
        return url.encode("utf-8", "replace")
    encoded = (url[inline.end() :] if inline else url).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        reject("url must be a valid URL or Base64URL")


def _respond(
    context: Context, request: ApiRequest, task: _AudioTask, name: str, language: str
) -> ApiResponse:
    check_model(task.model, strict=context.settings.strict)
    if context.settings.strict:
        check_output_type(task.model, "transcription")
    is_remote = task.url.startswith(_REMOTE)
    duration_s, spoken = (_REMOTE_AUDIO_S, None) if is_remote else audio_duration(task.audio)
    if duration_s < _MIN_AUDIO_S and spoken is None:
        reject("Audio file is too short. Minimum audio length is 0.01 seconds.")
    context.admit(request, task.model, audio_s=max(duration_s, _MIN_BILLED_S))
    transcript = spoken if spoken is not None else fake_transcript(task.audio, duration_s)
    if task.response_format == "text":
        content = f" {transcript}".encode("utf-8", "replace")
        return ApiResponse(200, content, content_type="text/plain; charset=UTF-8")
    x_groq = {"id": request.request_id}
    if task.response_format == "json":
        return json_response({"text": transcript, "x_groq": x_groq})
    verbose: dict[str, Any] = {
        "task": name,
        "language": language,
        "duration": round(duration_s, 6),
        "text": transcript,
    }
    if "segment" in task.granularities or not task.granularities:
        verbose["segments"] = segments(transcript, duration_s)
    if "word" in task.granularities:
        verbose["words"] = timed_words(transcript, duration_s)
    return json_response({**verbose, "x_groq": x_groq})
