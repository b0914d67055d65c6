"""Mypy and pyright check the package, correct calls of it (the corpus), and wrong calls, which they must reject.

Each check is shown to fail: on a copy with mistakes, on a file of wrong calls, on a run over no file.
"""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Literal

import checkers
import pytest
from checkers import CORPUS, MUST_FAIL, PACKAGE, ROOT, SABOTAGE, Completeness, Finding, Report, Reports

pytestmark = pytest.mark.timeout(300)

CHECKERS: list[Literal["mypy", "pyright"]] = ["mypy", "pyright"]
each_checker = pytest.mark.parametrize("checker", CHECKERS)
reads_reports = pytest.mark.slow
"""The checkers take half a minute of CPU time."""


@pytest.fixture(scope="session")
def reports(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, worker_id: str
) -> Reports:
    """Return the reports of both checkers, which run once, at the same time."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "types"
    shared.mkdir(exist_ok=True)
    try:
        return checkers.once(shared, lambda: checkers.run_all(shared))
    except checkers.CheckerError as error:
        pytest.fail(str(error), pytrace=False)


# ------------------------------------------------------------------------------------------------------- the verdicts


def assert_all_checked(report: Report, count: int) -> None:
    """Assert that a checker checked as many files as it was given."""
    assert report["files"] == count, f"{report['files']} of {count} files were checked"


def errors_of(report: Report, paths: list[Path]) -> list[Finding]:
    """Return the errors in these files."""
    wanted = {str(path) for path in paths}
    return [error for error in report["errors"] if error["path"] in wanted]


def assert_clean(report: Report, paths: list[Path]) -> None:
    """Assert that there is no error in these files."""
    found = [f"{error['path']}:{error['line']}: {error['text']}" for error in errors_of(report, paths)]
    assert not found, "\n".join(found)


def assert_rejected(report: Report, path: Path, places: set[range]) -> None:
    """Assert that there is an error in each of these ranges of lines of a file."""
    lines = {error["line"] for error in errors_of(report, [path])}
    assert places, f"nothing in {path.name} is to be rejected"
    accepted = sorted(place[0] for place in places if not lines & set(place))
    assert not accepted, f"{path.name} is wrong in lines {accepted}, which were accepted"


def assert_not_rejected_elsewhere(report: Report, path: Path, places: set[range]) -> None:
    """Assert that there is no error outside these ranges of lines: each marked line is rejected for its own mistake."""
    lines = {error["line"] for error in errors_of(report, [path])}
    rejected = sorted(line for line in lines if not any(line in place for place in places))
    assert not rejected, f"{path.name} is right in lines {rejected}, which were rejected"


def assert_complete(found: Completeness, folder: Path) -> None:
    """Assert that every public name has a type on which all checkers agree."""
    assert found["folder"] == str(folder), "another package was checked, or none"
    assert not found["incomplete"], "\n".join(found["incomplete"])
    assert found["score"] == 1


# ----------------------------------------------------------------------------------------------------------- the gates


@reads_reports
@each_checker
def test_every_file_is_checked(reports: Reports, checker: Literal["mypy", "pyright"]) -> None:
    assert len(PACKAGE) > 100
    assert len(CORPUS) >= 7
    assert_all_checked(reports[checker], len(reports["given"]))
    assert {str(path) for path in [*PACKAGE, *CORPUS, MUST_FAIL]} <= set(reports["given"])


@reads_reports
@each_checker
def test_the_package_passes_a_strict_checker(reports: Reports, checker: Literal["mypy", "pyright"]) -> None:
    assert_clean(reports[checker], PACKAGE)


@reads_reports
@each_checker
def test_the_corpus_of_calls_passes_a_strict_checker(
    reports: Reports, checker: Literal["mypy", "pyright"]
) -> None:
    assert_clean(reports[checker], CORPUS)


@reads_reports
@each_checker
def test_every_wrong_call_is_rejected(reports: Reports, checker: Literal["mypy", "pyright"]) -> None:
    lines = checkers.wrong_lines(MUST_FAIL)
    assert len(lines) > 200
    places = {range(line, line + 1) for line in lines}
    assert_rejected(reports[checker], MUST_FAIL, places)
    assert_not_rejected_elsewhere(reports[checker], MUST_FAIL, places)


@pytest.mark.parametrize("corpus", CORPUS, ids=lambda path: path.stem)
def test_every_name_that_the_corpus_imports_is_there_at_run_time(
    monkeypatch: pytest.MonkeyPatch, corpus: Path
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "gsk_corpus")
    assert runpy.run_path(str(corpus), run_name="corpus")["__doc__"]


@reads_reports
def test_every_public_name_has_a_complete_type(reports: Reports) -> None:
    assert reports["aiogroq"]["symbols"] > 2000
    assert_complete(reports["aiogroq"], ROOT / "aiogroq")


def test_the_package_that_is_imported_says_that_it_is_typed() -> None:
    assert files("aiogroq").joinpath("py.typed").is_file()


# ------------------------------------------------------------------------------------------ each gate is shown to fail


@reads_reports
@each_checker
@pytest.mark.parametrize("corpus", CORPUS, ids=lambda path: path.stem)
def test_every_assertion_of_the_corpus_fails_when_it_is_falsified(
    reports: Reports, checker: Literal["mypy", "pyright"], corpus: Path
) -> None:
    # A checker reports nothing in code that it considers unreachable: an assertion there would always pass.
    calls = checkers.assert_types(corpus)
    if corpus.stem == "corpus_migration":  # programs of users, without assertions
        assert not calls
        return
    (copy,) = (Path(path) for path in reports["given"] if Path(path).name == f"falsified_{corpus.name}")
    assert_rejected(
        reports[checker], copy, {range(call.lineno, (call.end_lineno or 0) + 1) for call in calls}
    )


@reads_reports
@each_checker
def test_a_mistake_in_a_module_of_the_package_is_found(
    reports: Reports, checker: Literal["mypy", "pyright"]
) -> None:
    (copy,) = (Path(path) for path in reports["given"] if Path(path).name.startswith("sabotaged_"))
    end = len(copy.read_text(encoding="utf-8").splitlines())
    places = {range(end - i, end - i + 1) for i in range(len(SABOTAGE))}
    assert_rejected(reports[checker], copy, places)
    with pytest.raises(AssertionError, match="sabotaged_"):
        assert_clean(reports[checker], [copy])


@reads_reports
def test_an_attribute_without_a_type_makes_a_package_incomplete(reports: Reports) -> None:
    found = reports["incomplete"]
    assert any(line.startswith("incomplete_package.Door.is_open: ") for line in found["incomplete"])
    with pytest.raises(AssertionError, match="is_open"):
        assert_complete(found, Path(found["folder"]))


@reads_reports
def test_a_package_that_is_not_found_is_not_complete(reports: Reports) -> None:
    with pytest.raises(AssertionError, match="or none"):
        assert_complete(reports["missing"], ROOT / "aiogroq")


ERROR = Finding(path=str(MUST_FAIL), line=7, text="wrong")


@pytest.mark.parametrize(
    "verdict",
    [
        lambda: assert_all_checked(Report(files=0, errors=[]), len(PACKAGE)),
        lambda: assert_all_checked(Report(files=len(PACKAGE) - 1, errors=[]), len(PACKAGE)),
        lambda: assert_clean(Report(files=1, errors=[ERROR]), [MUST_FAIL]),
        lambda: assert_rejected(Report(files=1, errors=[]), MUST_FAIL, {range(7, 8)}),
        lambda: assert_rejected(Report(files=1, errors=[ERROR]), MUST_FAIL, {range(7, 8), range(8, 9)}),
        lambda: assert_not_rejected_elsewhere(Report(files=1, errors=[ERROR]), MUST_FAIL, {range(8, 9)}),
        lambda: assert_rejected(Report(files=1, errors=[]), MUST_FAIL, set()),
    ],
    ids=[
        "no file checked",
        "a file left out",
        "an error",
        "a wrong line accepted",
        "one of two wrong lines accepted",
        "an unmarked line rejected",
        "nothing marked",
    ],
)
def test_each_assertion_can_fail(verdict: Callable[[], None]) -> None:
    with pytest.raises(AssertionError):
        verdict()


def test_pyright_over_no_file_is_no_success(tmp_path: Path) -> None:
    # Pyright skips what its settings exclude, such as this folder, and ends with 0 errors and exit code 0.
    skipped = tmp_path / "node_modules" / "wrong.py"
    skipped.parent.mkdir()
    skipped.write_text(SABOTAGE[0], encoding="utf-8")
    report = checkers.run_pyright([skipped], tmp_path)
    assert report["errors"] == []
    with pytest.raises(AssertionError, match="0 of 1 files"):
        assert_all_checked(report, 1)


def test_a_checker_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", _python_without_packages(tmp_path))
    with pytest.raises(checkers.CheckerError, match=r"mypy is not installed in .*pip install"):
        checkers.run_mypy(CORPUS, tmp_path)
    with pytest.raises(checkers.CheckerError, match=r"pyright is not installed in .*pip install"):
        checkers.run_pyright(CORPUS)


def test_a_checker_that_breaks_off_is_no_success(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in CHECKERS:
        (tmp_path / f"{name}.py").write_text("raise SystemExit('no Node.js here')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(checkers.CheckerError, match=r"mypy did not finish:\s+no Node.js here"):
        checkers.run_mypy(CORPUS, tmp_path)
    with pytest.raises(checkers.CheckerError, match=r"pyright cannot run.*npm registry:\s+no Node.js here"):
        checkers.run_pyright(CORPUS)


def test_an_error_in_one_test_process_is_raised_in_all(tmp_path: Path) -> None:
    def fail() -> Reports:
        raise checkers.CheckerError("pyright took too long")

    for _ in range(2):
        with pytest.raises(checkers.CheckerError, match="pyright took too long"):
            checkers.once(tmp_path, fail)


def _python_without_packages(folder: Path) -> str:
    import venv

    venv.create(folder / "bare", with_pip=False)
    found = [*folder.glob("bare/bin/python"), *folder.glob("bare/Scripts/python.exe")]
    return str(found[0])
