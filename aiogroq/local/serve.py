"""Serves in the foreground until interrupted, for `aiogroq serve`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .api.router import LOGGER
from .server import LocalGroq


def serve(
    host: str = "127.0.0.1",
    port: int = 8080,
    data_dir: str | Path | None = None,
    *,
    on_ready: Callable[[LocalGroq], None] | None = None,
    until: threading.Event | None = None,
    **options: Any,
) -> None:
    """Run a `LocalGroq` until Ctrl-C, or until *until* is set.

    *on_ready* is called with the server when it accepts requests, for instance to print its `base_url`. *options* are
    parameters of `LocalGroq`. Raises `OSError` if the port cannot be bound.
    """
    stop = until or threading.Event()
    # A long-running server needs no long request log.
    options.setdefault("log_limit", 100)
    server = LocalGroq(host=host, port=port, data_dir=data_dir, **options).start()
    try:
        if on_ready is not None:
            on_ready(server)
        # In steps: on Windows, Ctrl-C does not interrupt a wait without a timeout.
        while not stop.wait(1.0):
            pass
    except KeyboardInterrupt:
        pass
    finally:
        try:
            server.stop()
        except TimeoutError as error:
            # The daemon thread ends with the process.
            LOGGER.error("%s", error)
