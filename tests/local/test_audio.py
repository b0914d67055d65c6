"""Speech returns WAV files. Transcription reads forms and audio headers, and returns the text of our speech."""

from __future__ import annotations

import base64
import io
import struct
import wave
from typing import Any

import pytest

SAID = "The tide comes in. Then it goes out again, slowly!"


def say(ask: Any, text: str = SAID, **properties: Any) -> bytes:
    response = ask("/audio/speech", {"model": "playai-tts", "voice": "v", "input": text, **properties})
    assert response.status == 200, response.body
    assert response.headers["content-type"] == "audio/wav"
    return response.body


def hear(
    ask: Any, form: Any, audio: bytes, filename: str = "a.wav", path: str = "transcriptions", **fields: Any
) -> Any:
    body, headers = form({"model": "whisper-large-v3", **fields, "file": audio}, filename)
    return ask(f"/audio/{path}", body, **headers)


def silence(duration_s: float, rate: int = 8000) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(2 * int(duration_s * rate)))
    return made.getvalue()


@pytest.mark.parametrize("rate", [8000, 24000, 48000])
def test_speech_is_a_wav_that_the_standard_library_reads(ask: Any, rate: int) -> None:
    audio = say(ask, sample_rate=rate)
    assert int.from_bytes(audio[4:8], "little") == len(audio) - 8
    with wave.open(io.BytesIO(audio)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, rate)
        assert 2.0 < file.getnframes() / rate < 8.0
        assert any(file.readframes(1000))


def test_longer_texts_and_slower_speech_take_longer(ask: Any) -> None:
    assert len(say(ask, SAID * 3)) > 2.5 * len(say(ask))
    assert len(say(ask, speed=0.5)) == pytest.approx(2 * len(say(ask)), rel=0.1)


def test_other_formats_voices_and_lengths_are_rejected(ask: Any) -> None:
    orpheus = {"model": "canopylabs/orpheus-v1-english", "input": "hi", "voice": "hannah"}
    assert ask("/audio/speech", orpheus).status == 200
    assert (
        "response_format must be one of [wav]"
        in ask("/audio/speech", {**orpheus, "response_format": "mp3"}).error["message"]
    )
    assert (
        "voice must be one of [autumn" in ask("/audio/speech", {**orpheus, "voice": "bob"}).error["message"]
    )
    assert "200 characters" in ask("/audio/speech", {**orpheus, "input": "x" * 201}).error["message"]
    assert ask("/audio/speech", {**orpheus, "sample_rate": 1}).status == 400


@pytest.mark.parametrize("text", [SAID, "Ünïcode 日本語 🎉", "one", '"quotes" & <tags>\nand lines'])
def test_speech_is_transcribed_to_its_text_even_from_half_a_file(ask: Any, form: Any, text: str) -> None:
    audio = say(ask, text)
    assert hear(ask, form, audio).json["text"] == text
    assert hear(ask, form, audio[: len(audio) // 2], path="translations").json["text"] == text


def test_the_three_response_formats_are_as_recorded(ask: Any, form: Any) -> None:
    audio = say(ask)
    plain = hear(ask, form, audio)
    assert plain.json == {"text": SAID, "x_groq": {"id": plain.headers["x-request-id"]}}
    text = hear(ask, form, audio, response_format="text")
    assert (text.headers["content-type"], text.body.decode()) == ("text/plain; charset=UTF-8", f" {SAID}")
    verbose = hear(ask, form, audio, response_format="verbose_json", language="de", temperature="0.5").json
    assert list(verbose) == ["task", "language", "duration", "text", "segments", "x_groq"]
    assert (verbose["task"], verbose["language"]) == ("transcribe", "German")
    assert [segment["text"] for segment in verbose["segments"]] == [
        "The tide comes in.",
        "Then it goes out again, slowly!",
    ]
    words = hear(
        ask, form, audio, response_format="verbose_json", **{"timestamp_granularities[]": ["word"]}
    ).json
    assert "segments" not in words
    assert [word["word"] for word in words["words"]] == SAID.split()


@pytest.mark.parametrize("duration_s", [0.02, 3.0, 61.5])
def test_durations_and_times_match_the_audio(ask: Any, form: Any, duration_s: float) -> None:
    fields: Any = {"response_format": "verbose_json", "timestamp_granularities[]": ["word", "segment"]}
    heard = hear(ask, form, silence(duration_s), **fields).json
    assert heard["duration"] == pytest.approx(duration_s, abs=0.001)
    times = [time for each in heard["segments"] for time in (each["start"], each["end"])]
    assert times == sorted(times)
    assert times[-1] <= duration_s
    assert heard["words"][-1]["end"] <= duration_s
    assert " ".join(word["word"] for word in heard["words"]) == heard["text"]
    assert heard == hear(ask, form, silence(duration_s), **fields).json | {"x_groq": heard["x_groq"]}


def flac(duration_s: int) -> bytes:
    return (
        b"fLaC\x00\x00\x00\x22"
        + bytes(10)
        + ((16000 << 44) | 16000 * duration_s).to_bytes(8, "big")
        + bytes(16)
    )


def ogg(duration_s: int) -> bytes:
    return b"OggS\x00\x04" + (48000 * duration_s).to_bytes(8, "little") + bytes(12) + b"OpusHead" + bytes(40)


def mp4(duration_s: int) -> bytes:
    return (
        b"\x00\x00\x00\x14ftypM4A "
        + bytes(8)
        + b"\x00\x00\x00\x6cmvhd"
        + struct.pack(">IIIII", 0, 0, 0, 1000, 1000 * duration_s)
    )


def mp3(duration_s: int) -> bytes:
    return b"ID3\x04\x00\x00\x00\x00\x00\x05hello" + b"\xff\xfb\x90\x00" + bytes(128 * 125 * duration_s - 4)


@pytest.mark.parametrize(
    ("name", "audio"),
    [("a.flac", flac(7)), ("a.ogg", ogg(7)), ("a.m4a", mp4(7)), ("a.mp3", mp3(7)), ("a.webm", bytes(56_000))],
)
def test_durations_are_read_from_the_header_of_each_format(
    ask: Any, form: Any, name: str, audio: bytes
) -> None:
    assert hear(ask, form, audio, name, response_format="verbose_json").json["duration"] == pytest.approx(7)


@pytest.mark.parametrize(
    "start", [b"fLaC", b"OggS", b"ID3", b"RIFF", b"\xff\xfb", b"RIFF\0\0\0\0WAVEdata", b"....ftyp....mvhd"]
)
def test_invalid_audio_is_never_a_server_error(ask: Any, form: Any, start: bytes) -> None:
    for audio in (start, start + b"\xff" * 50, start + bytes(50)):
        assert hear(ask, form, audio, "").status in (200, 400)


def test_a_url_replaces_a_file_and_is_never_fetched(ask: Any, form: Any, server: Any) -> None:
    audio = say(ask)
    encoded = base64.b64encode(audio).decode()
    urls = (f"data:audio/wav;base64,{encoded}", base64.urlsafe_b64encode(audio).decode().rstrip("="))
    for url in urls:
        body, headers = form({"model": "whisper-large-v3", "url": url})
        assert ask("/audio/transcriptions", body, **headers).json["text"] == SAID
        assert ask("/audio/transcriptions", {"model": "whisper-large-v3", "url": url}).json["text"] == SAID
    count = server.request_count
    remote = {"model": "whisper-large-v3", "url": f"{server.base_url}/a.wav"}
    heard = ask("/audio/transcriptions", remote)
    assert heard.json["text"]
    assert server.request_count == count + 1
    assert heard.json["text"] == ask("/audio/transcriptions", remote).json["text"]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {"prompt": "x" * 897},
            "prompt length must be 896 characters or fewer, but provided prompt contains 897 characters",
        ),
        ({"language": "xx"}, "language must be one of [en zh"),
        ({"response_format": "srt"}, "value must be one of [json text verbose_json]"),
        ({"temperature": "2"}, "number must be at most 1"),
        ({"temperature": "hot"}, "value must be a number"),
        ({"timestamp_granularities[]": ["word"]}, "response_format must be set to verbose_json"),
        ({"url": "https://example.com/a.wav"}, "only one of"),
        ({"colour": "red"}, "property 'colour' is unsupported"),
    ],
)
def test_invalid_fields_are_rejected_by_name(ask: Any, form: Any, fields: Any, text: str) -> None:
    response = hear(ask, form, silence(1), **fields)
    assert response.status == 400
    assert text in response.error["message"]


def test_invalid_files_and_forms_are_rejected(ask: Any, form: Any) -> None:
    assert "following types: [flac mp3" in hear(ask, form, b"x", "a.txt").error["message"]
    assert hear(ask, form, b"", "a.wav").error["message"] == "file is empty"
    assert "Minimum audio length is 0.01 seconds" in hear(ask, form, silence(0)).error["message"]
    assert "one of `file` or `url`" in ask("/audio/translations", {"model": "m"}).error["message"]
    assert (
        "language must be one of [en]"
        in hear(ask, form, silence(1), path="translations", language="de").error["message"]
    )
    for body, kind in (
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary=b"),
        (b"--b\r\n\r\n--b--", "multipart/form-data; boundary=b"),
        (b"--b\r\nno colon\r\n\r\n\r\n--b--", "multipart/form-data; boundary=b"),
        (b"--b\r\nA: b\r\n\r\n\r\n--b--", "multipart/form-data; boundary=b"),
        (b"--b\r\nA: b\r\n\r\n\r\n" * 300 + b"--b--", "multipart/form-data; boundary=b"),
        (b"model=x", "application/x-www-form-urlencoded"),
    ):
        assert ask("/audio/transcriptions", body, content_type=kind).status == 400
