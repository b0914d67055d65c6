"""Where a call goes: forgiving base URLs, strict paths."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from aiogroq import GroqError, omit
from aiogroq.protocol.urls import api_root, path, query_pairs, resolve

ROOT = api_root("https://api.groq.com")
API = "https://api.groq.com/openai/v1"


@pytest.mark.parametrize(
    ("base_url", "root"),
    [
        ("https://api.groq.com", API),
        ("https://api.groq.com/", API),
        ("https://api.groq.com//", API),
        ("https://api.groq.com/openai", API),
        ("https://api.groq.com/openai/", API),
        ("https://api.groq.com/openai/v1", API),
        ("https://api.groq.com/openai/v1/", API),
        (" https://api.groq.com/openai/v1\n", API),
        ("HTTPS://API.GROQ.COM/openai/v1", API),
        ("https://api.groq.com/openai/v1?#", API),
        (URL("https://api.groq.com"), API),
        ("https://api.groq.com/api/openai/v1", "https://api.groq.com/api/openai/v1"),
        ("http://localhost:8000", "http://localhost:8000/openai/v1"),
        ("http://localhost:8000/v1", "http://localhost:8000/v1"),
        ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
        ("https://gateway.example/groq", "https://gateway.example/groq/openai/v1"),
        ("https://gateway.example/groq/openai", "https://gateway.example/groq/openai/v1"),
        ("https://gateway.example/a%2Fb/v1", "https://gateway.example/a%2Fb/v1"),
        ("https://gateway.example/myopenai", "https://gateway.example/myopenai/openai/v1"),
    ],
)
def test_every_spelling_of_a_base_url_leads_to_the_api(base_url: str | URL, root: str) -> None:
    assert str(api_root(base_url)) == root


@pytest.mark.parametrize(
    "base_url",
    ["", "api.groq.com", "api.groq.com/openai/v1", "//api.groq.com", "ftp://api.groq.com", "https://", "/openai/v1",
     "https://api.groq.com:99999", "http://\ud800", "file:///etc/passwd", None, 7, b"https://api.groq.com"],
)  # fmt: skip
def test_what_is_no_web_address_is_rejected_with_an_example(base_url: object) -> None:
    with pytest.raises(
        GroqError, match=r"base_url must be an http or https URL such as https://api\.groq\.com"
    ):
        api_root(base_url)


@pytest.mark.parametrize(
    ("given_path", "url"),
    [
        ("/models", f"{API}/models"),
        ("models", f"{API}/models"),
        ("/openai/v1/models", f"{API}/models"),
        ("openai/v1/models", f"{API}/models"),
        ("/openai/v1models", f"{API}/openai/v1models"),
        ("/v1/fine_tunings", "https://api.groq.com/v1/fine_tunings"),
        ("v1/fine_tunings/ft_1", "https://api.groq.com/v1/fine_tunings/ft_1"),
        ("/models/openai%2Fgpt-oss-120b", f"{API}/models/openai%2Fgpt-oss-120b"),
        ("/models/a b", f"{API}/models/a%20b"),
        ("/models/ü", f"{API}/models/%C3%BC"),
        ("/models/a%20b", f"{API}/models/a%20b"),
        ("/models/ft:a@b,c;d=e!$&'()*+", f"{API}/models/ft:a@b,c;d=e!$&'()*+"),
        ("/models/...", f"{API}/models/..."),
        ("/models/.a", f"{API}/models/.a"),
        ("/models/a..b", f"{API}/models/a..b"),
        ("/models/a%2F..%2Fb", f"{API}/models/a%2F..%2Fb"),
        ("/a\\..\\b", f"{API}/a%5C..%5Cb"),
        ("/models#x", f"{API}/models%23x"),
        ("/models?limit=2", f"{API}/models?limit=2"),
        ("models?a=1&a=2&b=", f"{API}/models?a=1&a=2&b="),
        ("/models?q=a%20b%26c+d", f"{API}/models?q=a%20b%26c+d"),
        ("/models?q=ü #x", f"{API}/models?q=%C3%BC%20%23x"),
        ("/models?next=/openai/v1/../x?y", f"{API}/models?next=/openai/v1/../x?y"),
        ("/fetch?url=https://example.org/x", f"{API}/fetch?url=https://example.org/x"),
        ("/fetch/https://example.org/x", f"{API}/fetch/https://example.org/x"),
        ("/models?", f"{API}/models"),
        ("/models/100%?a=%&b=%zz", f"{API}/models/100%25?a=%25&b=%25zz"),
        (f"{API}/models?a=b", f"{API}/models?a=b"),
        ("https://api.groq.com/v1/fine_tunings", "https://api.groq.com/v1/fine_tunings"),
        ("https://api.groq.com:443/openai/v1/models", "https://api.groq.com/openai/v1/models"),
        ("HTTPS://API.GROQ.COM/openai/v1/models", f"{API}/models"),
    ],
)
def test_a_path_stands_under_the_api(given_path: str, url: str) -> None:
    assert str(resolve(ROOT, given_path)) == url


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("http://localhost:8000/v1", "http://localhost:8000/v1/fine_tunings"),
        ("http://localhost:8000", "http://localhost:8000/v1/fine_tunings"),
        ("https://gateway.example/groq/openai", "https://gateway.example/groq/v1/fine_tunings"),
    ],
)
def test_fine_tuning_stands_beside_openai_on_every_host(base_url: str, url: str) -> None:
    assert str(resolve(api_root(base_url), "/v1/fine_tunings")) == url


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/models",
        "http://api.groq.com/models",
        "https://api.groq.com:8443/models",
        "https://api.groq.com.example.org/models",
        "https://api.groq.com@example.org/models",
        "https://user:password@api.groq.com/models",
        "HTTPS://example.org",
        "ftp://api.groq.com/models",
    ],
)
def test_the_key_is_sent_to_no_other_origin(address: str) -> None:
    with pytest.raises(GroqError, match=r"another origin than base_url .* the key is not sent there"):
        resolve(ROOT, address)


@pytest.mark.parametrize(
    "given_path",
    ["/models/../files", "..", "/models/..", "./models", "/models/./x", "/a/%2e%2e/b", "/a/%2E%2e/b", "/a/.%2e/b",
     "/a/%2e/b", "/v1/../x"],
)  # fmt: skip
def test_a_path_that_goes_up_is_rejected(given_path: str) -> None:
    with pytest.raises(GroqError, match=r"'\.\.' or '\.' segment"):
        resolve(ROOT, given_path)


@pytest.mark.parametrize("given_path", ["//example.org/models", "///example.org", "//models"])
def test_a_path_that_names_a_host_is_rejected(given_path: str) -> None:
    with pytest.raises(GroqError, match="begins with '//'"):
        resolve(ROOT, given_path)


@pytest.mark.parametrize(
    "given_path",
    [
        "/models\r\nx-evil: 1",
        "/models?a=\n",
        "/mod\0els",
        "/models\x7f",
        "/models/\ud800",
        "https://api.groq.com/\r\n",
    ],
)
def test_a_path_with_a_line_end_or_half_a_character_is_rejected(given_path: str) -> None:
    with pytest.raises(GroqError, match="control character or a lone surrogate"):
        resolve(ROOT, given_path)


@settings(max_examples=400, deadline=None)
@given(st.text("/.%2eE5cCfF\\?#@: aü\r\n\0x", max_size=30))
def test_every_path_stays_on_the_host_or_is_rejected(given_path: str) -> None:
    try:
        url = resolve(ROOT, given_path)
    except GroqError:
        return
    assert url.origin() == ROOT.origin()
    assert url.raw_path.startswith(("/openai/v1/", "/v1/"))
    assert not {"..", "."} & {unquote(segment) for segment in url.raw_path.split("/")}
    assert re.fullmatch(r"(?:%[0-9A-Fa-f]{2}|[!-$&-~])*", str(url))


@pytest.mark.parametrize(
    ("model", "encoded"),
    [
        ("llama-3.3-70b-versatile", "llama-3.3-70b-versatile"),
        ("openai/gpt-oss-120b", "openai%2Fgpt-oss-120b"),
        ("a b", "a%20b"),
        ("ü/🐎", "%C3%BC%2F%F0%9F%90%8E"),
        ("100%", "100%25"),
        ("%2e%2e", "%252e%252e"),
        ("a?b#c", "a%3Fb%23c"),
        ("a\\b", "a%5Cb"),
        ("{id}", "%7Bid%7D"),
        ("...", "..."),
        ("a/../b", "a%2F..%2Fb"),
        ("/etc/passwd", "%2Fetc%2Fpasswd"),
        ("a\r\nb", "a%0D%0Ab"),
        ("ft:gpt@2", "ft:gpt@2"),
        ("x" * 5000, "x" * 5000),
    ],
)
def test_an_id_stays_one_segment_of_the_path(model: str, encoded: str) -> None:
    made = path("/models/{model}", model=model)
    assert made == f"/models/{encoded}"
    url = resolve(ROOT, made)
    assert url.raw_path == f"/openai/v1/models/{encoded}"
    assert unquote(url.raw_path.rsplit("/", 1)[1]) == model


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_id_arrives_as_it_was_given_or_is_rejected(file_id: str) -> None:
    if file_id in (".", ".."):
        with pytest.raises(ValueError, match="must not be"):
            path("/files/{file_id}/content", file_id=file_id)
        return
    segments = resolve(ROOT, path("/files/{file_id}/content", file_id=file_id)).raw_path.split("/")
    assert segments[3] == "files"
    assert unquote(segments[4]) == file_id
    assert segments[5] == "content"
    assert len(segments) == 6


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("", "Expected a non-empty value for `model` but received ''"),
        (None, "`model` must be a non-empty text, not None"),
        (7, "`model` must be a non-empty text, not 7"),
        (b"x", "`model` must be a non-empty text, not b'x'"),
    ],
)
def test_an_id_that_is_empty_or_no_text_is_rejected_by_its_name(model: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        path("/models/{model}", model=model)


@pytest.mark.parametrize("model", [".", ".."])
def test_an_id_that_would_change_the_path_is_rejected(model: str) -> None:
    with pytest.raises(ValueError, match=r"`model` must not be '\.+', which would change the path"):
        path("/models/{model}", model=model)


@pytest.mark.parametrize(
    ("value", "pairs"),
    [
        ("a b", [("q", "a b")]),
        (0, [("q", "0")]),
        (0.5, [("q", "0.5")]),
        (True, [("q", "true")]),
        (False, [("q", "false")]),
        ([1, "b"], [("q", "1"), ("q", "b")]),
        ((1,), [("q", "1")]),
        ({"a": 1, "b": {"c": [2, 3]}}, [("q[a]", "1"), ("q[b][c]", "2"), ("q[b][c]", "3")]),
        ([{"a": 1}], [("q[a]", "1")]),
        (None, []),
        (omit, []),
        ("", []),
        ([], []),
        ([None, "", omit, "a"], [("q", "a")]),
    ],
)
def test_a_query_parameter_is_repeated_for_a_list_and_named_for_a_mapping(
    value: object, pairs: list[tuple[str, str]]
) -> None:
    assert query_pairs("q", value) == pairs
