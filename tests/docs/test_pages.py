"""The pages: links lead somewhere, the README is short, tables name what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .pages import PAGES, ROOT, blocks, name_of, without_code

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(
    r"`((?:aiogroq|tests|tools|docs|benchmarks|examples|transport|protocol|resources|response|sync|types|cli|local|\.ci)/[\w./-]+)`"
)
MAX_README_BYTES = 10 * 1024


def anchors(page: Path) -> set[str]:
    """The anchors that the headings of a page have on the site."""
    headings = re.findall(r"^#+ (.+)$", without_code(page), re.MULTILINE)
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower()) for heading in headings}


def flaw_of(link: str, page: Path) -> str | None:
    """The reason why a link of a page leads nowhere, or None. Links to other hosts are not followed."""
    if re.match(r"[a-z]+:", link):
        return None
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return f"there is no {path}"
    if anchor and anchor not in anchors(target):
        return f"{name_of(target)} has no heading #{anchor}"
    return None


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    found = {link: flaw_of(link, page) for link in _LINK.findall(without_code(page))}
    assert {link: flaw for link, flaw in found.items() if flaw} == {}


@pytest.mark.parametrize("link", ["nothing.md", "CONTRIBUTING.md#nothing", "docs/nothing/"])
def test_a_link_that_leads_nowhere_is_found(link: str) -> None:
    assert flaw_of(link, ROOT / "README.md")


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=name_of)
def test_the_files_that_a_page_names_exist(page: Path) -> None:
    named = set(_PATH.findall(without_code(page)))
    missing = [
        path for path in named if not any((folder / path).exists() for folder in (ROOT, ROOT / "aiogroq"))
    ]
    assert missing == []


def test_every_page_of_the_docs_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text()
    pages = [path.relative_to(ROOT / "docs").as_posix() for path in PAGES if ROOT / "docs" in path.parents]
    assert [page for page in pages if f" {page}\n" not in navigation] == []


def test_every_entry_of_the_navigation_is_a_page() -> None:
    entries = re.findall(r"^ +- (?:.+: )?(\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    assert len(entries) > 30
    places = [("README.md" if entry == "index.md" else entry) for entry in entries]
    assert [
        place for place in places if not any((ROOT / folder / place).exists() for folder in ("", "docs"))
    ] == []


def test_the_readme_is_short_and_has_eight_examples() -> None:
    readme = ROOT / "README.md"
    assert readme.stat().st_size <= MAX_README_BYTES
    assert len(blocks(readme, "python")) == 8


def test_every_guide_is_linked_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    guides = sorted((ROOT / "docs" / "guides").iterdir())
    assert [guide.name for guide in guides if f"(docs/guides/{guide.name})" not in readme] == []


def test_every_module_and_package_is_in_the_table_of_the_architecture() -> None:
    page = (ROOT / "docs" / "internals" / "architecture.md").read_text()
    listed = set(re.findall(r"^\| `(?:aiogroq/)?([\w.]+/?)` \|", page, re.MULTILINE))
    present = {path.name + "/" * path.is_dir() for path in (ROOT / "aiogroq").iterdir()}
    assert present - listed <= {"__pycache__/", "py.typed", "_version.py", "__main__.py"}


def test_the_picture_of_the_architecture_shows_the_layers_in_their_order() -> None:
    picture = (ROOT / "docs" / "internals" / "architecture.svg").read_text()
    drawn = [name.removesuffix(".py") for name in re.findall(r'<text x="36"[^>]*>([\w.]+)/?<', picture)]
    rules = (ROOT / "tests" / "rules" / "test_layers.py").read_text()
    layers = re.findall(r'"(\w+)"', re.findall(r"^LAYERS = \[(.*?)\]", rules, re.DOTALL | re.MULTILINE)[0])
    assert drawn == [name for name in reversed(layers) if not name.startswith("_")]
