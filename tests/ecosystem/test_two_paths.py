"""The limits of the public path: docs/internals/aiohttp.md lists the same as the suite, and each has a test."""

from __future__ import annotations

import re
from pathlib import Path

from paths import NOT_PROMISED, TESTS

MAP = (Path(__file__).parents[2] / "docs" / "internals" / "aiohttp.md").read_text()


def test_the_map_lists_what_the_public_path_cannot_promise() -> None:
    (section,) = re.findall(r"^## When aiohttp changes\n(.*?)^#", MAP, re.MULTILINE | re.DOTALL)
    items = re.findall(r"^- (.+(?:\n  .+)*)", section, re.MULTILINE)
    listed = [" ".join(item.split()).rstrip(".;") for item in items]
    assert listed == list(NOT_PROMISED.values())


def test_each_of_these_limits_has_a_test_that_shows_it() -> None:
    marked = {
        key
        for file in TESTS.rglob("test_*.py")
        for key in re.findall(r'fast_path_only\("(\w+)"', file.read_text(encoding="utf-8"))
    }
    # What happens once in many runs cannot be expected of one: tests/reliability/test_interrupts.py allows it.
    assert marked == set(NOT_PROMISED) - {"interrupt"}
