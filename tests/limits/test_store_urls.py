"""The URL of a store, wherever it is given: of a client, of `Pacing`, of a job."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from typing import Any

import pytest

from aiogroq import AsyncGroq, Groq, jobs
from aiogroq.jobs.options import JobOptions
from aiogroq.jobs.requests import Requests
from aiogroq.limits import Limits, MemoryStore, Pacing
from aiogroq.limits.registry import scope_of

URL = "redis://localhost:6379/0"


@pytest.mark.parametrize(
    "url", [URL, "rediss://user:word@limits.example:6380/1", "unix:///run/redis.sock?db=2"]
)
def test_a_url_is_the_store_and_connects_to_nothing_yet(url: str) -> None:
    assert Pacing.of(url) is not None
    for client in (AsyncGroq(api_key="k", pacing=url), Groq(api_key="k", pacing=url)):
        assert client.pacing is not None
        assert (client.pacing.store, client.pacing.limits) == (url, None)
        assert client.with_options(timeout=3).pacing is client.pacing
        other = client.with_options(pacing=Pacing("developer", store=url)).pacing
        assert other is not None
        assert (other.store, other.limits) == (url, "developer")


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("http://localhost:6379", "it is a Redis server, not a web service. Write it as redis://localhost"),
        ("valkey://limits:6379/1", "Valkey has the protocol of Redis, so write redis://limits:6379/1"),
        ("valkeys://limits", "so write rediss://limits"),
        ("reddis://limits", "Did you mean 'redis'?"),
        ("developer://", "it begins with redis://, rediss:// or unix://"),
        ("redis://", "it names no host"),
        ("redis://:6379", "it names no host"),
        ("redis://limits:port", "the host or the port cannot be read"),
        ("redis://limits:70000", "the host or the port cannot be read"),
        ("redis://limits:0", "the port must be from 1 to 65535"),
        ("redis://limits/books", "must be the number of a database, as in redis://localhost:6379/0"),
        ("redis://:a/b@limits:6379/0", "In a password, write @ as %40, / as %2F"),
        ("redis://:a#b@limits:6379/0", "In a password, write @ as %40, / as %2F, : as %3A, # as %23"),
        ("redis://:1/b@limits:6379/0", "In a password, write @ as %40, / as %2F"),
        ("redis://:a@b/c@limits:6379/0", "In a password, write @ as %40, / as %2F"),
        ("unix://", "it names no socket"),
        ("redis", "is no tier and no URL; write a store as redis://localhost:6379/0"),
        ("localhost:6379", "is no tier and no URL"),
        ("redis:/:word@limits", "is no tier and no URL"),
    ],
)
def test_a_wrong_url_is_an_error_of_the_client_that_names_the_fix(option: str, message: str) -> None:
    for make in (AsyncGroq, Groq):
        with pytest.raises(ValueError, match=r".") as caught:
            make(api_key="k", pacing=option)
        assert message in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"store": "developer"}, f"store must be a LimitStore or a URL such as {URL}, not 'developer'"),
        ({"store": 3}, f"store must be a URL such as {URL}, or an object with the methods of LimitStore"),
        ({"limits": URL}, f"'{URL}' names no limits; a store is another option, store='{URL}'"),
        ({"organization": " "}, "organization must be a text that is not empty, or None, not ' '"),
    ],
)
def test_options_that_are_mixed_up_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError)) as caught:
        Pacing(**options)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://u:hush@h",
        "redis://:hush@h:x",
        "redis://u:hush@h/x",
        "redis:/:hush@h",
        "h:1@hush",
        "redis://h/x?password=hush",
        "redis://:hush/1@h",
        "redis://u:a@hush@h/x",
        "redis://:a@b/hush@h:6379/0",
    ],
)
def test_errors_do_not_show_a_password(url: str) -> None:
    wrong: list[dict[str, Any]] = [{"limits": url}, {"store": url}]
    for options in wrong:
        with pytest.raises(ValueError, match=r".") as caught:
            Pacing(**options)
        assert "hush" not in str(caught.value)


def test_options_do_not_show_a_password_and_are_pickled_and_copied_with_it() -> None:
    pacing = Pacing(Limits(rpm=3), store="redis://user:hush@limits:6379/1", organization="ours")
    assert "hush" not in repr(pacing)
    assert "redis://[redacted]@limits:6379/1" in repr(pacing)
    for other in (pickle.loads(pickle.dumps(pacing)), copy.copy(pacing), copy.deepcopy(pacing)):
        assert (other.store, other.limits, other.organization) == (pacing.store, pacing.limits, "ours")


def test_without_redis_installed_the_error_names_what_to_install() -> None:
    script = (
        "import sys\n"
        "sys.modules['redis'] = None\n"
        "from aiogroq import AsyncGroq\n"
        "AsyncGroq(api_key='k', pacing='redis://u:hush@limits:6379/0')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: redis://[redacted]@limits:6379/0 as the store")
    assert last.endswith('pip install "aiogroq[redis]"')


def test_pacing_without_a_url_loads_no_redis() -> None:
    script = (
        "import sys, aiogroq\n"
        "client = aiogroq.AsyncGroq(api_key='k', pacing='developer')\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'redis' or 'limits.redis' in name])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_keys_of_one_organization_have_one_scope() -> None:
    def scope(key: str, organization: str | None) -> str:
        return scope_of(Pacing(organization=organization), api_key=key, base_url="u", model="m")

    assert scope("one", "ours") == scope("other", "ours")
    assert len({scope("one", None), scope("other", None), scope("one", "ours"), scope("one", "one")}) == 4


# ---------------------------------------------------------------------------------------------------------- jobs


def own_pacing(client: AsyncGroq, **options: Any) -> Pacing:
    """The options of the pacing of a job."""
    return JobOptions(Requests("chat", "m"), **options).own_pacing(client.pacing)


def test_a_job_has_a_store_of_its_own_or_that_of_its_client() -> None:
    paced = AsyncGroq(api_key="k", pacing=Pacing("developer", store=URL, organization="ours"))
    of_client = own_pacing(paced)
    assert (of_client.store, of_client.limits, of_client.organization) == (URL, "developer", "ours")
    memory = MemoryStore()
    assert own_pacing(paced, store=memory).store is memory
    own = own_pacing(AsyncGroq(api_key="k"), store=URL, limits="free", share=0.5)
    assert (own.store, own.limits, own.share, own.priority) == (URL, "free", 0.5, "batch")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"store": "http://limits"}, "it is a Redis server"),
        ({"limits": URL}, f"a store is another option, store='{URL}'"),
        ({"pacing": URL}, "pass that of a store as store="),
        ({"pacing": Pacing(), "store": URL}, "pass pacing=Pacing(store=...) alone"),
    ],
)
def test_a_job_rejects_a_store_at_the_wrong_place(options: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError)) as caught:
        jobs.run(AsyncGroq(api_key="k"), [], model="m", **options)
    assert message in str(caught.value)
