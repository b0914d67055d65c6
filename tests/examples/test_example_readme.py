"""The README of the examples."""

from __future__ import annotations

import re

import pytest

from .conftest import EXAMPLES

FILES = sorted(path.name for path in EXAMPLES.iterdir() if path.suffix in (".py", ".ipynb"))


def test_the_readme_has_one_line_for_each_example() -> None:
    named = re.findall(r"^- \[(\S+)\]\((\S+)\): ", (EXAMPLES / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(named) == [(name, name) for name in FILES]


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".py")])
def test_a_docstring_says_how_to_run_its_example(name: str) -> None:
    docstring = (EXAMPLES / name).read_text("utf-8").split('"""')[1]
    assert "pip install" in docstring
    assert name in docstring or f"{name.removesuffix('.py')}:app" in docstring
