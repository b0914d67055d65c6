"""The Markdown pages of the project, and the code blocks in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    ROOT / "examples" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
_BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """A code block."""

    language: str
    code: str
    line: int
    """The line of its first line of code in the page, from 1."""
    heading: str
    """The heading that it stands under."""

    @property
    def path(self) -> str:
        """The path of the file that it shows, from a comment in its first line; empty for a program."""
        found = re.match(r"# ((?:aiogroq|tests)/[\w./]+\.py)\n", self.code)
        return found[1] if found else ""

    @property
    def is_test(self) -> bool:
        """Whether it is a test for pytest."""
        return "def test_" in self.code and not self.path

    @property
    def is_program(self) -> bool:
        """Whether it can be run by itself."""
        return not (self.is_test or self.path or self.is_for_celery)

    @property
    def is_for_celery(self) -> bool:
        """Whether it is a module of tasks: tests/frameworks runs it with a worker."""
        return "from celery import" in self.code


def name_of(page: Path) -> str:
    """The path of a page from the root of the project."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, *languages: str) -> list[Block]:
    """The code blocks of a page in these languages, in order."""
    text = page.read_text(encoding="utf-8")
    found: list[Block] = []
    for match in _BLOCK.finditer(text):
        language, code = match.groups()
        if language in languages:
            headings = re.findall(r"^#+ (.+)$", text[: match.start()], re.MULTILINE)
            line = text.count("\n", 0, match.start(2)) + 1
            found.append(Block(language, code, line, headings[-1] if headings else ""))
    return found


def without_code(page: Path) -> str:
    """The text of a page without its code blocks."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))
