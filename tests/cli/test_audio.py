"""``aiogroq speak`` and ``aiogroq transcribe``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aiogroq.cli.subtitles import Cue, srt, vtt
from aiogroq.local import Fault, LocalGroq

from .conftest import COMMAND, ROOT, Run

TEXT = "Speak softly, and send few bytes."


@pytest.fixture
def speech(run: Run, service: LocalGroq, tmp_path: Path) -> Path:
    """A recording of `TEXT`."""
    path = tmp_path / "speech.wav"
    assert run("speak", TEXT, "-o", str(path)).code == 0
    service.clear()
    return path


def sent(service: LocalGroq) -> dict[str, bytes]:
    """The parts of the last upload."""
    return {part.name: part.content for part in service.requests[-1].parts}


def test_speech_is_a_wav_file(run: Run, service: LocalGroq, tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    outcome = run("speak", TEXT, "-o", str(path))
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert path.read_bytes()[:4] == b"RIFF"
    assert list(tmp_path.iterdir()) == [path]
    body = service.requests[-1].json
    assert body == {
        "input": TEXT,
        "model": "canopylabs/orpheus-v1-english",
        "voice": "austin",
        "response_format": "wav",
    }


def test_at_a_terminal_the_size_of_the_file_is_printed(run: Run, service: LocalGroq, tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    outcome = run("speak", TEXT, "-o", str(path), terminal=True)
    assert outcome.err == f"{path}: {path.stat().st_size:,} bytes\n"


def test_text_and_audio_go_through_pipes(run: Run, service: LocalGroq) -> None:
    sound = run(
        "speak",
        "-",
        "-o",
        "-",
        stdin=f"{TEXT}\n",
    ).out_bytes
    assert sound[:4] == b"RIFF"
    assert run("transcribe", "-", stdin=sound).out == f"{TEXT}\n"


def test_speech_is_transcribed_in_another_process(speech: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "transcribe", "--local", str(speech)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{TEXT}\n", "")


@pytest.mark.parametrize(
    "arguments", [["--json"], ["-f", "json"], ["-f", "verbose_json"], ["-f", "verbose_json", "--json"]]
)
def test_a_transcription_as_json(run: Run, speech: Path, arguments: list[str]) -> None:
    transcript = json.loads(run("transcribe", str(speech), *arguments).out_bytes)
    assert transcript["text"].strip() == TEXT
    assert ("segments" in transcript) == ("verbose_json" in arguments)


def test_a_transcription_as_subtitles(run: Run, speech: Path) -> None:
    assert run("transcribe", str(speech), "-f", "srt").out.startswith("1\n00:00:00,000 --> 00:00:0")
    as_vtt = run("transcribe", str(speech), "-f", "vtt").out
    assert as_vtt.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:0")
    assert TEXT in as_vtt


def test_subtitles_without_segments_are_one_cue(run: Run, service: LocalGroq, speech: Path) -> None:
    service.script(Fault(body={"text": " all of it ", "duration": 2.5}))
    assert run("transcribe", str(speech), "-f", "srt").out == "1\n00:00:00,000 --> 00:00:02,500\nall of it\n"


def test_the_default_model_depends_on_translate(run: Run, service: LocalGroq, speech: Path) -> None:
    run("transcribe", str(speech), "--language", "en")
    assert (sent(service)["model"], sent(service)["language"]) == (b"whisper-large-v3-turbo", b"en")
    run("transcribe", str(speech), "--translate")
    assert service.requests[-1].path.endswith("/audio/translations")
    assert sent(service)["model"] == b"whisper-large-v3"
    run("transcribe", str(speech), "-m", "mine")
    assert sent(service)["model"] == b"mine"


@pytest.mark.parametrize(
    "arguments",
    [
        ["transcribe", "x.wav", "--json", "-f", "srt"],
        ["transcribe", "x.wav", "--translate", "--language", "de"],
        ["speak", "  ", "-o", "x.wav"],
    ],
)
def test_conflicting_options_are_a_usage_error(run: Run, service: LocalGroq, arguments: list[str]) -> None:
    assert run(*arguments).code == 2
    assert service.request_count == 0


def test_audio_is_not_written_to_a_terminal(run: Run, service: LocalGroq) -> None:
    assert run("speak", TEXT, "-o", "-", terminal=True).code == 2


@pytest.mark.parametrize("name", ["missing.wav", "."])
def test_a_file_that_cannot_be_read_is_named(run: Run, service: LocalGroq, tmp_path: Path, name: str) -> None:
    outcome = run("transcribe", str(tmp_path / name))
    assert outcome.code == 1
    assert outcome.err.startswith(f"aiogroq: error: cannot read {tmp_path / name}: ")


@pytest.mark.parametrize("name", ["missing/x.wav", "."])
def test_a_file_that_cannot_be_written_is_named(
    run: Run, service: LocalGroq, tmp_path: Path, name: str
) -> None:
    outcome = run("speak", TEXT, "-o", str(tmp_path / name))
    assert outcome.code == 1
    assert outcome.err.startswith(f"aiogroq: error: cannot write {tmp_path / name}: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["speak", TEXT, "-o", "x.wav"], ["transcribe"]])
def test_a_lost_connection_is_not_reported_as_a_file_error(
    run: Run,
    service: LocalGroq,
    speech: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    service.script(Fault(before_head=True, end="close", times=None))
    outcome = run(*arguments, *([str(speech)] if len(arguments) == 1 else []))
    assert outcome.code == 1
    assert "closed the connection" in outcome.err


@pytest.mark.skipif(sys.platform == "win32", reason="has no named pipes in the file system")
def test_a_device_is_written_to_and_not_replaced(run: Run, service: LocalGroq, tmp_path: Path) -> None:
    link = tmp_path / "nowhere"
    os.symlink(os.devnull, link)
    assert run("speak", TEXT, "-o", str(link)).code == 0
    assert link.is_symlink()
    assert not Path(os.devnull).is_file()


def test_too_long_a_text_is_one_error_line(run: Run, service: LocalGroq, tmp_path: Path) -> None:
    outcome = run("speak", "x" * 300, "-o", str(tmp_path / "x.wav"))
    assert outcome.code == 1
    assert "200" in outcome.err
    assert list(tmp_path.iterdir()) == []


CUES = [
    Cue(0.0, 1.2345, " <b>One</b> & two "),
    Cue(1.2345, 2.0, "  "),
    Cue(3599.9999, 3661.5, "three\n\nfour"),
]


def test_srt_numbers_the_cues_and_leaves_out_blank_ones() -> None:
    assert srt(CUES) == (
        "1\n00:00:00,000 --> 00:00:01,234\n<b>One</b> & two\n"
        "\n2\n01:00:00,000 --> 01:01:01,500\nthree\nfour\n"
    )  # fmt: skip


def test_vtt_escapes_markup() -> None:
    assert vtt(CUES[:1]) == "WEBVTT\n\n00:00:00.000 --> 00:00:01.234\n&lt;b&gt;One&lt;/b&gt; &amp; two\n"
    assert vtt([]) == "WEBVTT\n"
