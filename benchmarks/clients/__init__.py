"""The measured clients. Each is created by name in the process that measures it and imports only its own library."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from .base import AsyncPeer, SyncPeer

ASYNC = {
    "aiogroq": "sdk:async_aiogroq",
    "aiogroq, events": "sdk:async_aiogroq_events",
    "groq": "sdk:async_groq",
    "groq, 100 connections": "sdk:async_groq_as_built",
    "groq, its defaults": "sdk:async_groq_defaults",
    "groq+aiohttp": "sdk:async_groq_aiohttp",
    "groq+aiohttp, its defaults": "sdk:async_groq_aiohttp_defaults",
    "openai": "sdk:async_openai",
    "openai, events": "sdk:async_openai_events",
    "openai+aiohttp": "sdk:async_openai_aiohttp",
    "openai+aiohttp, its defaults": "sdk:async_openai_aiohttp_defaults",
    "hand-written": "handwritten:AsyncHandWritten",
    "plain aiohttp": "plain_aiohttp:AsyncPlainAiohttp",
    "bare protocol": "floor:AsyncFloor",
}
SYNC = {
    "aiogroq": "sdk:sync_aiogroq",
    "aiogroq, events": "sdk:sync_aiogroq_events",
    "groq": "sdk:sync_groq",
    "openai": "sdk:sync_openai",
    "openai, events": "sdk:sync_openai_events",
    "hand-written": "portal:SyncHandWritten",
}

_PACKAGES = {
    "groq": ("groq",),
    "groq, 100 connections": ("groq",),
    "groq, its defaults": ("groq",),
    "groq+aiohttp": ("groq", "httpx_aiohttp"),
    "groq+aiohttp, its defaults": ("groq", "httpx_aiohttp"),
    "openai": ("openai",),
    "openai, events": ("openai",),
    "openai+aiohttp": ("openai", "httpx_aiohttp"),
    "openai+aiohttp, its defaults": ("openai", "httpx_aiohttp"),
    "hand-written": ("aiofiles",),
    "bare protocol": ("aiofiles",),
}
"""Packages that clients need besides aiogroq and its dependencies."""


def missing_package(name: str, loop: str = "") -> str:
    """Return the first missing package of a client on this event loop, or an empty text."""
    needed = (*_PACKAGES.get(name, ()), *(("uvloop",) if loop == "uvloop" else ()))
    return next((package for package in needed if importlib.util.find_spec(package) is None), "")


def build_async(name: str, url: str, concurrent: int = 1) -> AsyncPeer:
    """Return the async client of this name for *concurrent* calls to *url*. Call it on the event loop that uses it."""
    client: AsyncPeer = _find(ASYNC[name])(url, concurrent)
    return client


def build_sync(name: str, url: str) -> SyncPeer:
    """Return the sync client of this name for the server at *url*."""
    client: SyncPeer = _find(SYNC[name])(url)
    return client


def _find(place: str) -> Any:
    module, _, attribute = place.partition(":")
    return getattr(importlib.import_module(f"{__name__}.{module}"), attribute)
