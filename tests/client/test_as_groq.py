"""`install_as_groq`: the process where ``import groq`` is aiogroq. Each test has a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
import groq
from groq import AsyncGroq
from groq.types.chat import ChatCompletion
print(groq.Groq.__module__, ChatCompletion.__module__, sys.argv, __name__)
from helper import NUMBER
print(NUMBER)
raise SystemExit(NUMBER)
"""


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments; warnings are errors."""
    command = [sys.executable, "-W", "error", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=cwd)


def lines_of(code: str) -> list[str]:
    """The lines that the code prints in a new process."""
    done = run("-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_every_import_of_the_official_package_is_aiogroq() -> None:
    code = """
import aiogroq, sys
aiogroq.install_as_groq()
aiogroq.install_as_groq()
import groq
print(len([each for each in sys.meta_path if type(each).__name__ == "GroqFinder"]))
from groq import *
from groq.types import chat
from groq.types.chat.chat_completion_content_part_image_param import ImageURL
from groq._types import NOT_GIVEN
from groq._exceptions import RateLimitError
from groq.resources.chat.completions import AsyncCompletions, Completions
from groq.resources import Audio
import groq.types.chat.chat_completion as completion
print(AsyncGroq is aiogroq.AsyncGroq, chat.ChatCompletion is aiogroq.types.chat.ChatCompletion)
print(RateLimitError is aiogroq.RateLimitError, NOT_GIVEN is aiogroq.NOT_GIVEN, completion.ChatCompletion)
with groq.Groq(api_key="k") as client:
    print(type(client.chat.completions) is Completions, type(client.audio) is Audio)
print(groq.__version__ == aiogroq.__version__, {"Groq", "types"} <= set(dir(groq)))
print({type(each).__name__ for name, each in sys.modules.items() if name.split(".")[0] == "groq"})
print(aiogroq.types, aiogroq.resources)
"""
    count, same, errors, children, version, kinds, own = lines_of(code)
    assert (count, same, children, version) == ("1", "True True", "True True", "True True")
    assert errors == "True True <class 'aiogroq.types.chat.chat_completion.ChatCompletion'>"
    assert kinds == "{'GroqModule'}"
    assert own.count("<module 'aiogroq.") == 2  # its own modules are as they were


def test_a_method_that_a_tracer_replaces_is_replaced_in_the_clients() -> None:
    code = """
import aiogroq
aiogroq.install_as_groq()
from unittest import mock
import groq
from groq.resources.audio.transcriptions import Transcriptions
from groq.resources.chat import completions
with groq.Groq(api_key="k") as client:
    with mock.patch.object(completions.Completions, "create", lambda self, **given: sorted(given)):
        print(client.chat.completions.create(model="m", messages=[]))
    with mock.patch.object(Transcriptions, "create", lambda self, **given: sorted(given)):
        print(client.audio.transcriptions.create(model="m"))
    with mock.patch("groq.Groq", int):
        print(groq.Groq, aiogroq.Groq.__name__)
    print(groq.Groq is aiogroq.Groq)
"""
    assert lines_of(code) == ["['messages', 'model']", "['model']", "<class 'int'> Groq", "True"]


def test_what_aiogroq_does_not_have_is_an_error_that_says_so() -> None:
    code = """
import aiogroq
aiogroq.install_as_groq()
for statement in (
    "import groq.beta",
    "import groq.types.chat.new_param",
    "import groq.resources.beta.new",
    "from groq.types.chat import Nothing",
    "import groq._base_client; groq._base_client.SyncHttpxClientWrapper",
    "import groq; groq.DefaultHttpxClient",
    "import groq; groq.__file__",
):
    try:
        exec(statement)
    except Exception as error:
        print(type(error).__name__, error)
"""
    beta, leaf, resource, name, private, httpx, special = lines_of(code)
    assert beta == "ModuleNotFoundError No module named 'groq.beta'"
    assert "'groq.types.chat.new_param'" in leaf
    assert "'groq.resources.beta'" in resource
    assert name.startswith("ImportError cannot import name 'Nothing' from 'groq.types.chat'")
    assert private.startswith(
        "AttributeError groq._base_client is aiogroq here (install_as_groq), with no 'Sync"
    )
    assert "DefaultAioHttpClient" in httpx
    assert special == "AttributeError module 'groq' has no attribute '__file__'"


def test_a_private_name_that_aiogroq_does_not_have_is_no_module() -> None:
    code = """
import importlib.util
import aiogroq
aiogroq.install_as_groq()
for module, name in (
    ("_types", "Tyypo"),
    ("_base_client", "SyncAPIClient"),
    ("_utils", "maybe_transform"),
    ("_models", "FinalRequestOptions"),
    ("_compat", "PYDANTIC_V1"),
    ("resources.chat", "Nope"),
    ("resources.chat.completions", "Nope"),
    ("types", "Nope"),
):
    try:
        exec(f"from groq.{module} import {name}")
    except ImportError as error:
        print(str(error).split(" (")[0])
from groq._utils._transform import omit
print(importlib.util.find_spec("groq.pagination"), importlib.util.find_spec("groq.types.chat").name)
"""
    *errors, probe = lines_of(code)
    assert [each.split("'")[1] for each in errors] == [
        "Tyypo", "SyncAPIClient", "maybe_transform", "FinalRequestOptions", "PYDANTIC_V1", "Nope", "Nope", "Nope",
    ]  # fmt: skip
    assert all(each.startswith("cannot import name") for each in errors)
    assert probe == "None groq.types.chat"


def test_it_is_refused_once_the_official_package_was_imported(tmp_path: Path) -> None:
    (tmp_path / "a_framework.py").write_text("from groq import AsyncGroq\n")
    code = "import a_framework, aiogroq\naiogroq.install_as_groq()"
    done = run("-c", code, cwd=tmp_path)
    last = done.stderr.splitlines()[-1]
    assert last.startswith(
        "aiogroq.GroqError: install_as_groq() comes too late: groq was imported already, from /"
    )
    assert "by a_framework. Call it before the first import" in last
    assert "python -m aiogroq.as_groq app.py" in last


def test_a_client_of_httpx_is_replaced_and_its_timeouts_are_kept() -> None:
    code = """
import aiogroq, httpx
class Own(httpx.AsyncBaseTransport): ...
def kinds():
    for options in ({}, {"timeout": httpx.Timeout(600, connect=3)}, {"transport": Own()}):
        try:
            client = aiogroq.AsyncGroq(api_key="k", http_client=httpx.AsyncClient(**options))
        except TypeError as error:
            print(str(error)[:58])
        else:
            print(client.timeout.connect, client.timeout.read, type(client.http_client).__name__)
kinds()
aiogroq.install_as_groq()
kinds()
"""
    rejected = "http_client must be an aiogroq.DefaultAioHttpClient or an "
    pool = "DefaultAioHttpClient"
    assert lines_of(code) == [rejected] * 3 + [f"5.0 60.0 {pool}", f"3.0 600.0 {pool}", rejected]


def test_settings_of_an_httpx_client_are_refused_and_not_left_out() -> None:
    code = """
import os
import aiogroq, httpx
aiogroq.install_as_groq()
def hook(request): ...
def make(**options):
    try:
        aiogroq.Groq(api_key="k", http_client=httpx.Client(**options)).close()
    except TypeError as error:
        print(str(error).split(":")[0])
    else:
        print("replaced")
make(transport=httpx.MockTransport(hook))
make(transport=httpx.WSGITransport(app=hook))
make(transport=httpx.HTTPTransport(proxy="http://127.0.0.1:9"))
make(proxy="http://127.0.0.1:9")
make(mounts={"https://api.groq.com": httpx.HTTPTransport()})
make(event_hooks={"request": [hook]})
make(headers={"X-Team": "a"}, auth=("a", "b"), params={"a": "b"})
own = type("ConnectPoolTimeoutCap", (), {"__module__": "pydantic_ai._http", "__call__": hook})()
make(headers={"User-Agent": "a framework"}, event_hooks={"request": [own]}, limits=httpx.Limits(max_connections=5), follow_redirects=True)
os.environ.update(HTTPS_PROXY="http://127.0.0.1:9", NO_PROXY="localhost")
make()
make(proxy="http://127.0.0.1:9")
"""
    assert lines_of(code) == [
        "http_client has transport=httpx.MockTransport",
        "http_client has transport=httpx.WSGITransport",
        "http_client has a transport with a proxy",
        "http_client has proxy= or mounts=",
        "http_client has proxy= or mounts=",
        "http_client has event_hooks=",
        "http_client has headers= (x-team), auth=, params=",
        "replaced",
        "replaced",
        "http_client has proxy= or mounts=",
    ]


@pytest.mark.parametrize(
    "form",
    [["app.py"], pytest.param(["-m", "app"], marks=pytest.mark.slow)],
    ids=["script", "module"],
)
def test_a_program_is_run_as_groq_without_a_change_to_it(tmp_path: Path, form: list[str]) -> None:
    (tmp_path / "app.py").write_text(PROGRAM)
    (tmp_path / "helper.py").write_text("NUMBER = 7\n")
    is_script = form == ["app.py"]
    program = [str(tmp_path / "app.py")] if is_script else form
    # A script finds the modules beside it, a module those of the working directory: as in Python itself.
    done = run(
        "-m", "aiogroq.as_groq", *program, "--flag", "x", cwd=tmp_path.parent if is_script else tmp_path
    )
    names, number = done.stdout.splitlines()
    arguments = [str(tmp_path / "app.py"), "--flag", "x"]
    assert names == f"aiogroq.sync.client aiogroq.types.chat.chat_completion {arguments} __main__"
    assert (number, done.returncode) == ("7", 7)


@pytest.mark.slow
def test_wrong_arguments_of_the_program_show_the_usage(tmp_path: Path) -> None:
    missing, unknown, shown = (
        run("-m", "aiogroq.as_groq", *given, cwd=tmp_path) for given in (["no.py"], ["-x"], ["--help"])
    )
    usage = "usage: python -m aiogroq.as_groq (script.py | -m module) [argument ...]\n"
    assert (missing.returncode, missing.stderr) == (
        2,
        f"{usage}cannot open 'no.py': it does not exist\n",
    )
    assert (unknown.returncode, unknown.stderr) == (2, usage)
    assert (shown.returncode, shown.stdout) == (0, usage)
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    no_module = "there is no module of this name that can be run"
    for given, reason in {
        ("-m", "nope"): f"cannot run 'nope': {no_module}",
        ("-m", "nope.nope"): f"cannot run 'nope.nope': {no_module}",
        ("-m", "package"): f"cannot run 'package': {no_module}",
        ("package",): "cannot run 'package': this directory has no __main__.py",
    }.items():
        done = run("-m", "aiogroq.as_groq", *given, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (2, f"{usage}{reason}\n")
