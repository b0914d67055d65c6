"""The public names: sorted, complete, loadable, and cheap to import."""

from __future__ import annotations

import subprocess
import sys

import groq
import pytest

import aiogroq

# What the official package exports and this one does not, each for a reason.
NOT_OURS = {
    "DefaultHttpxClient": "there is no httpx here; DefaultAioHttpClient takes its options",
    "DefaultAsyncHttpxClient": "there is no httpx here; DefaultAioHttpClient takes its options",
    "Transport": "an httpx transport",
    "ProxiesTypes": "an httpx type",
    "NoneType": "types.NoneType of the standard library",
    "DEFAULT_CONNECTION_LIMITS": "httpx.Limits; the pool here is not capped unless DefaultAioHttpClient(limit=...) says so",
    "file_from_path": "a path can be given as it is",
}


def test_the_public_names_are_sorted_and_unique() -> None:
    assert aiogroq.__all__ == sorted(set(aiogroq.__all__))


@pytest.mark.parametrize("name", aiogroq.__all__)
def test_every_public_name_can_be_loaded(name: str) -> None:
    assert getattr(aiogroq, name) is not None


def test_every_name_of_the_official_package_is_here_or_has_a_reason() -> None:
    missing = {name for name in groq.__all__ if not hasattr(aiogroq, name)}
    assert missing == set(NOT_OURS)


def test_every_error_of_the_official_package_has_the_same_parents() -> None:
    for name in groq.__all__:
        theirs = getattr(groq, name)
        if isinstance(theirs, type) and issubclass(theirs, groq.GroqError):
            ours = getattr(aiogroq, name)
            parents = {base.__name__ for base in theirs.__mro__ if base.__module__.startswith("groq")}
            assert parents <= {base.__name__ for base in ours.__mro__}


def test_an_httpx_name_says_what_to_use_instead() -> None:
    with pytest.raises(AttributeError, match="DefaultAioHttpClient"):
        _ = aiogroq.DefaultHttpxClient  # type: ignore[attr-defined]


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Grok"):
        _ = aiogroq.Grok  # type: ignore[attr-defined]


def test_dir_lists_the_public_names() -> None:
    assert set(aiogroq.__all__) <= set(dir(aiogroq))


def in_a_new_interpreter(code: str) -> str:
    """What the code prints in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def test_importing_the_package_loads_neither_aiohttp_nor_ssl_nor_msgspec() -> None:
    code = "import aiogroq, sys; print([m for m in ('aiohttp', 'ssl', 'msgspec', 'asyncio') if m in sys.modules])"
    assert in_a_new_interpreter(code) == "[]"


def test_naming_the_clients_and_errors_does_not_load_aiohttp() -> None:
    code = (
        "from aiogroq import AsyncGroq, Groq, Stream, Timeout, RateLimitError, APIResponse; "
        "import sys; print([m for m in ('aiohttp',) if m in sys.modules])"
    )
    assert in_a_new_interpreter(code) == "[]"


def test_a_plain_call_loads_neither_schemas_nor_tools_nor_the_types_of_other_endpoints() -> None:
    code = (
        "from aiogroq import Groq; from aiogroq.local import LocalGroq\n"
        "import sys\n"
        "with LocalGroq() as server, Groq(api_key='k', base_url=server.base_url) as groq:\n"
        "    groq.chat.completions.create(model='m', messages=[{'role': 'user', 'content': 'Hello'}])\n"
        "parts = ('.schemas', '.structured', '.streaming', '.tools', '.types.responses', '.resources.responses')\n"
        "print([m for m in sys.modules if m.startswith(tuple('aiogroq' + part for part in parts))])"
    )
    assert in_a_new_interpreter(code) == "[]"


def test_the_types_of_responses_are_an_attribute_that_is_loaded_at_its_first_use() -> None:
    assert (
        in_a_new_interpreter("import aiogroq; print(aiogroq.types.responses.Response.__name__)") == "Response"
    )


def test_the_client_loads_no_extra() -> None:
    code = (
        "import aiogroq, sys; aiogroq.Groq(api_key='k').chat.completions; "
        "print([m for m in ('click', 'rich', 'pydantic', 'httpx', 'pytest', 'groq') if m in sys.modules])"
    )
    assert in_a_new_interpreter(code) == "[]"
