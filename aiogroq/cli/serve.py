"""``aiogroq serve``: the embedded server in the foreground."""

from __future__ import annotations

import errno
import ipaddress
import logging
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from .connection import Connection, global_connection
from .explain import CommandError
from .text import note, one_line, write

if TYPE_CHECKING:
    from aiogroq.local import Admission, LocalGroq, RateLimit, ReceivedRequest

_WILDCARD_HOSTS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


_HELP = """Run a Groq-compatible server until Ctrl-C.

It supports all operations, without a model, a key or a network. Responses follow fixed rules and are repeatable.
Ctrl-C and SIGTERM end it with exit code 0."""


@click.command(help=_HELP)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 for a free one."
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Storage directory.  [default: in memory]",
)
@click.option("--api-key", metavar="KEY", help="Accept only this API key.  [default: any]")
@click.option(
    "--strict",
    "--strict-models",
    is_flag=True,
    help="Reject models that Groq does not serve, and parameters that its documentation excludes.",
)
@click.option(
    "--allow",
    multiple=True,
    type=click.Choice(["json_schema", "json_schema_stream", "json_schema_tools"]),
    help="Accept what Groq rejects today: JSON schemas for every model, with streaming, with tools; repeatable.",
)
@click.option(
    "--allow-host",
    "allowed_hosts",
    multiple=True,
    metavar="NAME",
    help="Accept this host name besides local ones; repeatable, '*' for any.",
)
@click.option(
    "--fault-header/--no-fault-header",
    default=None,
    help="Allow faults requested by the header x-local-fault.  [default: on a loopback address only]",
)
@click.option("-v", "--verbose", is_flag=True, help="Log each request to standard error.")
@click.option(
    "--latency-s",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Delay before each response.",
)
@click.option(
    "--tokens-per-second",
    type=click.FloatRange(min=0, min_open=True),
    metavar="N",
    help="Streaming speed.  [default: as fast as possible]",
)
@click.option(
    "--rate-limits",
    multiple=True,
    metavar="[MODEL:]KIND=N,...",
    help="Rate limits, such as rpm=30,tpm=8K, of one model or of all others; repeatable. Kinds: rpm, rpd, tpm, tpd, itpm, "
    "otpm, ash, asd. Without --organization, all keys together have them: they are of one organization.  [default: none is reached]",
)
@click.option(
    "--admission",
    type=click.Choice(["check", "reserve", "reserve_keep"]),
    default="reserve",
    show_default=True,
    help="Tokens of requests in flight: charged at the end, reserved and given back, or reserved and kept.",
)
@click.option(
    "--organization",
    "organizations",
    multiple=True,
    metavar="KEY=NAME",
    help="The organization of an API key; repeatable. Keys of one organization share its rate limits.",
)
def serve(
    host: str,
    port: int,
    data_dir: Path | None,
    api_key: str | None,
    strict: bool,
    allow: tuple[str, ...],
    allowed_hosts: tuple[str, ...],
    fault_header: bool | None,
    verbose: bool,
    latency_s: float,
    tokens_per_second: float | None,
    rate_limits: tuple[str, ...],
    admission: Admission,
    organizations: tuple[str, ...],
) -> None:
    if global_connection() != Connection():
        raise click.UsageError("--base-url, --api-key, --timeout and --local cannot be given before `serve`")
    limits, names = _parse_rate_limits(rate_limits), _parse_organizations(organizations)
    if not _is_loopback(host):
        note(f"aiogroq: warning: anyone who can reach {host} can use this server")
    from aiogroq.local import serve as serve_until

    try:
        with _log_server_errors(), _stop_signals() as stop:
            serve_until(
                host,
                port,
                data_dir,
                on_ready=lambda server: _announce(server, api_key),
                until=stop,
                api_key=api_key,
                strict=strict,
                allow=allow,
                allowed_hosts=allowed_hosts,
                fault_header=fault_header,
                on_request=_log_line if verbose else None,
                latency_s=latency_s,
                tokens_per_second=tokens_per_second,
                rate_limits=limits,
                admission=admission,
                organizations=names,
            )
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _start_error(error, host, port) from error


def _parse_rate_limits(values: tuple[str, ...]) -> dict[str, RateLimit]:
    """Parse ``rpm=30,tpm=8000`` and ``model:rpm=30``. A kind that is not given has the default."""
    from aiogroq.local import RateLimit

    names = [field.name for field in fields(RateLimit)]
    found: dict[str, RateLimit] = {}
    for value in values:
        model, _, limits = value.rpartition(":")
        numbers: dict[str, int] = {}
        for each in limits.split(","):
            name, _, number = (part.strip() for part in each.partition("="))
            if name not in names:
                raise click.BadParameter(
                    f"{name!r} in {value!r} is not one of {', '.join(names)}", param_hint="--rate-limits"
                )
            # As `aiogroq.limits.Limits.parse`: K and M are thousands and millions.
            factor = {"k": 1_000, "m": 1_000_000}.get(number[-1:].lower(), 1)
            digits = number[:-1] if factor > 1 else number
            if not digits.isdecimal() or int(digits) == 0:
                raise click.BadParameter(
                    f"{number!r} in {value!r} must be a whole number above 0", param_hint="--rate-limits"
                )
            numbers[name] = int(digits) * factor
        found[model or "*"] = RateLimit(**numbers)
    return found


def _parse_organizations(values: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for value in values:
        key, _, name = value.rpartition("=")
        if not key or not name:
            raise click.BadParameter("give KEY=NAME, for instance gsk_1=org_a", param_hint="--organization")
        found[key] = name
    return found


def _log_line(request: ReceivedRequest) -> None:
    """`POST /openai/v1/chat/completions openai/gpt-oss-20b 200 12 ms 30+8 tokens`."""
    ended_at = request.finished_at or request.disconnected_at or request.received_at
    parts = [request.method, request.path, request.model or "-"]
    parts.append("client disconnected" if request.disconnected else str(request.status or "no response"))
    parts.append(f"{(ended_at - request.received_at) * 1000:.0f} ms")
    if request.truncated:
        parts.append("truncated")
    elif not request.disconnected and (request.prompt_tokens or request.completion_tokens):
        parts.append(f"{request.prompt_tokens}+{request.completion_tokens} tokens")
    note(one_line(" ".join(parts)))


@contextmanager
def _log_server_errors() -> Generator[None, None, None]:
    """Log errors of the server itself to standard error. Clients only receive a status 500."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.ERROR)
    handler.setFormatter(logging.Formatter("aiogroq: %(message)s"))
    logger = logging.getLogger("aiogroq.local")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def _announce(server: LocalGroq, api_key: str | None) -> None:
    reachable = _WILDCARD_HOSTS.get(server.host, server.host)
    url = f"http://{f'[{reachable}]' if ':' in reachable else reachable}:{server.port}"
    key = "anything" if api_key is None else "THE_KEY_YOU_CHOSE"
    write(f"A Groq-compatible server is at {server.base_url}. Ctrl-C stops it.")
    write(f"  for any Groq client:     export GROQ_BASE_URL={url} GROQ_API_KEY={key}")
    write(f"  for any OpenAI client:   export OPENAI_BASE_URL={url}/openai/v1 OPENAI_API_KEY={key}")


@contextmanager
def _stop_signals() -> Generator[threading.Event, None, None]:
    """Yield an event that Ctrl-C and SIGTERM set. A second Ctrl-C raises `KeyboardInterrupt`."""
    stop_requested = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop_requested.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop_requested
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _start_error(error: OSError, host: str, port: int) -> CommandError:
    if error.errno == errno.EADDRINUSE:
        return CommandError(f"port {port} on {host} is in use; choose another with --port (0 for a free one)")
    if error.errno == errno.EACCES and error.filename is None:
        return CommandError(f"no permission to use port {port}; choose one above 1023 with --port")
    where = f"{error.filename}: " if error.filename else f"{host}:{port}: "
    return CommandError(f"cannot start the server: {where}{error.strerror or error}")
