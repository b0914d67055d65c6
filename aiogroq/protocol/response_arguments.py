"""The keyword arguments of the Responses API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..types.responses.response_create_params import ResponseParams
from .request import OPTION_NAMES, split_options

_KNOWN = frozenset(ResponseParams.__annotations__) - OPTION_NAMES
_REQUIRED = frozenset({"input", "model"})
_OF_PARSE = "; it is an argument of parse()"
_REJECTED = "; the service rejects it"
_HINTS = {
    "max_reasks": _OF_PARSE,
    "messages": ". Did you mean 'input'?",
    "response_format": "; parse(text_format=...) takes a type, and text={'format': ...} a schema",
    "strict": _OF_PARSE,
    "text_format": "; it is an argument of parse() and stream()",
    # What OpenAI's service has and Groq's rejects with a 400.
    "include": _REJECTED,
    "previous_response_id": "; the service stores no responses: give the whole conversation as input",
    "prompt_cache_key": _REJECTED,
    "safety_identifier": _REJECTED,
}


def split_arguments(
    given: Mapping[str, Any], call: str, also: frozenset[str] = frozenset()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split the keyword arguments of the method ``call`` into parameters and per-call options. ``given`` is changed.

    Raises `TypeError` as `split_options` does. ``also`` has the names that only this method has.
    """
    return split_options(given, _KNOWN, _REQUIRED, call, also, _HINTS)
