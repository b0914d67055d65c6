"""Puts an error into one line, in the words of the person who typed the command, with what mends it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiogroq import errors

_CONSOLE = "https://console.groq.com/keys"


class CommandError(Exception):
    """What went wrong, told as it is to be shown."""


def no_key(otherwise: str = "use --local") -> CommandError:
    """The error for a missing key; ``otherwise`` is how this command does without one."""
    return CommandError(f"no API key: set GROQ_API_KEY (keys: {_CONSOLE}), or {otherwise}")


def explain(error: BaseException) -> str:
    """The error as text for a person; it may have several lines."""
    from aiogroq import errors

    if isinstance(error, CommandError):
        return str(error)
    if isinstance(error, errors.APIStatusError):
        return _refused(error)
    if isinstance(error, errors.APITimeoutError):
        return f"{_sentence(error.message)}; --timeout SECONDS allows more"
    if isinstance(error, errors.APIConnectionError):
        return _unreachable(error)
    if isinstance(error, errors.GroqError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}"
    return f"unexpected {type(error).__name__}: {error} (AIOGROQ_DEBUG=1 shows where)"


def _refused(error: errors.APIStatusError) -> str:
    from aiogroq import errors

    said = _said(error)
    status = error.status_code
    if isinstance(error, errors.AuthenticationError):
        return f"the service does not accept the key ({status}: {said}): check GROQ_API_KEY or --api-key"
    if isinstance(error, errors.RateLimitError):
        return f"rate limit reached ({status}): {said}"
    if isinstance(error, errors.NotFoundError):
        hint = "check --base-url" if "request URL" in said else "`aiogroq models` lists what there is"
        return f"not found ({status}): {said}; {hint}"
    who = "the service failed" if status >= 500 else "the service refused the request"
    return f"{who} ({status}): {said}"


def _said(error: errors.APIStatusError) -> str:
    """The service's own sentence, or what came instead of one."""
    body: Any = error.body
    if isinstance(body, dict):
        body = body.get("error", body)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if isinstance(body, dict) and body.get("message"):  # pyright: ignore[reportUnknownMemberType]
        return _sentence(str(body["message"]))  # pyright: ignore[reportUnknownArgumentType]
    return _sentence(error.message.removeprefix(f"Error code: {error.status_code} - "))


def _unreachable(error: errors.APIConnectionError) -> str:
    said = _sentence(error.message)
    url = error.request.url if error.request else ""
    reason: object = getattr(error.__cause__, "os_error", None)
    if isinstance(reason, OSError) and reason.errno is not None:
        # Positive numbers are the operating system's, the others those of name resolution, which have their own text.
        why = os.strerror(reason.errno) if reason.errno > 0 else reason.strerror
        return f"cannot reach {url}: {why}"
    return said if url in said else f"{said} ({url})"


def _sentence(text: str) -> str:
    return text.strip().rstrip(".")
