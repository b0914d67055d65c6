"""`POST /audio/speech`."""

from __future__ import annotations

from ..model.catalog import check_model
from ..model.wav import make_wav
from ..model.words import count_tokens
from ..response import ApiResponse, reject
from .context import Context
from .model_rules import check_output_type
from .request import ApiRequest
from .validation import fields, integer, nullable, number, parse_object, text

_CHUNK_BYTES = 65_536
_SAMPLE_RATES = (8000, 16000, 22050, 24000, 32000, 44100, 48000)
_FORMATS = ["flac", "mp3", "mulaw", "ogg", "wav"]
_VOICES = {
    "canopylabs/orpheus-v1-english": ["autumn", "diana", "hannah", "austin", "daniel", "troy"],
    "canopylabs/orpheus-arabic-saudi": ["abdullah", "fahad", "sultan", "lulwa", "noura", "aisha"],
}
_MAX_ORPHEUS_CHARS = 200
_MAX_CHARS = 10_000

_validate = fields(
    {
        "model": text(nonempty=True),
        "input": text(nonempty=True),
        "voice": text(nonempty=True),
        "response_format": text(choices=_FORMATS),
        "sample_rate": nullable(integer()),
        "speed": nullable(number(0.5, 5)),
    },
    ["model", "input", "voice"],
)


def speech(context: Context, request: ApiRequest) -> ApiResponse:
    """Return a WAV in chunked framing. Other formats get 400: the models that are still served produce WAV only."""
    body = parse_object(request.body)
    _validate(body, "")
    model, spoken = body["model"], body["input"]
    check_model(model, strict=context.settings.strict)
    if context.settings.strict:
        check_output_type(model, "speech")
    rate = body.get("sample_rate") or 48000
    if rate not in _SAMPLE_RATES:
        reject(f"'sample_rate' : value must be one of [{' '.join(map(str, _SAMPLE_RATES))}]")
    if (body.get("response_format") or "wav") != "wav":
        reject("response_format must be one of [wav]")
    voices = _VOICES.get(model)
    if voices and body["voice"] not in voices:
        reject(f"voice must be one of [{' '.join(voices)}]")
    max_chars = _MAX_ORPHEUS_CHARS if "orpheus" in model else _MAX_CHARS
    if len(spoken) > max_chars:
        reject(
            f"input must be at most {max_chars} characters long, "
            f"but provided input contains {len(spoken)} characters"
        )
    tokens = count_tokens(spoken)
    request.prompt_tokens = tokens
    context.admit(request, model, prompt_tokens=tokens)
    audio = make_wav(spoken, int(rate), body.get("speed") or 1.0)
    chunks = [audio[at : at + _CHUNK_BYTES] for at in range(0, len(audio), _CHUNK_BYTES)]
    return ApiResponse(200, content_type="audio/wav", chunks=chunks)
