"""An argument of the wrong type is rejected by name when the client is made."""

from __future__ import annotations

from typing import Any

import pytest

from aiogroq import AsyncGroq, Groq

KEY = "gsk_0123456789abcdefghij"


class _AsyncHook:
    async def __call__(self, retry: Any) -> None: ...


_WRONG: list[dict[str, Any]] = [
    {"api_key": 5},
    {"api_key": KEY.encode()},
    {"default_headers": 5},
    {"default_headers": {5: "6"}},
    {"default_query": "x"},
    {"on_retry": _AsyncHook()},
    {"retry_read_timeouts": "false"},
]


@pytest.mark.timeout(10)
@pytest.mark.parametrize("cls", [AsyncGroq, Groq])
@pytest.mark.parametrize(
    "wrong",
    _WRONG,
    ids=["int key", "bytes key", "number", "number as name", "text", "async object", "text as bool"],
)
def test_an_option_of_a_wrong_type_is_rejected_by_its_name(cls: Any, wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(TypeError, match=f"^{name} must be"):
        cls(**{"api_key": KEY, **wrong})


@pytest.mark.timeout(10)
@pytest.mark.parametrize("key", [5, KEY.encode()], ids=["int", "bytes"])
def test_a_key_of_a_wrong_type_is_rejected_in_with_options_too(key: Any) -> None:
    with pytest.raises(TypeError, match="api_key must be"):
        Groq(api_key=KEY).with_options(api_key=key)
