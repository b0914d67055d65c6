"""What is sent to other processes (pickles), and the network around a client: proxies, netrc, URLs, keys."""

from __future__ import annotations

import copy
import importlib
import multiprocessing
import pickle
from typing import Any

from aiogroq.local import Fault

from . import wire
from .actions import TEXT, answered, chat, chat_text, chat_text_blocking
from .scenario import Outcome, Side, fails, gives, scenario

_REPLY = {"reply": answered}


def _ask_in_pool(package: str, url: str) -> str:
    return chat_text_blocking(Side(importlib.import_module(package), url).blocking())


@scenario("pickles", "an error comes back from a process pool", fails("RateLimitError"), faults=(Fault(status=429),),
          server=_REPLY)  # fmt: skip
def from_pool(side: Side) -> str:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_ask_in_pool, (side.sdk.__name__, side.url))


@scenario("pickles", "an error is pickled and copied", gives(["RateLimitError", 429, "RateLimitError"]), faults=(
    Fault(status=429),), server=_REPLY)  # fmt: skip
async def pickled(side: Side) -> list[Any]:
    try:
        await chat(side)
    except side.sdk.RateLimitError as error:
        back, twin = pickle.loads(pickle.dumps(error)), copy.deepcopy(error)
        return [type(back).__name__, back.status_code, type(twin).__name__]
    return []


@scenario("pickles", "a client is pickled and used", gives(TEXT), server=_REPLY)
async def pickled_client(side: Side) -> str:
    return await chat_text(pickle.loads(pickle.dumps(side.client())))


def _key_kept(outcome: Outcome) -> str:
    if outcome.error:
        return f"error: {outcome.error[0]}"
    return "right value" if outcome.authorizations == ["Bearer gsk_secret"] else "another key was sent"


_NETRC = {"NETRC": "{folder}/netrc", "HOME": "{folder}"}


@scenario(
    "network", "a netrc with a default entry changes nothing", _key_kept, server=_REPLY, environment=_NETRC
)
async def netrc(side: Side) -> str:
    return await chat(side)


@scenario("network", "a proxy of the environment is used", gives(TEXT), raw=wire.answers(wire.completion()), environment={
    "HTTP_PROXY": "{url}", "http_proxy": "{url}"})  # fmt: skip
async def proxied(side: Side) -> str:
    side.url = "http://api.groq.example"
    return await chat(side)


@scenario("network", "NO_PROXY is obeyed", gives(TEXT), server=_REPLY, environment={
    "HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"})  # fmt: skip
async def no_proxy(side: Side) -> str:
    return await chat(side)


@scenario("network", "base URLs with and without /openai and /v1", gives([TEXT] * 4), server=_REPLY)
async def base_urls(side: Side) -> list[str]:
    texts: list[str] = []
    for end in ("", "/", "/openai", "/openai/v1"):
        texts.append(await chat_text(side.client(base_url=side.url + end)))
    return texts


@scenario("network", "a key with its line end, as files have it", gives(TEXT), server=_REPLY)
async def key_with_line_end(side: Side) -> str:
    side.key = "gsk_secret\n"
    return await chat(side)


def _secret(outcome: Outcome) -> str:
    if not outcome.error:
        return f"no error: {outcome.value!r}"
    if "gsk_secret" in outcome.message or "gsk_secret" in outcome.stderr:
        return "the key is in the message"
    return "right error" if "GroqError" in outcome.error else f"wrong error: {outcome.error[0]}"


@scenario("network", "a key with a line break in it is refused, and not shown", _secret, server=_REPLY)
async def key_with_break(side: Side) -> str:
    side.key = "gsk_secret\nmore"
    return await chat(side)
