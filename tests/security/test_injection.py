"""Headers, paths and names with control characters or separators: sent as they were meant, or rejected."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from aiogroq import AsyncGroq, GroqError
from aiogroq.local import Fault, LocalGroq

BREAKS = ["\r\nX-Evil: 1", "\n", "\r", "\0", "é", "\x7f", "\u2028", "\ud800"]


@pytest.mark.parametrize("end", BREAKS)
@pytest.mark.parametrize(("name", "value"), [("X-A", "a{}b"), ("X{}", "a")])
async def test_a_header_that_would_be_two_or_is_no_ascii_is_not_sent(
    name: str, value: str, end: str, client: AsyncGroq, server: LocalGroq
) -> None:
    headers = {name.format(end): value.format(end)}
    with pytest.raises(GroqError, match=r"not sent|cannot be the name"):
        AsyncGroq(api_key="k", base_url=server.base_url, default_headers=headers)
    with pytest.raises(GroqError, match=r"not sent|cannot be the name"):
        await client.models.list(extra_headers=headers)
    assert server.connections_made == 0


# A line break separates the headers of the variable; NUL and half characters cannot stand in one.
@pytest.mark.parametrize("end", ["\r", "é", "\x7f", "\u2028"])
def test_a_header_of_the_environment_is_rejected_as_early(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_CUSTOM_HEADERS", f"X-A: a{end}b")
    with pytest.raises(GroqError, match=r"not sent|cannot be the name"):
        AsyncGroq(api_key="k")


@pytest.mark.parametrize("end", BREAKS)
def test_a_key_that_would_be_two_headers_is_rejected_without_being_shown(end: str) -> None:
    with pytest.raises(GroqError, match="not sent anywhere") as caught:
        AsyncGroq(api_key=f"gsk_hunter2{end}tail")
    assert "hunter2" not in f"{caught.value!r}"


@pytest.mark.parametrize("key", [" gsk_a\n", '"gsk_a"', "'gsk_a'\r\n", "\tgsk_a "])
async def test_blanks_and_quotes_round_a_key_are_taken_off(key: str, server: LocalGroq) -> None:
    await AsyncGroq(api_key=key, base_url=server.base_url).models.list()
    assert server.requests[0].headers["authorization"] == "Bearer gsk_a"


@pytest.mark.parametrize(
    "path",
    [
        "/models/../../../x", "/models/%2e%2e/x", "/%2E./x", "models/..", "/./models", "//example.org/models",
        "https://example.org/models", "https://127.0.0.1:PORT/models", "http://127.0.0.1:1/models",
        "http://localhost:PORT/models", "http://127。0。0。2:PORT/", "http://ⅼocalhost:PORT/",
        "http://user@127.0.0.1:PORT/models", "/models\r\nX-Evil: 1", "/models\n", "/mod\0els", "/\ud800",
    ],
)  # fmt: skip
async def test_a_path_that_leads_elsewhere_is_not_requested(
    path: str, client: AsyncGroq, server: LocalGroq
) -> None:
    with pytest.raises(GroqError) as caught:
        await client.get(path.replace("PORT", str(server.port)), cast_to=dict[str, Any])
    assert type(caught.value) is GroqError  # and not the failure of a call that was made
    assert server.connections_made == 0


@pytest.mark.parametrize(
    "file_id", ["../models", "a/../../b", "%2e%2e", "..%2f..", "a?b=c#d", "a\r\nb", "//x", "\\..\\"]
)
async def test_an_id_stays_one_segment_whatever_it_says(
    file_id: str, client: AsyncGroq, server: LocalGroq
) -> None:
    with pytest.raises(GroqError):
        await client.files.info(file_id)
    assert [request.path.count("/") for request in server.requests] == [4]
    assert server.requests[0].query_string == ""
    segment = server.requests[0].path.removeprefix("/openai/v1/files/")
    assert unquote(segment) == file_id


# A name, and what stands between the quotes of its header.
NAMES = {
    'a"; filename="b': "a%22; filename=%22b",
    "a\r\nContent-Type: text/html\r\n\r\nx": "a%0D%0AContent-Type: text/html%0D%0A%0D%0Ax",
    'q"uote': "q%22uote",
    "back\\slash": "back\\\\slash",
    "\0\x1b\x7f": "%00%1B%7F",
    "nön-äscii 😀": "nön-äscii 😀",
    "%22": "%22",
    "--boundary--": "--boundary--",
    "a" * 1000: "a" * 1000,
    "../../etc/passwd": "../../etc/passwd",
}
each_name = pytest.mark.parametrize(("name", "sent"), NAMES.items(), ids=[name[:20] for name in NAMES])


@each_name
async def test_a_file_name_is_a_name_and_no_header(
    name: str, sent: str, client: AsyncGroq, server: LocalGroq
) -> None:
    await client.files.create(file=(name, b"content"), purpose="batch")
    request = server.requests[0]
    head = f'Content-Disposition: form-data; name="file"; filename="{sent}"\r\nContent-Type: '
    assert request.body.count(head.encode()) == 1
    assert sorted(part.name for part in request.parts) == ["file", "purpose"]
    file = next(part for part in request.parts if part.filename is not None)
    assert set(file.headers) == {"content-disposition", "content-type"}
    assert file.content == b"content"


@each_name
async def test_a_field_name_is_a_name_and_no_header(
    name: str, sent: str, client: AsyncGroq, server: LocalGroq
) -> None:
    with pytest.raises(GroqError):
        await client.post("/nowhere", cast_to=object, body={name: "v"}, files={name: ("a", b"x")})
    request = server.requests[0]
    assert request.body.count(f'Content-Disposition: form-data; name="{sent}"\r\n\r\nv\r\n'.encode()) == 1
    assert (
        request.body.count(f'Content-Disposition: form-data; name="{sent}"; filename="a"\r\n'.encode()) == 1
    )
    assert len(request.parts) == 2
    assert all(set(part.headers) <= {"content-disposition", "content-type"} for part in request.parts)


@pytest.mark.parametrize("given", ["text/plain\r\nX-Evil: 1", "a\0b", "a\nb"])
async def test_a_part_with_a_content_type_of_two_lines_is_not_sent(
    given: str, client: AsyncGroq, server: LocalGroq
) -> None:
    with pytest.raises(ValueError, match="line break"):
        await client.files.create(file=("a", b"x", given), purpose="batch")
    assert all(not request.body for request in server.requests)


@pytest.mark.parametrize(
    "disposition",
    [
        'attachment; filename="../evil"', "attachment; filename=/tmp/evil", "attachment; filename*=UTF-8''..%2Fevil",
        'attachment; filename="evil"',
    ],
)  # fmt: skip
async def test_a_download_goes_to_the_callers_path_whatever_name_the_server_gives(
    disposition: str, client: AsyncGroq, server: LocalGroq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    monkeypatch.chdir(folder)
    options: Any = {"model": "canopylabs/orpheus-v1-english", "voice": "autumn", "input": "Hello"}
    fault = Fault(headers={"content-disposition": disposition, "location": "/evil"})
    server.script(fault, fault)
    await (await client.audio.speech.create(**options)).write_to_file(folder / "mine.wav")
    async with client.audio.speech.with_streaming_response.create(**options) as response:
        await response.stream_to_file("too.wav")
    found = sorted(
        str(Path(where, name).relative_to(tmp_path))
        for where, _, names in os.walk(tmp_path)
        for name in names
    )
    assert found == ["downloads/mine.wav", "downloads/too.wav"]


async def test_a_query_parameter_stays_one(client: AsyncGroq, server: LocalGroq) -> None:
    await client.models.list(extra_query={"a": "1&b=2#c\r\nX-Evil: 1", "d&e": "é"})
    assert server.requests[0].query_pairs == [("a", "1&b=2#c\r\nX-Evil: 1"), ("d&e", "é")]
    assert "x-evil" not in server.requests[0].headers
