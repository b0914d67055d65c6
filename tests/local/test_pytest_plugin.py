"""The fixtures of the pytest plugin, in a separate pytest run."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

TESTS = """
import os
import pytest
from aiogroq import Groq

def say(client):
    messages = [{"role": "user", "content": "hi"}]
    return client.chat.completions.create(model="m", messages=messages).choices[0].message.content

@pytest.fixture(scope="session")
def client(local_groq_session):
    return Groq(api_key="k", base_url=local_groq_session.base_url)

def test_wider_scopes_have_a_server(client, local_groq_session):
    local_groq_session.reply = "one"
    assert say(client) == "one"

def test_the_environment_is_set(local_groq_env):
    local_groq_env.reply = "from the environment"
    assert say(Groq()) == "from the environment"
    assert len(local_groq_env.requests) == 1

def test_the_environment_is_set_for_one_test():
    assert "GROQ_BASE_URL" not in os.environ

@pytest.mark.local_groq(reply="always")
def test_replies_are_changed_inside_a_test(local_groq, groq_client):
    assert [say(groq_client), say(groq_client)] == ["always", "always"]
    local_groq.reply = ["first", {"content": "second"}]
    assert [say(groq_client), say(groq_client)] == ["first", "second"]
    local_groq.reply = lambda body: body["model"]
    assert say(groq_client) == "m"
    local_groq.reply = None
    assert say(groq_client).startswith("Hello")
"""


@pytest.mark.timeout(120)
def test_the_fixtures_do_what_they_say(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GROQ_BASE_URL", raising=False)
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=4)


MERGED = """
import pytest

@pytest.mark.local_groq(reply="of the class", seed=1)
class TestMarkers:
    @pytest.mark.local_groq(strict=True, seed=2)
    def test_options_are_merged(self, local_groq):
        assert local_groq.reply == "of the class"
        assert (local_groq._settings.strict, local_groq._settings.seed) == (True, 2)

    def test_the_class_alone(self, local_groq, local_groq_session):
        assert (local_groq._settings.strict, local_groq._settings.seed) == (False, 1)

    def test_without_a_server(self):
        pass
"""


def test_the_options_of_markers_are_merged_by_name(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(MERGED)
    pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:asyncio").assert_outcomes(passed=3)


MISTAKES = """
import pytest

@pytest.mark.local_groq("a reply")
def test_positional(local_groq):
    pass

@pytest.mark.local_groq(reply="a reply")
def test_session(local_groq_session):
    pass
"""


def test_a_marker_that_would_have_no_effect_is_an_error(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(MISTAKES)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:asyncio")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(
        [
            "*TypeError: @pytest.mark.local_groq takes the options of LocalGroq by name, such as reply=..., not 'a reply'*",
            "*TypeError: @pytest.mark.local_groq has no effect on local_groq_session, *use the fixture local_groq*",
        ]
    )
