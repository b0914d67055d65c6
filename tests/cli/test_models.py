"""``aiogroq models``."""

from __future__ import annotations

import json

from aiogroq.cli.defaults import CHAT_MODEL, SPEECH_MODEL, TRANSCRIPTION_MODEL, TRANSLATION_MODEL
from aiogroq.local import Fault, LocalGroq

from .conftest import Run


def test_in_a_pipe_models_are_tab_separated_lines(run: Run, service: LocalGroq) -> None:
    rows = [line.split("\t") for line in run("models").out.splitlines()]
    assert [CHAT_MODEL, "OpenAI", "131072", "active"] in rows
    assert all(len(row) == 4 for row in rows)
    assert rows == sorted(rows)


def test_the_default_models_are_listed(run: Run, service: LocalGroq) -> None:
    listed = {line.split("\t")[0] for line in run("models").out.splitlines()}
    assert {CHAT_MODEL, SPEECH_MODEL, TRANSCRIPTION_MODEL, TRANSLATION_MODEL} <= listed


def test_at_a_terminal_models_are_a_table(run: Run, service: LocalGroq) -> None:
    outcome = run("models", terminal=True)
    assert "context window" in outcome.out
    assert "131,072" in outcome.out


def test_json_is_the_whole_response(run: Run, service: LocalGroq) -> None:
    listed = json.loads(run("models", "--json").out_bytes)
    assert listed["object"] == "list"
    assert any(model["id"] == CHAT_MODEL and model["active"] for model in listed["data"])


def test_models_with_few_fields_are_listed_too(run: Run, service: LocalGroq) -> None:
    service.script(
        Fault(body={"object": "list", "data": [{"id": "b"}, {"id": "a\t\x1b[2J", "active": False}]}, times=2)
    )
    assert run("models").out.splitlines()[1] == "b\t\t\t"
    assert "\x1b[2J" not in run("models", terminal=True).out
