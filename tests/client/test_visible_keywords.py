"""The keywords of the endpoints, with their documentation, are where people look for them at run time."""

from __future__ import annotations

import inspect
import json
import pickle
import pydoc
import subprocess
import sys
import typing
from collections.abc import Callable
from operator import attrgetter
from typing import Any
from unittest.mock import create_autospec

import jedi
import pytest
from typing_extensions import TypedDict, Unpack

import aiogroq
from aiogroq.types import audio_params, chat_params


class Others(TypedDict, total=False):
    """Options of a method that is not ours."""

    tone: str


CLIENTS = {"async": aiogroq.AsyncGroq(api_key="k"), "sync": aiogroq.Groq(api_key="k")}
WIDE = {
    "chat.completions.create": chat_params.ChatParams,
    "audio.transcriptions.create": audio_params.TranscriptionParams,
    "audio.translations.create": audio_params.TranslationParams,
    "audio.speech.create": audio_params.SpeechParams,
}
VIEWS = ["", "with_raw_response.", "with_streaming_response."]

each_kind = pytest.mark.parametrize("kind", CLIENTS)
each_view = pytest.mark.parametrize("view", VIEWS, ids=["plain", "raw", "streaming"])
each_method = pytest.mark.parametrize("path", WIDE)


def method_of(kind: str, view: str, path: str) -> Callable[..., Any]:
    """A method of a client."""
    method: Callable[..., Any] = attrgetter(view + path)(CLIENTS[kind])
    return method


@each_kind
@each_view
@each_method
def test_inspect_signature_has_every_keyword_and_says_which_are_required(
    kind: str, view: str, path: str
) -> None:
    params = WIDE[path]
    parameters = inspect.signature(method_of(kind, view, path)).parameters
    assert parameters.keys() >= params.__annotations__.keys()
    assert not any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values())
    required = {name for name, each in parameters.items() if each.default is inspect.Parameter.empty}
    assert required == params.__required_keys__


@each_kind
@each_view
def test_methods_with_a_few_keywords_show_the_options_of_every_call(kind: str, view: str) -> None:
    signature = inspect.signature(method_of(kind, view, "models.retrieve"))
    names = ["model", "extra_headers", "extra_query", "extra_body", "timeout"]
    assert list(signature.parameters) == names
    assert "Model" in signature.return_annotation


def test_the_signature_of_a_method_on_the_class_has_self() -> None:
    completions = type(aiogroq.Groq(api_key="k").chat.completions)
    assert next(iter(inspect.signature(completions.create).parameters)) == "self"


def test_a_signature_can_be_bound_changed_compared_and_pickled() -> None:
    signature = inspect.signature(method_of("sync", "", "audio.speech.create"))
    assert signature.bind(input="a", model="m", voice="v").arguments == {
        "input": "a",
        "model": "m",
        "voice": "v",
    }
    with pytest.raises(TypeError, match="tone"):
        signature.bind(input="a", model="m", voice="v", tone="warm")
    assert signature.replace(return_annotation=int).return_annotation is int
    assert signature == inspect.signature(method_of("sync", "", "audio.speech.create"))
    function = type(aiogroq.Groq(api_key="k").audio.speech).create
    assert list(pickle.loads(pickle.dumps(inspect.signature(function))).parameters)[:2] == ["self", "input"]


@each_kind
@each_view
@each_method
def test_get_type_hints_has_every_keyword(kind: str, view: str, path: str) -> None:
    hints = typing.get_type_hints(method_of(kind, view, path))
    assert hints.keys() >= {*WIDE[path].__annotations__, "return"}
    assert hints["model"] is str


@each_kind
@each_view
@each_method
def test_help_documents_every_keyword(kind: str, view: str, path: str) -> None:
    text = pydoc.plain(pydoc.render_doc(method_of(kind, view, path)))
    start, arguments = text.split("    Args:\n")
    for name in WIDE[path].__annotations__:
        assert f"{name}: " in start
        assert f"        {name}: " in arguments
    assert "Query parameters to add" in arguments


@each_kind
@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("chat.completions.parse", ["response_format", "max_reasks", "strict", "mode", "messages"]),
        ("chat.completions.stream", ["response_format", "tools", "mode", "messages"]),
        ("responses.parse", ["text_format", "max_reasks", "strict", "mode", "input"]),
        ("responses.stream", ["text_format", "mode", "input"]),
    ],
)
def test_help_documents_the_arguments_of_typed_methods(kind: str, path: str, names: list[str]) -> None:
    text = inspect.getdoc(method_of(kind, "", path)) or ""
    _, arguments = text.split("\nArgs:\n")
    for name in names:
        assert arguments.count(f"    {name}: ") == 1, name


async def result_of(made: Any) -> Any:
    """What a call returned, awaited where it is a coroutine."""
    return await made if inspect.isawaitable(made) else made


@each_kind
async def test_a_mock_with_the_spec_of_a_method_rejects_a_wrong_keyword(kind: str) -> None:
    create = create_autospec(method_of(kind, "", "chat.completions.create"))
    await result_of(create(model="m", messages=[], temperature=1.0))
    with pytest.raises(TypeError, match="temprature"):
        await result_of(create(model="m", messages=[], temprature=1.0))
    with pytest.raises(TypeError, match="messages"):
        await result_of(create(model="m"))


@each_kind
async def test_a_mock_with_the_spec_of_a_client_knows_the_keywords(kind: str) -> None:
    create = create_autospec(CLIENTS[kind], instance=True).chat.completions.create
    await result_of(create(model="m", messages=[]))
    with pytest.raises(TypeError, match="temprature"):
        await result_of(create(model="m", messages=[], temprature=1.0))


@each_kind
@each_view
def test_jedi_completes_keywords_and_shows_them(kind: str, view: str) -> None:
    # A new client: completion must not depend on what was accessed before.
    namespace = {"client": type(CLIENTS[kind])(api_key="k")}
    call = f"client.{view}chat.completions.create("
    completions = jedi.Interpreter(f"{call}temp", [namespace]).complete()
    assert [each.name for each in completions] == ["temperature="]
    (signature,) = jedi.Interpreter(call, [namespace]).get_signatures()
    assert {"messages", "temperature", "timeout"} <= {each.name for each in signature.params}


IPYTHON = r"""
import json, re, sys
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
shell = InteractiveShell(config=Config({{"HistoryManager": {{"enabled": False}}}}))
shell.run_cell("import aiogroq; client = aiogroq.{cls}(api_key='k')")
call = "client.{path}(temp"
found = {{}}
shell.Completer.use_jedi = True
with provisionalcompleter():
    found["Tab"] = [each.text for each in shell.Completer.completions(call, len(call))]
text = shell.object_inspect_text("client.{path}")
found["?"] = re.sub(r"\x1b\[[0-9;]*m", "", text)  # colours
sys.stdout.write(json.dumps(found))
"""


@pytest.mark.parametrize("cls", ["AsyncGroq", "Groq"])
@pytest.mark.slow
def test_ipython_shows_keywords_by_tab_and_by_a_question_mark(cls: str) -> None:
    # Shift-Tab of a notebook shows the text of the question mark.
    code = IPYTHON.format(cls=cls, path="chat.completions.create")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["Tab"] == ["temperature="]
    assert "temperature: 'float | Omit | None' = omit" in found["?"]
    assert "The sampling temperature" in found["?"]


@each_kind
async def test_an_unknown_keyword_is_still_rejected_with_the_nearest_name(kind: str) -> None:
    create = method_of(kind, "", "chat.completions.create")
    with pytest.raises(TypeError, match=r"unexpected.*'temprature'.*Did you mean 'temperature'"):
        await result_of(create(model="m", messages=[], temprature=1.0))


def test_a_method_of_a_subclass_that_takes_other_options_is_left_alone() -> None:
    class Mine(aiogroq.AsyncGroq):
        async def ask(self, **options: Unpack[Others]) -> None: ...

    assert list(inspect.signature(Mine.ask).parameters) == ["self", "options"]
