"""Tools that resolve annotations (pydantic, beartype, schema generators) can resolve those of every public method."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator
from typing import Any

import pydantic
import pytest

import aiogroq
from aiogroq.local import LocalGroq

MODULES_OF_GROUPS = ("aiogroq.resources.", "aiogroq.sync.")


def public_methods(group: Any, path: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public methods of a client or a group of endpoints, and of all the groups in it."""
    for name in dir(group):
        if name.startswith("_"):
            continue
        member = getattr(group, name)
        if inspect.ismethod(member):
            yield f"{path}.{name}", member
        elif type(member).__module__.startswith(MODULES_OF_GROUPS):
            yield from public_methods(member, f"{path}.{name}")


METHODS = {
    path: method
    for cls in (aiogroq.AsyncGroq, aiogroq.Groq)
    for path, method in [(cls.__name__, cls.__init__), *public_methods(cls(api_key="k"), cls.__name__)]
}


def test_the_methods_of_all_groups_and_views_are_looked_at() -> None:
    assert len(METHODS) > 150
    for path in (
        "AsyncGroq.chat.completions.with_raw_response.create",
        "Groq.with_streaming_response.audio.speech.create",
        "Groq.copy",
    ):
        assert path in METHODS


@pytest.mark.parametrize("path", METHODS)
def test_the_annotations_of_a_method_can_be_resolved(path: str) -> None:
    method = METHODS[path]
    hints = typing.get_type_hints(method)
    annotated = {name: hint for name, hint in method.__annotations__.items() if name != "return"}
    assert hints.keys() >= annotated.keys()


PUBLIC_CLASSES = [member for name in aiogroq.__all__ if inspect.isclass(member := getattr(aiogroq, name))]


@pytest.mark.parametrize("cls", PUBLIC_CLASSES, ids=lambda cls: cls.__name__)
def test_the_annotations_of_the_methods_of_public_classes_can_be_resolved(cls: type[Any]) -> None:
    for _, member in inspect.getmembers(cls):
        function = member.fget if isinstance(member, property) else member
        if inspect.isfunction(function):
            typing.get_type_hints(function)


def test_calls_can_be_wrapped_by_pydantics_validate_call() -> None:
    messages = [{"role": "user", "content": "Hello"}]
    chat = {"model": "openai/gpt-oss-20b", "messages": messages}
    with LocalGroq() as server, aiogroq.Groq(api_key="k", base_url=server.base_url) as client:

        def checked(method: Callable[..., Any]) -> Callable[..., Any]:
            return pydantic.validate_call(method, config={"arbitrary_types_allowed": True})

        assert checked(client.chat.completions.create)(**chat, timeout=5.0).choices
        assert checked(client.embeddings.create)(model="nomic-embed-text-v1_5", input="a").data
        assert checked(client.files.create)(file=b"{}", purpose="batch").id
        assert checked(client.models.list)().data
        assert checked(client.get)("/models", cast_to=dict)["data"]
        with pytest.raises(pydantic.ValidationError, match="temperature"):
            checked(client.chat.completions.create)(**chat, temperature="warm")
