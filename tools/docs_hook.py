"""MkDocs hook: puts files from outside `docs/` into the site, so that pages link to them as they do in the repository.

The README becomes the home page. A link of any page to one of these files, or from one of them into `docs/`, is rewritten
to its place in the site.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
OUTSIDE = ("*.md", "LICENSE", "benchmarks/results/*.*", "examples/*.*")
"""Globs of the files that the site has besides those in `docs/`."""
_LINK = re.compile(r"(\]\()([^)\s#:]+)(#[^)\s]*)?\)")


def site_path(path: str) -> str:
    """The path in the site of a file of the repository."""
    return "index.md" if path == "README.md" else path.removeprefix("docs/")


def repository_path(path: str) -> str:
    """The path in the repository of a file of the site."""
    if path == "index.md":
        return "README.md"
    return f"docs/{path}" if (ROOT / "docs" / path).exists() else path


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the files from outside."""
    for pattern in OUTSIDE:
        for path in sorted(ROOT.glob(pattern)):
            place = site_path(path.relative_to(ROOT).as_posix())
            files.append(File.generated(config, place, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Rewrite the links that lead from `docs/` to the outside, or back."""
    here = page.file.src_uri
    folder = posixpath.dirname(repository_path(here))

    def rewritten(match: re.Match[str]) -> str:
        target = site_path(posixpath.normpath(posixpath.join(folder, match[2])))
        link = posixpath.relpath(target, posixpath.dirname(here) or ".")
        return f"{match[1]}{link}{match[3] or ''})"

    return _LINK.sub(rewritten, markdown)
