"""What a request may use, estimated high, and what responses teach."""

from __future__ import annotations

import io
import wave
from types import SimpleNamespace
from typing import Any

import pytest

from aiogroq.limits import Need, need_of
from aiogroq.limits.charges import charges_of, settled_charges
from aiogroq.limits.need import MIN_AUDIO_S, Estimates, wav_duration_s

CHAT = "/chat/completions"


def recording(seconds: float) -> bytes:
    """A WAV file of silence."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(bytes(2 * int(8_000 * seconds)))
    return target.getvalue()


def a_body(length: int, **options: int) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": "word " * (length // 5)}], **options}


def test_a_prompt_is_estimated_high_before_anything_is_known() -> None:
    need = need_of(CHAT, a_body(4_000))
    assert need.prompt_tokens >= 2_000  # English has 1,000
    assert need.max_completion_tokens is None


def test_the_tokens_of_a_byte_are_learned_by_the_size_of_the_body() -> None:
    estimates = Estimates()
    need = need_of(CHAT, a_body(4_000), estimates)
    estimates.learn(need, 1_000, 10)
    assert need_of(CHAT, a_body(4_000), estimates).prompt_tokens == pytest.approx(1_000)
    assert need_of(CHAT, a_body(100), estimates).prompt_tokens > 80  # the template weighs more there


def test_an_estimate_that_was_too_low_is_raised_at_once_and_one_that_was_too_high_falls_slowly() -> None:
    estimates = Estimates()
    need = need_of(CHAT, a_body(4_000), estimates)
    for tokens in (1_000, 2_000, 1_000):
        estimates.learn(need, tokens, 10)
    assert need_of(CHAT, a_body(4_000), estimates).prompt_tokens == pytest.approx(1_980)


@pytest.mark.parametrize("name", ["max_completion_tokens", "max_tokens"])
def test_the_maximum_of_completion_tokens_is_read_from_the_body(name: str) -> None:
    assert need_of(CHAT, a_body(10, **{name: 77})).max_completion_tokens == 77
    assert need_of("chat", f'{{"{name}": 77}}'.encode()).max_completion_tokens == 77


def test_the_maximum_of_a_response_is_its_max_output_tokens() -> None:
    body = {"model": "m", "input": "text " * 100, "instructions": "text " * 100, "max_output_tokens": 77}
    need = need_of("/responses", body)
    assert need.max_completion_tokens == 77
    assert need.prompt_tokens > 200
    assert need_of("/responses", {"model": "m", "input": "a"}).max_completion_tokens is None


@pytest.mark.parametrize(
    "body", [b"", b"no json", b'{"max_tokens": "x"}', b'{"max_tokens": -1}', b"\xff", None]
)
def test_a_body_that_cannot_be_read_has_an_estimate_all_the_same(body: bytes | None) -> None:
    need = need_of(CHAT, body)
    assert need.prompt_tokens > 0
    assert need.max_completion_tokens is None


def test_without_a_maximum_the_usual_completion_is_held() -> None:
    estimates = Estimates()
    assert charges_of(Need(100), estimates)[0]["TPM"] > 1_000
    estimates.learn(Need(100), 100, 30)
    assert charges_of(Need(100), estimates)[0]["TPM"] == 130
    estimates.learn(Need(100, 5_000), 100, 4_000)  # of a request with a maximum
    assert charges_of(Need(100), estimates)[0]["TPM"] == 130


def test_the_bytes_of_an_image_are_no_tokens() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 1_000_000}}
    need = need_of(CHAT, {"messages": [{"role": "user", "content": [image]}]})
    assert 1_000 < need.prompt_tokens < 10_000
    assert need.body_bytes == 0  # nothing is learned from it


def test_embeddings_and_speech_have_no_completion() -> None:
    for path in ("/embeddings", "embeddings", "/audio/speech", "speech"):
        need = need_of(path, {"input": "text " * 100, "model": "m"})
        assert need.prompt_tokens > 100
        assert need.max_completion_tokens == 0


@pytest.mark.parametrize(
    "path", ["/audio/transcriptions", "/audio/translations", "transcription", "translation"]
)
@pytest.mark.parametrize("form", ["bytes", "with a name", "with a type"])
def test_the_duration_of_a_recording_is_what_its_header_declares(path: str, form: str) -> None:
    data = recording(42.5)
    file = {"bytes": data, "with a name": ("a.wav", data), "with a type": ("a.wav", data, "audio/wav")}[form]
    need = need_of(path, {"file": file, "model": "whisper-large-v3"})
    assert need.audio_s == pytest.approx(42.5)
    assert need.is_measured
    assert charges_of(need, Estimates()) == (
        {"RPM": 1, "RPD": 1, "TPM": 0, "TPD": 0, "ITPM": 0, "OTPM": 0, "ASPH": 42.5, "ASPD": 42.5},
        {"TPM": 0, "TPD": 0, "OTPM": 0, "ASPH": 42.5, "ASPD": 42.5},
    )


def test_a_recording_counts_as_ten_seconds_at_least() -> None:
    assert need_of("transcription", {"file": recording(1)}).audio_s == MIN_AUDIO_S
    for file in ("a/path.mp3", None, ("name",), io.BytesIO(b"x")):
        assert need_of("transcription", {"file": file}).audio_s == MIN_AUDIO_S


def test_a_recording_of_another_format_is_estimated_from_its_length() -> None:
    need = need_of("transcription", {"file": b"ID3" + bytes(1_600_000)})
    assert need.audio_s == pytest.approx(100, rel=0.01)
    assert need == need_of("transcription", {}, file_bytes=1_600_003)


def test_a_header_that_declares_no_length_is_measured_by_the_file() -> None:
    data = bytearray(recording(20))
    at = data.index(b"data") + 4
    data[at : at + 4] = b"\xff\xff\xff\xff"
    assert wav_duration_s(bytes(data[:4096]), len(data)) == pytest.approx(20)


@pytest.mark.parametrize(
    "head", [b"", b"RIFF", b"RIFF....WAVE", b"RIFF....WAVEdata\x01\x00\x00\x00", b"OggS" * 9]
)
def test_another_file_has_no_declared_duration(head: bytes) -> None:
    assert wav_duration_s(head, 1_000) is None


def test_what_was_used_is_charged_without_cached_tokens() -> None:
    need = Need(200, 500, body_bytes=400)
    needs, _ = charges_of(need, Estimates())
    usage = SimpleNamespace(
        prompt_tokens=150, completion_tokens=20, prompt_tokens_details=SimpleNamespace(cached_tokens=100)
    )
    estimates = Estimates()
    used = settled_charges(need, needs, usage, None, estimates)
    assert (used["TPM"], used["ITPM"], used["OTPM"], used["RPM"]) == (70, 50, 20, 1)
    assert estimates.prompt_tokens(400) == 150
    assert settled_charges(need, needs, None, None, estimates) == needs


def test_a_recording_is_charged_the_duration_that_the_response_has() -> None:
    need = Need(audio_s=100, max_completion_tokens=0)
    needs, _ = charges_of(need, Estimates())
    assert settled_charges(need, needs, None, 61.5, Estimates())["ASPH"] == 61.5
    assert settled_charges(need, needs, None, 2.0, Estimates())["ASPH"] == MIN_AUDIO_S
