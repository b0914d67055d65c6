"""Explains an error to the user of the command line, with a way to fix it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiogroq import errors

_CONSOLE = "https://console.groq.com/keys"


class CommandError(Exception):
    """An error whose message is shown to the user unchanged."""


def no_key(otherwise: str = "use --local") -> CommandError:
    """Return the error for a missing key. ``otherwise`` says how to run the command without one."""
    return CommandError(f"no API key: set GROQ_API_KEY ({_CONSOLE}), or {otherwise}")


def explain(error: BaseException) -> str:
    """Return the error as text for the user. It may have several lines."""
    from aiogroq import errors

    if isinstance(error, CommandError):
        return str(error)
    if isinstance(error, errors.APIStatusError):
        return _explain_status_error(error)
    if isinstance(error, errors.APITimeoutError):
        return f"{_sentence(error.message)}; raise it with --timeout SECONDS"
    if isinstance(error, errors.APIConnectionError):
        return _explain_connection_error(error)
    if isinstance(error, errors.GroqError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}"
    return f"unexpected {type(error).__name__}: {error} (AIOGROQ_DEBUG=1 shows the traceback)"


def _explain_status_error(error: errors.APIStatusError) -> str:
    from aiogroq import errors

    message = _service_message(error)
    status = error.status_code
    if isinstance(error, errors.AuthenticationError):
        return f"API key rejected ({status}): {message}; check GROQ_API_KEY or --api-key"
    if isinstance(error, errors.RateLimitError):
        return f"rate limit exceeded ({status}): {message}"
    if isinstance(error, errors.NotFoundError):
        hint = "check --base-url" if "request URL" in message else "`aiogroq models` lists the models"
        return f"not found ({status}): {message}; {hint}"
    kind = "server error" if status >= 500 else "request rejected"
    return f"{kind} ({status}): {message}"


def _service_message(error: errors.APIStatusError) -> str:
    """Return the message of the error object, or the body if there is none."""
    body: Any = error.body
    if isinstance(body, dict):
        body = body.get("error", body)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if isinstance(body, dict) and body.get("message"):  # pyright: ignore[reportUnknownMemberType]
        return _sentence(str(body["message"]))  # pyright: ignore[reportUnknownArgumentType]
    return _sentence(error.message.removeprefix(f"Error code: {error.status_code} - "))


def _explain_connection_error(error: errors.APIConnectionError) -> str:
    message = _sentence(error.message)
    url = error.request.url if error.request else ""
    reason: object = getattr(error.__cause__, "os_error", None)
    if isinstance(reason, OSError) and reason.errno is not None:
        # Positive numbers are errors of the operating system. The others are errors of name resolution, with their own text.
        why = os.strerror(reason.errno) if reason.errno > 0 else reason.strerror
        return f"cannot reach {url}: {why}"
    return message if url in message else f"{message} ({url})"


def _sentence(text: str) -> str:
    return text.strip().rstrip(".")
