"""The command line as a whole: help, exit codes, error lines."""

from __future__ import annotations

import subprocess
import sys

import pytest
from network.peers import refusing_port

from aiogroq import APIConnectionError, APIError, GroqError
from aiogroq.cli import main
from aiogroq.cli.explain import CommandError, explain
from aiogroq.local import Fault, LocalGroq

from .conftest import KEY, ROOT, Outcome, Run, start

ASKING = (["chat", "hi"], ["models"], ["speak", "hi", "-o", "never.wav"], ["transcribe", "never.wav"])
HEAVY = ("aiohttp", "asyncio", "msgspec", "rich.console", "ssl")


def error_line(outcome: Outcome) -> str:
    """Return the single error line of a command that failed."""
    assert outcome.code == 1
    assert outcome.err.startswith("aiogroq: error: ")
    assert outcome.err.count("\n") == 1
    return outcome.err


def test_help_lists_every_command_with_the_demo_first(run: Run) -> None:
    outcome = run("--help")
    commands = [
        line.split()[0]
        for line in outcome.out.partition("Commands:\n")[2].splitlines()
        if line[:3].strip() or line[2:3].strip()
    ]
    assert outcome.code == 0
    assert commands[:6] == ["demo", "serve", "chat", "models", "transcribe", "speak"]


@pytest.mark.parametrize("command", ["demo", "serve", "chat", "models", "transcribe", "speak"])
def test_every_command_has_help(run: Run, command: str) -> None:
    outcome = run(command, "--help")
    assert outcome.code == 0
    assert outcome.out.startswith(f"Usage: aiogroq {command}")


@pytest.mark.timeout(30)
@pytest.mark.parametrize("command", ["", "demo", "serve", "chat", "models", "transcribe", "speak"])
def test_help_is_the_same_without_docstrings(command: str) -> None:
    def shown(*flags: str) -> str:
        line = [sys.executable, *flags, "-m", "aiogroq", *command.split(), "--help"]
        return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout

    assert shown("-OO") == shown()


def test_without_arguments_the_help_is_printed(run: Run) -> None:
    assert run() == run("--help")


def test_help_imports_no_slow_module() -> None:
    code = f"import sys; from aiogroq.cli import main; main(['--help']); sys.exit(repr([m for m in {HEAVY!r} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stderr == "[]\n"


def test_version_is_that_of_the_package(run: Run) -> None:
    from aiogroq import __version__

    assert run("--version").out == f"aiogroq {__version__}\n"


def test_python_dash_m_is_the_command() -> None:
    process = start("--version")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out[:8], err) == (0, b"aiogroq ", b"")


def test_invalid_arguments_end_with_code_2(run: Run) -> None:
    for arguments in (
        ["dance"],
        ["chat", "--temperature", "9", "hi"],
        ["--timeout", "0", "models"],
        ["speak", "hi"],
    ):
        outcome = run(*arguments)
        assert outcome.code == 2, arguments
        assert outcome.out == ""
        assert "Usage: aiogroq" in outcome.err


@pytest.mark.parametrize("arguments", ASKING)
@pytest.mark.parametrize("key", [None, "", "  "])
def test_a_missing_key_says_what_to_do(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], key: str | None
) -> None:
    if key is not None:
        monkeypatch.setenv("GROQ_API_KEY", key)
    line = error_line(run(*arguments))
    assert "GROQ_API_KEY" in line
    assert "--local" in line


def test_a_rejected_key_is_reported_and_not_printed(run: Run, service: LocalGroq) -> None:
    line = error_line(run("--api-key", "gsk_secret_and_wrong", "models"))
    assert "401" in line
    assert "GROQ_API_KEY" in line
    assert "gsk_" not in line


def test_an_unknown_model_points_to_the_list_of_models(run: Run) -> None:
    with LocalGroq(strict_models=True) as server:
        line = error_line(
            run("--base-url", server.base_url, "--api-key", "k", "chat", "hi", "-m", "no-such-model")
        )
    assert "no-such-model" in line
    assert "`aiogroq models`" in line


def test_an_address_without_a_server_is_named(run: Run) -> None:
    with refusing_port() as port:
        gone = f"http://127.0.0.1:{port}"
        line = error_line(run("models", "--base-url", gone, "--api-key", "k", "--timeout", "60"))
    assert f"cannot reach {gone}" in line
    assert "refused" in line


def test_an_invalid_base_url_is_reported(run: Run) -> None:
    assert "'nonsense'" in error_line(run("--base-url", "nonsense", "--api-key", "k", "models"))


def test_a_timeout_names_the_option_to_raise(run: Run) -> None:
    with LocalGroq(latency_s=30) as server:
        line = error_line(
            run("chat", "hi", "--base-url", server.base_url, "--api-key", "k", "--timeout", "0.1")
        )
    assert "0.1 s" in line
    assert "--timeout" in line


def test_an_error_page_stays_on_one_line(run: Run, service: LocalGroq) -> None:
    page = "<html>\n<h1>\x1b[31mBad gateway</h1>\n</html>" + "x" * 2000
    service.script(
        Fault(status=502, body=page, content_type="text/html", times=None, headers={"retry-after-ms": "1"})
    )
    line = error_line(run("models"))
    assert "502" in line
    assert "\x1b" not in line
    assert len(line) < 700


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (CommandError("as it is"), "as it is"),
        (GroqError("The API key is empty"), "The API key is empty"),
        (APIConnectionError("Connection error: broken off."), "Connection error: broken off"),
        (APIError("odd", None), "odd"),
        (FileNotFoundError(2, "No such file or directory", "x.wav"), "x.wav: No such file or directory"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (ZeroDivisionError("division by zero"), "unexpected ZeroDivisionError: division by zero (AIOGROQ_DEBUG=1 shows the traceback)"),
    ],
)  # fmt: skip
def test_errors_are_explained(error: Exception, message: str) -> None:
    assert explain(error) == message


@pytest.mark.parametrize(
    ("status", "message"), [(429, "rate limit exceeded (429)"), (503, "server error (503)")]
)
def test_statuses_are_explained(run: Run, service: LocalGroq, status: int, message: str) -> None:
    service.script(Fault(status=status, times=None, headers={"retry-after": "0"}))
    assert message in error_line(run("models"))


def test_a_wrong_path_points_to_the_base_url(run: Run, service: LocalGroq) -> None:
    line = error_line(run("models", "--base-url", f"{service.base_url}/elsewhere/v1"))
    assert "--base-url" in line


def test_debugging_shows_the_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIOGROQ_DEBUG", "1")
    with pytest.raises(CommandError):
        run("models")


def test_connection_options_are_accepted_before_and_after_the_command(run: Run) -> None:
    with LocalGroq(api_key=KEY) as server:
        before = run("--base-url", server.base_url, "--api-key", KEY, "models")
        after = run("models", "--base-url", server.base_url, "--api-key", KEY)
        nearer = run("--api-key", "wrong", "models", "--base-url", server.base_url, "--api-key", KEY)
    assert before.code == 0
    assert before == after == nearer


def test_local_needs_no_key_and_uses_no_other_server(
    run: Run, service: LocalGroq, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("GROQ_API_KEY")
    assert run("models", "--local").code == 0
    assert run("--local", "models").code == 0
    assert service.request_count == 0


@pytest.mark.parametrize("option", [["--base-url", "http://127.0.0.1:9"], ["--api-key", "k"]])
def test_local_conflicts_with_the_options_of_a_service(run: Run, option: list[str]) -> None:
    outcome = run("models", "--local", *option)
    assert outcome.code == 2
    assert "--local" in outcome.err


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_without_the_cli_extra_the_command_says_how_to_install_it(missing: str) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None; from aiogroq.cli import main; sys.exit(main(['--help']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "pip install 'aiogroq[cli]'" in done.stderr


def test_the_missing_extra_is_reported_in_this_process_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "click", None)
    assert main(["--help"]) == 1
    assert "aiogroq[cli]" in capsys.readouterr().err
