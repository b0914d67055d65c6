"""A partial run does not replace the published results, and a run that would measure nothing is rejected."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import pages

FOLDER = Path(__file__).parents[2]
SMALL_PLAN = """
ROWS = (Row("chat, 1 concurrent", "chat", "request", {"concurrent": 1, "count": 5}, (AIOGROQ, GROQ), rounds=2),)
"""
# A suite that a shell runs in the background has SIGINT ignored, and so have its programs.
INTERRUPTIBLE = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
PERF = """#!/bin/sh
case "$*" in *'"client":"groq"'*) echo 'ValueError: no counting today' >&2; exit 3;; esac
env | grep -i _proxy >&2 && exit 4
echo "$(echo "$*" | sed 's/.*"count":\\([0-9]*\\).*/\\1/; t; s/.*/1/')000,,instructions:u" >&2
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc"),
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the benchmarks and of the pages, whose published results may be overwritten."""
    ignored = shutil.ignore_patterns("__pycache__", "partial")
    shutil.copytree(FOLDER / "benchmarks", tmp_path / "benchmarks", ignore=ignored)
    (tmp_path / "docs").mkdir()
    for page in (pages.FAULTS, pages.PERFORMANCE):
        shutil.copy(page, tmp_path / "docs")
    for name in ("results.json", "results.md", "history.md", "instructions.json", "instructions.md"):
        (tmp_path / "benchmarks" / "results" / name).write_text("published")
    (tmp_path / "benchmarks" / "results" / "history.json").write_text("[]")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "perf").write_text(PERF)
    (tmp_path / "bin" / "perf").chmod(0o755)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(INTERRUPTIBLE)
    return tmp_path


def without(tree: Path, *packages: str) -> None:
    """As if these were not installed."""
    lines = [f"sys.modules[{name!r}] = None\n" for name in packages]
    (tree / "site" / "sitecustomize.py").write_text(INTERRUPTIBLE + "import sys\n" + "".join(lines))


def start(tree: Path, *arguments: str) -> subprocess.Popen[str]:
    """`python -m benchmarks` in the copy, in a process group of its own as in a terminal."""
    environment = {
        **os.environ,
        "PATH": f"{tree / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(tree / "site"),
        "HTTPS_PROXY": "http://127.0.0.1:1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """The exit code and both outputs, within two minutes."""
    try:
        stdout, stderr = process.communicate(timeout=120)
    finally:
        process.kill()
    return process.returncode, stdout, stderr


def published(tree: Path) -> dict[str, bytes]:
    """The files that only a full run may write."""
    results = [path for path in (tree / "benchmarks" / "results").iterdir() if path.is_file()]
    return {path.name: path.read_bytes() for path in (*(tree / "docs").iterdir(), *results)}


@pytest.mark.parametrize(
    ("command", "begun", "written"),
    [
        ((), "[1/", "results.json"),
        (("faults",), "[1/", "faults.json"),
        (("instructions",), "...", "instructions.json"),
        (("soak",), "calls", "soak.json"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_ctrl_c_writes_partial_results_and_exits_with_130(
    tree: Path, command: tuple[str, ...], begun: str, written: str
) -> None:
    (tree / "bin" / "perf").write_text(PERF + 'case "$*" in *child*) exec sleep 100;; esac\n')
    before = published(tree)
    process = start(tree, *command)
    assert process.stderr is not None
    said = ""
    while begun not in said and (letter := process.stderr.read(1)):
        said += letter
    os.killpg(process.pid, signal.SIGINT)
    code, _, stderr = finish(process)
    assert code == 130, said + stderr
    assert "Traceback" not in stderr
    assert published(tree) == before
    assert (tree / "benchmarks" / "results" / "partial" / written).exists()


def test_ctrl_c_in_faults_ends_the_program_under_test(tree: Path) -> None:
    process = start(tree, "faults")
    stopped: list[int] = []
    try:
        deadline = time.monotonic() + 60
        while not stopped:
            assert time.monotonic() < deadline, "no program was stopped before its end"
            # After its imports, the runner waits for it.
            loaded = [pid for pid in pids_of("benchmarks.faults.child", tree) if has_loaded("msgspec", pid)]
            stopped = [pid for pid in loaded[:1] if stop(pid)]
        os.killpg(process.pid, signal.SIGINT)
        assert finish(process)[0] == 130
        assert pids_of("benchmarks.faults.child", tree) == []
    finally:
        process.kill()
        for pid in pids_of("benchmarks.faults.child", tree):
            os.kill(pid, signal.SIGKILL)


def pids_of(module: str, tree: Path) -> list[int]:
    """The processes that run *module* in the copy."""
    found: list[int] = []
    for folder in Path("/proc").iterdir():
        try:
            is_it = (
                module.encode() in (folder / "cmdline").read_bytes() and (folder / "cwd").readlink() == tree
            )
        except OSError:
            continue
        if is_it:
            found.append(int(folder.name))
    return found


def stop(pid: int) -> bool:
    """Stop a process, so that it cannot end by itself. Return whether it is stopped: False where it had ended."""
    try:
        os.kill(pid, signal.SIGSTOP)
        while (state := Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]) not in "TZX":
            time.sleep(0.001)
    except OSError:
        return False
    return state == "T"


def has_loaded(library: str, pid: int) -> bool:
    """Whether a process has this extension module by now."""
    try:
        return library in Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return False


@pytest.mark.parametrize(
    ("arguments", "packages", "is_published"),
    [
        ("", (), True),
        ("--rounds 2", (), True),
        ("--rounds 1", (), False),
        ("--targets --rounds 1", (), False),
        ("--targets --quick", (), False),
        ("", ("groq",), False),
    ],
)
def test_only_a_full_run_is_published(
    tree: Path, arguments: str, packages: tuple[str, ...], is_published: bool
) -> None:
    with (tree / "benchmarks" / "plan.py").open("a") as plan:
        plan.write(re.sub(r"\bGROQ\b", "GROQ" if packages else "AIOGROQ_UVLOOP", SMALL_PLAN))
        # The rows of the targets are looked up when they are used.
        plan.write("_WITHOUT_TARGET = ()\n")
    without(tree, "matplotlib", *packages)
    before = published(tree)
    code, _, stderr = finish(start(tree, *arguments.split()))
    assert code == (1 if packages else 0), stderr
    after = published(tree)
    changed = {name for name in after if after[name] != before.get(name)}
    whole = {"performance.md", "results.json", "results.md", "history.json", "history.md"}
    assert changed == (whole if is_published else set())
    assert (tree / "benchmarks" / "results" / "partial").exists() is not is_published


def test_a_soak_of_another_size_is_not_published(tree: Path) -> None:
    before = published(tree)
    code, _, stderr = finish(start(tree, "soak", "--requests", "20", "--streams", "5", "--concurrent", "5"))
    assert code == 0, stderr
    assert published(tree) == before
    assert (tree / "benchmarks" / "results" / "partial" / "soak.json").exists()


def test_a_missing_package_is_reported_and_the_other_clients_are_measured(tree: Path) -> None:
    without(tree, "groq", "matplotlib")
    code, _, stderr = finish(start(tree, "--quick", "--only", "sync stream", "--results", "out"))
    lines = (tree / "out" / "partial" / "results.md").read_text().splitlines()
    assert "| groq | not installed |" in lines
    assert any(line.startswith("| aiogroq | ") and "failed" not in line for line in lines)
    assert "FAILED sync stream, groq: not installed: groq" in stderr.splitlines()
    assert "no chart is drawn: matplotlib is not installed" in stderr.splitlines()
    assert code == 1


def test_faults_without_the_official_package_run_nothing(tree: Path) -> None:
    without(tree, "groq")
    code, stdout, stderr = finish(start(tree, "faults", "--results", "out"))
    assert (code, stdout) == (2, "")
    assert stderr.endswith("error: the package groq is not installed\n")
    assert not (tree / "out").exists()


def test_instructions_omit_clients_that_cannot_be_counted_and_keep_the_others(tree: Path) -> None:
    before = published(tree)
    code, stdout, stderr = finish(start(tree, "instructions"))
    assert code == 1
    assert "chat request: groq ... omitted: exit code 3: ValueError: no counting today" in stderr
    assert "- Omitted: chat request: groq: exit code 3: ValueError: no counting today" in stdout
    assert "| chat request | groq+aiohttp | 1.0 | 1.00 |" in stdout
    assert published(tree) == before


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("--rounds 0", "0 is not an int >= 1"),
        ("--rounds -2", "-2 is not an int >= 1"),
        ("--only nonsense", "no row has 'nonsense'"),
        ("soak --concurrent 0", "0 is not an int >= 1"),
        ("soak --requests -1", "-1 is not an int >= 0"),
        ("soak --requests 0 --streams 0", "must not both be 0"),
        ("soak --fault-percent 101", "101 is not a number from 0 to 100"),
        ("soak --fault-percent nan", "nan is not a number from 0 to 100"),
        ("faults --only xyzzy", "no scenario has 'xyzzy'"),
        ("instructions --only nonsense", "no path with 'nonsense'"),
        ("instructions --client nobody", "the client 'nobody'"),
        ("--results docs/faults.md", "cannot write results to docs/faults.md"),
        ("faults --results docs/faults.md", "cannot write results to docs/faults.md"),
        ("instructions --results docs/faults.md", "cannot write results to docs/faults.md"),
        ("soak --results docs/faults.md/x", "cannot write results to docs/faults.md/x: Not a directory"),
    ],
)
def test_arguments_that_measure_nothing_or_cannot_be_written_are_rejected(
    tree: Path, arguments: str, reason: str
) -> None:
    before = published(tree)
    code, stdout, stderr = finish(start(tree, *arguments.split()))
    assert (code, stdout) == (2, ""), stderr
    assert reason in stderr.splitlines()[-1]
    assert published(tree) == before
