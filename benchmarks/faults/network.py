"""Pickling, and the environment of a client: proxies, netrc, base URLs, keys."""

from __future__ import annotations

import copy
import importlib
import multiprocessing
import pickle
from typing import Any

from aiogroq.local import Fault

from . import raw_server
from .actions import TEXT, chat, chat_text, chat_text_sync, reply
from .scenario import Outcome, Package, raises, returns, scenario

_REPLY = {"reply": reply}


def _ask_in_pool(package: str, url: str) -> str:
    return chat_text_sync(Package(importlib.import_module(package), url).sync_client())


@scenario("pickling", "an error comes back from a process pool", raises("RateLimitError"), faults=(Fault(status=429),),
          server=_REPLY)  # fmt: skip
def from_pool(package: Package) -> str:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_ask_in_pool, (package.sdk.__name__, package.url))


@scenario("pickling", "an error is pickled and copied", returns(["RateLimitError", 429, "RateLimitError"]), faults=(
    Fault(status=429),), server=_REPLY)  # fmt: skip
async def pickled(package: Package) -> list[Any]:
    try:
        await chat(package)
    except package.sdk.RateLimitError as error:
        back, copied = pickle.loads(pickle.dumps(error)), copy.deepcopy(error)
        return [type(back).__name__, back.status_code, type(copied).__name__]
    return []


@scenario("pickling", "a client is pickled and used", returns(TEXT), server=_REPLY)
async def pickled_client(package: Package) -> str:
    return await chat_text(pickle.loads(pickle.dumps(package.client())))


def _judge_key_sent(outcome: Outcome) -> str:
    if outcome.error:
        return f"error: {outcome.error[0]}"
    return "right value" if outcome.authorizations == ["Bearer gsk_secret"] else "another key was sent"


_NETRC = {"NETRC": "{folder}/netrc", "HOME": "{folder}"}


@scenario(
    "network", "a netrc with a default entry is ignored", _judge_key_sent, server=_REPLY, environment=_NETRC
)
async def netrc(package: Package) -> str:
    return await chat(package)


@scenario("network", "a proxy from the environment is used", returns(TEXT), raw=raw_server.responds(raw_server.completion()), environment={
    "HTTP_PROXY": "{url}", "http_proxy": "{url}"})  # fmt: skip
async def proxied(package: Package) -> str:
    package.url = "http://api.groq.example"
    return await chat(package)


@scenario("network", "NO_PROXY is respected", returns(TEXT), server=_REPLY, environment={
    "HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"})  # fmt: skip
async def no_proxy(package: Package) -> str:
    return await chat(package)


@scenario("network", "base URLs with and without /openai and /v1", returns([TEXT] * 4), server=_REPLY)
async def base_urls(package: Package) -> list[str]:
    texts: list[str] = []
    for end in ("", "/", "/openai", "/openai/v1"):
        texts.append(await chat_text(package.client(base_url=package.url + end)))
    return texts


@scenario("network", "a key with a trailing newline, as in files", returns(TEXT), server=_REPLY)
async def key_with_line_end(package: Package) -> str:
    package.key = "gsk_secret\n"
    return await chat(package)


def _judge_key_hidden(outcome: Outcome) -> str:
    if not outcome.error:
        return f"no error: {outcome.value!r}"
    if "gsk_secret" in outcome.message or "gsk_secret" in outcome.stderr:
        return "the key is in the message"
    return "right error" if "GroqError" in outcome.error else f"wrong error: {outcome.error[0]}"


@scenario("network", "a key with a line break is rejected and not shown", _judge_key_hidden, server=_REPLY)
async def key_with_break(package: Package) -> str:
    package.key = "gsk_secret\nmore"
    return await chat(package)
