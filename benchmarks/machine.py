"""What the measurements need of the machine: cores, memory, its kind (never its name)."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
from datetime import date
from pathlib import Path


def cores() -> tuple[int | None, int | None]:
    """The core of the server and that of the clients; None where processes cannot be bound to one."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    available = sorted(os.sched_getaffinity(0))
    return (available[0], available[-1]) if len(available) > 1 else (None, None)


def bind(core: int | None) -> None:
    """Keep this process on one core."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {core})


def environment() -> dict[str, str]:
    """The variables of a measured process: no proxy stands between it and the local server."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


def rss_bytes() -> int:
    """The memory of this process that is resident now, or its peak where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")


def open_files() -> int:
    """Descriptors that this process has open; 0 where the system does not tell."""
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError:
        return 0


def allow_many_files() -> None:
    """Raise the limit of descriptors as far as it goes: 2,000 streams are 2,000 sockets."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def described() -> dict[str, str]:
    """When and on what kind of machine this is."""
    return {
        "date": date.today().isoformat(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
    }
