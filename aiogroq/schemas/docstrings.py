"""What a docstring says of a function and of its parameters, in Google's, Sphinx's or NumPy's style."""

from __future__ import annotations

import inspect
import re

_GOOGLE_PARAMETERS = frozenset(
    {"Args", "Arguments", "Parameters", "Params", "Keyword Args", "Keyword Arguments", "Other Parameters"}
)
_SECTIONS = frozenset(
    {
        "Attributes",
        "Example",
        "Examples",
        "Exceptions",
        "Note",
        "Notes",
        "Raises",
        "References",
        "Return",
        "Returns",
    }
    | {"See Also", "Tip", "Todo", "Usage", "Warning", "Warnings", "Warns", "Yield", "Yields"}
)
_GOOGLE_ENTRY = re.compile(r"\*{0,2}(?P<name>\w+)\s*(?:\(.*?\))?\s*:(?:\s+(?P<text>.*))?")
_NUMPY_ENTRY = re.compile(r"(?P<names>\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)(?:\s*:.*)?")
_FIELD = re.compile(r":(?P<kind>\w+)(?P<argument>(?:\s+[^:]*)?):(?:\s+(?P<text>.*))?")
_SPHINX_PARAMETERS = frozenset({"param", "parameter", "arg", "argument", "key", "keyword"})

Texts = dict[str, list[str]]


def parse_docstring(docstring: str | None) -> tuple[str, dict[str, str]]:
    """Return the description of the function, which is all text before the first section, and those of its parameters.

    ``docstring`` is what `inspect.getdoc` returns. A parameter without a description is left out.
    """
    lines = (docstring or "").splitlines()
    texts: Texts = {}
    first = len(lines)
    at = 0
    while at < len(lines):
        end = _read_section(lines, at, texts)
        if end > at:
            first = min(first, at)
        at = max(end, at + 1)
    described = {name: inspect.cleandoc("\n".join(text)).strip() for name, text in texts.items()}
    return "\n".join(lines[:first]).strip(), {name: text for name, text in described.items() if text}


def _read_section(lines: list[str], at: int, texts: Texts) -> int:
    """Read the section that begins at a line. Return the index of the line after it, or ``at`` if none begins there."""
    line = lines[at].rstrip()
    if _FIELD.fullmatch(line):
        return _read_field(lines, at, texts)
    title = line.removesuffix(":")
    is_parameters = title in _GOOGLE_PARAMETERS
    if not is_parameters and title not in _SECTIONS:
        return at
    below = lines[at + 1].strip() if at + 1 < len(lines) else ""
    if len(below) >= 3 and set(below) <= {"-", "="}:
        return _read_numpy(lines, at + 2, texts if is_parameters else {})
    if line.endswith(":") and (is_parameters or _is_indented(lines, at + 1)):
        return _read_google(lines, at + 1, texts if is_parameters else {})
    return at


def _is_indented(lines: list[str], at: int) -> bool:
    return at < len(lines) and lines[at][:1].isspace()


def _read_google(lines: list[str], at: int, texts: Texts) -> int:
    """Read indented entries ``name (type): text``. What is indented deeper goes on with the entry above it."""
    base = 0
    current: list[str] = []
    while at < len(lines) and (not lines[at].strip() or _is_indented(lines, at)):
        line = lines[at]
        indent = len(line) - len(line.lstrip())
        base = base or indent
        entry = _GOOGLE_ENTRY.fullmatch(line.strip()) if indent <= base else None
        if entry is not None:
            current = texts.setdefault(entry["name"], [])
            current.append(entry["text"] or "")
        else:
            current.append(line)
        at += 1
    return at


def _read_numpy(lines: list[str], at: int, texts: Texts) -> int:
    """Read entries ``name : type``, each with an indented text below it, up to the next underlined title."""
    current: list[list[str]] = []
    while at < len(lines):
        line = lines[at].rstrip()
        below = lines[at + 1].strip() if at + 1 < len(lines) else ""
        if len(below) >= 3 and set(below) <= {"-", "="} and not line[:1].isspace():
            break
        entry = _NUMPY_ENTRY.fullmatch(line)
        if entry is not None:
            names = [name.strip().lstrip("*") for name in entry["names"].split(",")]
            # The first line of a text is aligned as the others are.
            current = [texts.setdefault(name, [""]) for name in names]
        else:
            for text in current:
                text.append(line)
        at += 1
    return at


def _read_field(lines: list[str], at: int, texts: Texts) -> int:
    """Read ``:param type name: text`` and the lines that go on with it."""
    field = _FIELD.fullmatch(lines[at].rstrip())
    assert field is not None
    words = field["argument"].split()
    current: list[str] = []
    if field["kind"] in _SPHINX_PARAMETERS and words:
        current = texts.setdefault(words[-1].lstrip("*"), [])
    current.append(field["text"] or "")
    at += 1
    while at < len(lines) and lines[at].strip() and not _FIELD.fullmatch(lines[at].rstrip()):
        current.append(lines[at])
        at += 1
    return at
