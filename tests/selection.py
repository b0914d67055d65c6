"""Which tests a command runs, and in how many processes.

- ``pytest`` and ``pytest tests/client``: all tests but the slow ones, in a process for each core.
- ``pytest tests/test_errors.py`` and ``pytest tests/test_errors.py::test_x``: all of them, in this process, at once.
- ``pytest -m "" --aiohttp=both``: every test, on both paths through aiohttp (`paths.py`), as ``.ci/run`` does.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import pytest

DEFAULT_MARKERS = "not slow"
"""The value of ``-m`` in pyproject.toml."""
MAX_WORKERS = 8
"""Some tests measure time: they need cores that are not shared by many others."""


def names_only_files(config: pytest.Config) -> bool:
    """Whether every argument on the command line is a test or a file of tests, not a folder."""
    paths = [Path(config.invocation_params.dir, argument.partition("::")[0]) for argument in config.args]
    return all(path.is_file() for path in paths)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Run slow tests that the command line names."""
    if config.option.markexpr == DEFAULT_MARKERS and names_only_files(config):
        config.option.markexpr = ""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """The number of workers of ``-n auto``: 0 runs the tests in this process, without the start of a worker.

    None leaves it to xdist, which reads PYTEST_XDIST_AUTO_NUM_WORKERS.
    """
    if names_only_files(config) or config.option.collectonly:
        return 0
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MAX_WORKERS) if cores > 1 else 0


def encodable(value: Any) -> Any:
    """Return a value with backslash escapes in place of half characters, of which some tests write many into the log."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {key: encodable(each) for key, each in cast("dict[Any, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        kind: Any = type(cast("Any", value))
        return kind(map(encodable, cast("list[Any]", value)))
    return value


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Write the report of a test so that xdist can send it to its main process, which takes UTF-8 only."""
    return encodable((yield))
