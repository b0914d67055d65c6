"""Every public module under ``groq.types`` exists under ``aiogroq.types`` with the same names."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import groq.types
import pytest

MODULES = [
    "groq.types",
    *(
        found.name
        for found in pkgutil.walk_packages(groq.types.__path__, "groq.types.")
        if not any(part.startswith("_") for part in found.name.split("."))
    ),
]


def test_all_modules_of_the_official_package_are_found() -> None:
    assert len(MODULES) > 50
    assert "groq.types.chat.chat_completion_user_message_param" in MODULES


@pytest.mark.parametrize("name", MODULES)
def test_an_official_module_of_types_exists_with_its_names(name: str) -> None:
    official, ours = import_module(name), import_module(f"aio{name}")
    exported = getattr(official, "__all__", None) or [name for name in vars(official) if name[0].isupper()]
    assert exported
    for exported_name in exported:
        assert getattr(ours, exported_name, None) is not None, exported_name
    assert set(exported) <= {*getattr(ours, "__all__", exported)}
