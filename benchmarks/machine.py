"""Properties of the machine: cores, memory, open files, kind (never its name)."""

from __future__ import annotations

import contextlib
import os
import platform
import random
import socket
import sys
from datetime import date
from pathlib import Path

_PORTS = range(12_000, 32_000)


def cores() -> tuple[int | None, int | None]:
    """Return the core of the server and the core of the clients; None if processes cannot be bound."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    available = sorted(os.sched_getaffinity(0))
    return (available[0], available[-1]) if len(available) > 1 else (None, None)


def free_port() -> int:
    """Return a port below those that the system gives to connections: no other process is given it before it is used."""
    for port in random.SystemRandom().sample(_PORTS, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")


def bind(core: int | None) -> None:
    """Bind this process to one core."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {core})


def environment() -> dict[str, str]:
    """Return the environment of a measured process, without proxies."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


def rss_bytes() -> int:
    """Return the resident memory of this process, or its peak if the current value is unavailable."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")


def peak_rss_bytes() -> int:
    """Return the peak of the resident memory of this process, or its current value if the peak is unavailable."""
    # Not getrusage(): its maximum begins with the memory of the process that started this one.
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return rss_bytes()


def open_files() -> int:
    """Return the number of open file descriptors, or 0 if unavailable."""
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError:
        return 0


def allow_many_files() -> None:
    """Raise the limit of file descriptors to the maximum: 2,000 streams need 2,000 sockets."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def described() -> dict[str, str]:
    """Return the date and the kind of machine."""
    return {
        "date": date.today().isoformat(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
    }
