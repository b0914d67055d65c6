"""The command group, the exit codes, and the error line of a command that failed."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from aiogroq._version import __version__

from .batch import batch
from .chat import chat
from .connection import Connection, connection_options
from .demo import demo
from .explain import explain
from .limits import limits
from .models import models
from .run import run as run_job
from .serve import serve
from .speak import speak
from .text import discard_output, flush_output, note, one_line, prepare_output
from .transcribe import transcribe

EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141


class _OrderedGroup(click.Group):
    """Lists the commands in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(
    cls=_OrderedGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    # Not a docstring: `python -OO` removes docstrings.
    help="Groq from the command line: chat, models, speech, and an embedded Groq-compatible server.",
    epilog="Without an API key, start with `aiogroq demo`. With one, set GROQ_API_KEY.",
)
@click.version_option(__version__, "--version", message="aiogroq %(version)s")
@connection_options()
def cli(connection: Connection) -> None:
    context = click.get_current_context()
    context.obj = connection
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for _command in (demo, serve, chat, models, transcribe, speak, run_job, batch, limits):
    cli.add_command(_command)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code, as listed in the docstring of the package."""
    prepare_output()
    try:
        outcome = cli.main(arguments, prog_name="aiogroq", standalone_mode=False)
        flush_output()
        return outcome if isinstance(outcome, int) else 0
    except (click.Abort, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (BrokenPipeError, SystemExit):
        # click and rich raise SystemExit(1) for a broken pipe, and for no other reason.
        discard_output()
        return EXIT_BROKEN_PIPE
    except Exception as error:
        if os.environ.get("AIOGROQ_DEBUG", "0") not in ("", "0"):
            raise
        note(f"aiogroq: error: {one_line(explain(error))}")
        return 1
