"""What a test command runs, by the suite's own options: ``tests/selection.py`` and ``tests/paths.py``."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

pytest_plugins = ("pytester",)
TESTS = Path(__file__).parents[1]
pytestmark = pytest.mark.slow

CONFTEST = """
import pytest
from paths import pytest_addoption, pytest_generate_tests
from selection import pytest_cmdline_main, pytest_report_to_serializable, pytest_xdist_auto_num_workers

@pytest.fixture
def aiohttp_path(request):
    return getattr(request, "param", "fast")
"""
SOURCE = """
import pytest

def test_quick(aiohttp_path):
    pass

@pytest.mark.slow
def test_slow(aiohttp_path):
    pass
"""
QUICK = {"cli/test_cli.py::test_quick", "client/test_client.py::test_quick"}
LEFT_OUT = {
    "cli/test_cli.py::test_slow",
    "client/test_client.py::test_slow[fast]",
    "client/test_client.py::test_quick[public]",
    "client/test_client.py::test_slow[public]",
}
"""What the command without arguments leaves out."""


@pytest.fixture
def suite(
    pytester: pytest.Pytester, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> pytest.Pytester:
    """A quick and a slow test in each of two folders. Those of `client` can run on both paths through aiohttp."""
    monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", "2")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    options = shlex.join(pytestconfig.getini("addopts"))
    pytester.makeini(f"[pytest]\ntestpaths = tests\naddopts = {options}\nmarkers =\n  slow\n  public_path\n")
    tests = pytester.mkdir("tests")
    tests.joinpath("conftest.py").write_text(CONFTEST)
    for name in ("paths.py", "selection.py"):
        tests.joinpath(name).write_text((TESTS / name).read_text(encoding="utf-8"), encoding="utf-8")
    for name in ("cli", "client"):
        tests.joinpath(name).mkdir()
        tests.joinpath(name, f"test_{name}.py").write_text(SOURCE)
    return pytester


@pytest.mark.parametrize(
    ("command", "ran", "in_parallel"),
    [
        ("", QUICK, True),
        ("tests/cli/test_cli.py", {"cli/test_cli.py::test_quick", "cli/test_cli.py::test_slow"}, False),
        ("tests/client/test_client.py::test_slow", {"client/test_client.py::test_slow"}, False),
        ("-m 'slow or public_path' --aiohttp=both", LEFT_OUT, True),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_command_runs_these_tests(
    suite: pytest.Pytester, command: str, ran: set[str], in_parallel: bool
) -> None:
    result = suite.runpytest_subprocess("-rA", *shlex.split(command), timeout=60)
    assert result.ret == 0
    output = result.stdout.str()
    assert set(re.findall(r"^PASSED tests/(\S+)", output, re.MULTILINE)) == ran
    assert ("2 workers [" in output) is in_parallel


def test_a_log_with_half_a_character_is_sent_to_the_main_process(suite: pytest.Pytester) -> None:
    suite.path.joinpath("tests", "cli", "test_log.py").write_text(
        "import logging\ndef test_log():\n    logging.getLogger().warning(chr(0xd800))\n    assert 0\n"
    )
    result = suite.runpytest_subprocess("-k", "test_log", timeout=60)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*\\ud800*"])
