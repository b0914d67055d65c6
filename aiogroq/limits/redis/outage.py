"""`Outage`: whether Redis can be reached, when it is tried again, and what is logged and raised of it."""

from __future__ import annotations

import logging
from urllib.parse import unquote, urlsplit

from ...errors import PacingError
from .share import PART

_log = logging.getLogger("aiogroq")

TRY_AGAIN_S = 0.5
"""How long after a failure Redis is tried again, by the next call."""
_NO_DATABASE = "Most servers have the databases 0 to 15: correct the number at the end of the URL."
_FIXES = (
    (("NOSCRIPT", "unknown command"), "The server must be Redis 6.2 or later, or Valkey."),
    (
        ("NOPERM", "NoPermission"),
        "Give the user the right to run EVALSHA, EVAL and the commands of the script.",
    ),
    (("WRONGPASS", "NOAUTH", "Authentication"), "Correct the user and the password in the URL."),
    (("READONLY", "ReadOnly", "MASTERDOWN"), "It is a replica: name the primary."),
    (("LOADING", "BusyLoading"), "It loads its data; try again when it has."),
    (
        ("OOM", "OutOfMemory"),
        "Raise its maxmemory, or use a Redis for the limits alone: they need some kilobytes.",
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED",),
        "Name the certificates of its authority: ?ssl_ca_certs=/path/to/ca.pem.",
    ),
    (("UnicodeDecodeError", "must return bytes"), "Create the client with decode_responses=False."),
    (("DB index",), _NO_DATABASE),
    (("TimeoutError",), "See whether it runs, and responds at all: redis-cli ping."),
    (("",), "Start it, or correct the URL of the store."),
)


class Outage:
    """The state of the server for one process. Not to be used without the lock of its store.

    Args:
        url: That of the server, or its name.
        shown: The same without the password.
    """

    def __init__(self, url: str, shown: str) -> None:
        self._shown = shown
        self._has_tls = url.startswith("rediss:")
        self._password = _password_of(url)
        self.is_on: bool = False
        """Whether the script has not been run since a failure."""
        self.has_joined: bool = False
        """Whether any run of the script has succeeded."""
        self.number: int = 0
        """Counts the outages."""
        self._next_try_s = 0.0
        self._problem = ""
        self._signs = ""
        """The problem with its cause, which not every version of redis-py names."""

    def may_try(self, now_s: float) -> bool:
        """Return whether it is time to try again. Where it is, it is not for a while."""
        if now_s < self._next_try_s:
            return False
        self._next_try_s = now_s + TRY_AGAIN_S
        return True

    def begin(self, error: BaseException, now_s: float, workers: int | None) -> None:
        """Note a failure; log the first one. ``workers`` share the limits from now on; None where no call goes on."""
        self._next_try_s = now_s + TRY_AGAIN_S
        self._problem = self._text_of(error)
        self._signs = f"{self._problem} {error.__cause__ or error.__context__!r}"
        if self.is_on:
            return
        self.is_on = True
        self.number += 1
        if not self.has_joined:
            return  # it is raised
        if workers is None:
            consequence = "Calls fail until it does (on_store_error='stop')."
        else:
            consequence = f"Until it does, this process keeps to {PART / workers:.0%} of the limits: it is one of {workers} that use them."
        _log.warning(
            "The store of the rate limits, %s, does not respond: %s. %s",
            self._shown,
            self._problem,
            consequence,
        )

    def end(self) -> None:
        """Note a success; log the first one after a failure."""
        if self.is_on and self.has_joined:
            _log.info("The store of the rate limits, %s, responds again. The limits are shared.", self._shown)
        self.is_on = False
        self.has_joined = True

    def error(self) -> PacingError:
        """Return what is raised by calls that need the store."""
        fix = next(fix for signs, fix in _FIXES if any(sign in self._signs for sign in signs))
        if self._has_tls and "TimeoutError" in self._signs:
            fix += " It may have no TLS: then write redis:// instead of rediss://."
        what = "has no database of this number" if fix == _NO_DATABASE else "does not respond"
        return PacingError(
            f"The call was not sent: the store of the rate limits, {self._shown}, {what}: {self._problem}. {fix}"
        )

    def _text_of(self, error: BaseException) -> str:
        text = f"{type(error).__name__}: {error}".rstrip(".: ")
        return text.replace(self._password, "[redacted]") if self._password else text


def _password_of(url: str) -> str:
    try:
        return unquote(urlsplit(url).password or "")
    except ValueError:
        return ""
