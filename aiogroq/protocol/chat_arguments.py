"""The keyword arguments of chat completions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..types.chat_params import BaseChatParams, ChatParams, CompletionCreateParams
from .request import OPTION_NAMES, split_options

COMMON_NAMES = frozenset(BaseChatParams.__annotations__) - OPTION_NAMES
"""The parameters that `create`, `parse`, `stream` and `tool_runner` have in common."""
_CREATE_NAMES = frozenset(ChatParams.__annotations__) - OPTION_NAMES
_ALL_NAMES = frozenset(CompletionCreateParams.__annotations__) - OPTION_NAMES
_REQUIRED = frozenset({"messages", "model"})
_HINTS = {
    "input": ". Did you mean 'messages'?",
    "max_reasks": "; it is an argument of parse()",
    "text_format": "; parse(response_format=...) takes a type",
}


def split_arguments(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split the keyword arguments of `create` into parameters and per-call options. ``given`` is changed.

    Raises `TypeError` as `split_options` does.
    """
    return split_options(given, _CREATE_NAMES, _REQUIRED, "create", hints=_HINTS)


def check_names(
    params: Mapping[str, Any], call: str, also: frozenset[str], known: frozenset[str] = _ALL_NAMES
) -> None:
    """Raise `TypeError` for an argument that the method ``call`` does not know, and for a required one that is missing.

    ``also`` has the names that only this method has. `create`, which splits the arguments, would name itself.
    """
    split_options(dict(params), known, _REQUIRED, call, also, _HINTS)
