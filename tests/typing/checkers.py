"""Runs mypy and pyright, once each for everything that the gates check, and returns their reports as plain data.

A report includes the number of files that were checked: both checkers call a run over no file a success.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypedDict

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PACKAGE = sorted((ROOT / "aiogroq").rglob("*.py"))
CORPUS = sorted(HERE.glob("corpus_*.py"))
MUST_FAIL = HERE / "must_fail.py"
MARK = "# wrong:"

_TIMEOUT_S = 270
_MYPY_LINE = re.compile(r"(?P<path>.+?):(?P<line>\d+):\d+:\d+:\d+: error: (?P<text>.*)")
_MYPY_COUNT = re.compile(r"\(checked (\d+) source files?\)|no issues found in (\d+) source files?")

# These lines are appended to a copy of a module of the package. The second one is an error to strict checkers only.
SABOTAGED_MODULE = ROOT / "aiogroq" / "protocol" / "sse.py"
SABOTAGE = ('_sabotage: int = "text"', "def _unannotated(given): return given")

# No type in it is unknown, but checkers may infer different types for one attribute: it is not complete.
INCOMPLETE = '''"""A package."""

__all__ = ["Door"]


class Door:
    """A door."""

    def __init__(self) -> None:
        self.is_open = False

    def open(self) -> None:
        """Open it."""
        self.is_open = True
'''


class Finding(TypedDict):
    """One error of a checker."""

    path: str
    line: int
    text: str


class Report(TypedDict):
    """The errors of a checker, and the number of files that it checked."""

    files: int
    errors: list[Finding]


class Completeness(TypedDict):
    """The report of pyright on the public names of a package."""

    score: float
    folder: str
    symbols: int
    incomplete: list[str]


class Reports(TypedDict):
    """Everything that the gates check."""

    given: list[str]
    mypy: Report
    pyright: Report
    aiogroq: Completeness
    incomplete: Completeness
    missing: Completeness


class CheckerError(Exception):
    """A checker did not finish."""


def run_all(folder: Path) -> Reports:
    """Run both checkers over the package, the corpus, the calls that must fail, and the copies made of these in ``folder``."""
    derived = [*(falsified(path, folder) for path in CORPUS), sabotaged(folder)]
    given = [*PACKAGE, *CORPUS, MUST_FAIL, *derived]
    incomplete = folder / "site" / "incomplete_package"
    incomplete.mkdir(parents=True)
    (incomplete / "__init__.py").write_text(INCOMPLETE, encoding="utf-8")
    (incomplete / "py.typed").touch()
    # Two at a time, the longest first. The short ones are for the core that mypy leaves idle.
    with ThreadPoolExecutor(2) as pool:
        pyright = pool.submit(run_pyright, given)
        mypy = pool.submit(run_mypy, given, folder / "mypy")
        ours = pool.submit(verify_types, "aiogroq", ROOT, folder)
        theirs = pool.submit(verify_types, incomplete.name, incomplete.parent, folder)
        nothing = pool.submit(verify_types, "no_such_package", incomplete.parent, folder)
        return Reports(
            given=[str(path) for path in given],
            pyright=pyright.result(),
            mypy=mypy.result(),
            aiogroq=ours.result(),
            incomplete=theirs.result(),
            missing=nothing.result(),
        )


# ---------------------------------------------------------------------------------------------------- what is checked


def wrong_lines(path: Path) -> set[int]:
    """The marked lines of a file of wrong calls."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {number for number, line in enumerate(lines, 1) if MARK in line}


def assert_types(path: Path) -> list[ast.Call]:
    """The calls of `assert_type` in a file."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "assert_type"]


def falsified(path: Path, folder: Path) -> Path:
    """Write a copy of a corpus in which every `assert_type` asserts a wrong type. Its lines keep their numbers."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for call in sorted(assert_types(path), key=lambda call: (call.lineno, call.col_offset), reverse=True):
        claim = call.args[1]
        assert claim.end_lineno is not None
        first, last = lines[claim.lineno - 1], lines[claim.end_lineno - 1]
        blank = [""] * (claim.end_lineno - claim.lineno)
        joined = first[: claim.col_offset] + "memoryview" + last[claim.end_col_offset :]
        lines[claim.lineno - 1 : claim.end_lineno] = [joined, *blank]
    copy = folder / f"falsified_{path.name}"
    copy.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return copy


def sabotaged(folder: Path) -> Path:
    """Write a copy of a module of the package with two mistakes at its end."""
    copy = folder / f"sabotaged_{SABOTAGED_MODULE.name}"
    shutil.copy(SABOTAGED_MODULE, copy)
    with copy.open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in SABOTAGE))
    return copy


# ------------------------------------------------------------------------------------------------------- the checkers


def run_mypy(paths: Sequence[Path], cache: Path) -> Report:
    """Return the report of mypy, with the settings in ``pyproject.toml``.

    The cache must not outlive ``paths``: mypy repeats an error from it with the path that the file had then.
    """
    options = ["--show-absolute-path", "--show-error-end", "--no-pretty", "--no-color-output"]
    done = _run("mypy", [*options, "--cache-dir", str(cache), *map(str, paths)], ROOT)
    errors = [
        Finding(path=str(Path(found["path"])), line=int(found["line"]), text=found["text"])
        for found in map(_MYPY_LINE.fullmatch, done.stdout.splitlines())
        if found is not None
    ]
    counted = _MYPY_COUNT.search(done.stdout)
    if counted is None or done.returncode not in (0, 1):
        raise CheckerError(f"mypy did not finish:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return Report(files=int(counted[1] or counted[2]), errors=errors)


def run_pyright(paths: Sequence[Path], folder: Path = ROOT) -> Report:
    """Return the report of pyright, with the settings in the ``pyproject.toml`` of ``folder``."""
    options = ["--outputjson", "--pythonpath", sys.executable]
    said = _json(_run("pyright", [*options, *map(str, paths)], folder))
    errors = [
        Finding(
            path=str(Path(found["file"])),
            line=found["range"]["start"]["line"] + 1,
            text=f"{found['message']} ({found.get('rule', 'syntax')})",
        )
        for found in said["generalDiagnostics"]
        if found["severity"] == "error"
    ]
    return Report(files=said["summary"]["filesAnalyzed"], errors=errors)


def verify_types(package: str, root: Path, cwd: Path) -> Completeness:
    """Return the report of pyright on the public names of the package in ``root``, also where another copy is installed."""
    # With --verifytypes, pyright ignores --pythonpath: it asks the first Python on PATH where packages are.
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    changes = {"PATH": beside, "PYTHONPATH": str(root)}
    said = _json(
        _run("pyright", ["--verifytypes", package, "--ignoreexternal", "--outputjson"], cwd, changes)
    )
    found = said["typeCompleteness"]
    counts = found["exportedSymbolCounts"]
    return Completeness(
        score=found["completenessScore"],
        folder=str(Path(found["packageRootDirectory"])) if found.get("packageRootDirectory") else "",
        symbols=sum(counts.values()),
        incomplete=[
            f"{symbol['name']}: {' '.join(each['message'] for each in symbol['diagnostics'])}"
            for symbol in found["symbols"]
            if symbol["isExported"] and (not symbol["isTypeKnown"] or symbol["isTypeAmbiguous"])
        ],
    )


def _run(
    module: str, arguments: Sequence[str], cwd: Path, changes: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1", **(changes or {})}
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=cwd,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise CheckerError(f"{module} took more than {_TIMEOUT_S} s") from error
    if f"No module named {module}" in done.stderr:
        raise CheckerError(f"{module} is not installed in {sys.executable}: pip install -e '.[test]'")
    return done


def _json(done: subprocess.CompletedProcess[str]) -> Any:
    try:
        return json.loads(done.stdout[done.stdout.index("{") :])
    except ValueError as error:
        raise CheckerError(
            "pyright cannot run. The first time it needs Node.js (from the nodejs extra of the pyright package, or on PATH) "
            f"and, where its own package does not bring it, the npm registry:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        ) from error


# -------------------------------------------------------------------------------------------------------- once for all


def once(folder: Path, work: Callable[[], Reports]) -> Reports:
    """Return the result of ``work``, which only the first of several test processes does; the others wait for it."""
    result = folder / "reports.json"
    try:
        os.close(os.open(folder / "reports.lock", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return _wait_for(result)
    try:
        outcome: Any = work()
    except Exception as error:  # the other processes must not wait for a result that never comes
        outcome = {"failure": f"{type(error).__name__}: {error}"}
    written = result.with_suffix(".part")
    written.write_text(json.dumps(outcome), encoding="utf-8")
    written.replace(result)
    return _wait_for(result)


def _wait_for(result: Path) -> Reports:
    end = time.monotonic() + _TIMEOUT_S
    while not result.exists():
        if time.monotonic() > end:
            raise CheckerError("the test process that runs the type checkers did not finish")
        time.sleep(0.05)
    outcome: Any = json.loads(result.read_text(encoding="utf-8"))
    if "failure" in outcome:
        raise CheckerError(outcome["failure"])
    reports: Reports = outcome
    return reports
