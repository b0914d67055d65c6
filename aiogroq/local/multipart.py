"""Parses `multipart/form-data` bodies in memory."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from .response import reject

MAX_PARTS = 200
MAX_PART_HEAD_BYTES = 16_384
_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,200})"|([^;\s]{1,200}))', re.IGNORECASE)
_PARAMETER = re.compile(r';\s*([\w*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))')


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form."""

    name: str
    filename: str | None
    """`None` for a plain field."""
    content_type: str | None
    headers: dict[str, str]
    """Names in lower case."""
    content: bytes

    @property
    def text(self) -> str:
        """The content decoded as UTF-8, with replacement characters for invalid bytes."""
        return self.content.decode("utf-8", "replace")


def parse_multipart(body: bytes, content_type: str) -> list[Part]:
    """Return the parts of *body* in order. Raises `ApiError` 400 for an invalid body."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        reject("request Content-Type isn't multipart/form-data")
    delimiter = b"\r\n--" + (found[1] or found[2]).encode("utf-8", "replace")
    # The first delimiter has no line break before it. Adding one makes all sections alike.
    sections = (b"\r\n" + body).split(delimiter, MAX_PARTS + 2)
    if len(sections) < 2 or not sections[-1].startswith(b"--"):
        reject("multipart: NextPart: EOF" if len(sections) <= MAX_PARTS + 2 else "multipart: too many parts")
    return [_parse_part(section) for section in sections[1:-1]]


def _parse_part(section: bytes) -> Part:
    head, blank, content = section.lstrip(b" \t").partition(b"\r\n\r\n")
    if not blank or not head.startswith(b"\r\n") or len(head) > MAX_PART_HEAD_BYTES:
        reject("multipart: malformed part header")
    headers: dict[str, str] = {}
    for line in head[2:].split(b"\r\n"):
        name, colon, text = line.partition(b":")
        if not colon:
            reject("multipart: malformed part header")
        headers[name.decode("utf-8", "replace").strip().lower()] = text.decode("utf-8", "replace").strip()
    parameters = _parameters(headers.get("content-disposition", ""))
    if "name" not in parameters:
        reject("multipart: a part has no name")
    return Part(parameters["name"], parameters.get("filename"), headers.get("content-type"), headers, content)


def _parameters(disposition: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(disposition):
        value = re.sub(r"\\(.)", r"\1", quoted) if quoted else bare
        # HTML forms escape quotes and line breaks in names as %22, %0D and %0A.
        value = value.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
        if name.endswith("*"):
            value, name = unquote(value.rpartition("''")[2]), name[:-1]
        found[name.lower()] = value
    return found
