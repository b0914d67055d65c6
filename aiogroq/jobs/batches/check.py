"""Checks a batch file before it is uploaded: what the service would only say after the upload is said at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ..errors import JobInputError
from ..outcome import Endpoint
from .rules import MAX_BYTES, MAX_LINES, URLS, body_problem

_MAX_SHOWN = 5
_ENDPOINTS: Mapping[str, Endpoint] = {url: endpoint for endpoint, url in URLS.items()}


class _Line(msgspec.Struct):
    custom_id: str
    url: str
    body: dict[str, Any]
    method: str = "POST"


_decode = msgspec.json.Decoder(_Line).decode


@dataclass(frozen=True)
class CheckedFile:
    """A batch file that the service will accept, as far as can be known."""

    lines: int
    bytes: int
    endpoint: str
    """The URL of its first line."""


def check_lines(lines: Iterable[bytes], name: str = "the file") -> CheckedFile:
    """Check the lines of a batch file. Raises `JobInputError` that names the first lines with an error."""
    problems: list[str] = []
    seen: set[str] = set()
    count = size = 0
    endpoint = ""
    for number, line in enumerate(lines, 1):
        size += len(line)
        if not line.strip():
            continue
        count += 1
        url, problem = _check(line, seen)
        endpoint = endpoint or url
        if problem and len(problems) <= _MAX_SHOWN:
            problems.append(f"line {number}: {problem}")
    if problems:
        more = " (and more)" if len(problems) > _MAX_SHOWN else ""
        raise JobInputError(f"{name} is not a batch file: {'; '.join(problems[:_MAX_SHOWN])}{more}")
    if not count:
        raise JobInputError(f"{name} has no lines")
    if count > MAX_LINES or size > MAX_BYTES:
        raise JobInputError(
            f"{name} has {count:,} lines and {size:,} bytes; a batch has at most {MAX_LINES:,} lines and {MAX_BYTES:,} "
            f"bytes. Split it, or use `aiogroq run --via batch`, which splits"
        )
    return CheckedFile(count, size, endpoint)


def _check(line: bytes, seen: set[str]) -> tuple[str, str]:
    """Return the URL of a line, and what is wrong with it, empty if nothing is."""
    try:
        found = _decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return "", f"it must be an object with custom_id, method, url and body ({error})"
    if found.method != "POST":
        return found.url, f"the method must be POST, not {found.method[:20]!r}"
    endpoint = _ENDPOINTS.get(found.url)
    if endpoint is None:
        return found.url, f"the url must be one of {', '.join(_ENDPOINTS)}, not {found.url[:60]!r}"
    if found.custom_id in seen:
        return found.url, f"the custom_id {found.custom_id[:60]!r} is used more than once"
    seen.add(found.custom_id)
    body: Mapping[str, Any] = found.body
    if not body.get("model"):
        return found.url, "the body has no model"
    return found.url, body_problem(endpoint, body) or ""
