"""The commands in the documentation exist, with these options; those that need no key and no network are run."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from aiogroq.cli.app import cli

from .pages import PAGES, ROOT, blocks, name_of

_OPTIONAL = (
    (ROOT / "pyproject.toml").read_text().partition("[project.optional-dependencies]")[2].partition("\n[")[0]
)
EXTRAS = set(re.findall(r"^(\w+) = \[", _OPTIONAL, re.MULTILINE))
TOOLS = {".", "cd", "echo", "export", "git", "mkdocs", "mypy", "pyright", "python", "ruff"}
"""Programs of others whose arguments are checked for the files in them only."""
MODULES = {"build", "twine", "venv"}
"""Modules of others that the environment of the tests need not have."""
_SEPARATORS = {"&&", "|", ";"}
_PATH = re.compile(r"(?:\./)?(?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|toml|md)")


class Command(NamedTuple):
    """One command of a shell block."""

    page: str
    arguments: list[str]

    @property
    def is_local(self) -> bool:
        """Whether it needs neither a key nor a network."""
        return self.arguments[0] == "aiogroq" and "--local" in self.arguments


def commands_of(line: str) -> list[list[str]]:
    """The commands in a line, as lists of words. Comments are left out."""
    found: list[list[str]] = [[]]
    for word in shlex.split(line, comments=True):
        if word in _SEPARATORS:
            found.append([])
        else:
            found[-1].append(word)
    return [words for words in found if words]


LINES = [
    (page, line)
    for page in PAGES
    for block in blocks(page, "bash")
    for line in block.code.splitlines()
    if line.strip()
]
COMMANDS = [Command(name_of(page), words) for page, line in LINES for words in commands_of(line)]


def flaw_of(arguments: list[str]) -> str | None:
    """The reason why a command cannot be run, or None."""
    program, *rest = arguments
    if program == "aiogroq":
        return _flaw_of_ours(rest)
    if program == "pip":
        return _flaw_of_pip(rest)
    if program == "pytest" or program in TOOLS or (ROOT / program).is_file():
        if program == "python" and rest[:1] == ["-m"] and not _is_module(rest[1]):
            return f"there is no module {rest[1]}"
        if rest[:2] == ["-m", "aiogroq.as_groq"]:  # the program is the reader's own
            return None
        paths = [word.partition("::")[0] for word in rest if _PATH.fullmatch(word.partition("::")[0])]
        missing = [path for path in paths if not (ROOT / path).exists() and not path.startswith(".venv")]
        return f"there is no {missing[0]}" if missing else None
    return f"{program} is not known"


def _is_module(name: str) -> bool:
    return name in MODULES or importlib.util.find_spec(name) is not None


def _flaw_of_ours(arguments: list[str]) -> str | None:
    """Parse the arguments as the command line does."""
    command: click.Command = cli
    while isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
        subcommand = command.get_command(click.Context(command), arguments[0])
        if subcommand is None:
            return f"aiogroq has no command {arguments[0]}"
        command, arguments = subcommand, arguments[1:]
    try:
        command.make_context("aiogroq", list(arguments))
    except click.exceptions.Exit:  # of --help
        return None
    except click.UsageError as error:
        # A file of the page's own need not be there.
        return None if "does not exist" in error.format_message() else error.format_message()
    return None


def _flaw_of_pip(arguments: list[str]) -> str | None:
    extras = {extra for word in arguments for extra in re.findall(r"^(?:aiogroq|\.)\[(.+)\]$", word)}
    unknown = {name for extra in extras for name in extra.split(",")} - EXTRAS
    return f"there is no extra {sorted(unknown)[0]}" if unknown else None


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: f"{each.page}: {shlex.join(each.arguments)}")
def test_a_command_of_the_documentation_exists(command: Command) -> None:
    assert flaw_of(command.arguments) is None


@pytest.mark.parametrize(
    "line",
    [
        "aiogroq chta",
        "aiogroq chat --loc",
        "aiogroq batch nothing",
        "aiogroq batch status x --wat",
        "aiogroq serve --port x",
        'pip install ".[nothing]"',
        "python -m aiogroq.nothing",
        "pytest tests/nothing",
        "python tools/nothing.py",
        "nothing",
    ],
)
def test_a_command_that_does_not_exist_is_found(line: str) -> None:
    assert any(flaw_of(words) for words in commands_of(line))


@pytest.mark.parametrize(
    "line",
    [line for _, line in LINES if any(Command("", words).is_local for words in commands_of(line))],
)
def test_a_command_with_local_runs(line: str, tmp_path: Path) -> None:
    program = shlex.join([sys.executable, "-m", "aiogroq"])
    done = subprocess.run(
        re.sub(r"\baiogroq (?=[a-z]+ )", lambda _: f"{program} ", line),
        shell=True,
        capture_output=True,
        text=True,
        timeout=150,
        cwd=tmp_path,
        env={**os.environ, "NO_COLOR": "1"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
