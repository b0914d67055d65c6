"""The environments of other libraries: created with pip when they are first needed, and cached."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

INSTALL_TIMEOUT_S = 600
_READY = "ready"


class NotInstalled(Exception):
    """An environment could not be created. The message is a short reason."""


def default_cache() -> Path:
    """Return the directory of the environments, below the user's cache directory."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aiogroq-benchmarks"


def python_of(peer: str, requirements: tuple[str, ...], cache: Path, tell: Callable[[str], None]) -> str:
    """Return the interpreter with *requirements*, after installing them if needed. Raises `NotInstalled`."""
    if not requirements:
        return sys.executable
    digest = hashlib.sha256(repr(requirements).encode()).hexdigest()[:8]
    folder = cache / f"{peer}-{sys.version_info[0]}.{sys.version_info[1]}-{digest}"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not (folder / _READY).exists():
        tell(f"installing {' '.join(requirements)} into {folder}")
        shutil.rmtree(folder, ignore_errors=True)
        try:
            _run([sys.executable, "-m", "venv", str(folder)], tell)
            _run([str(python), "-m", "pip", "install", "--quiet", *requirements], tell)
        except NotInstalled:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        (folder / _READY).touch()
    return str(python)


def _run(command: list[str], tell: Callable[[str], None]) -> None:
    tool = command[2]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"{tool} took more than {INSTALL_TIMEOUT_S} s") from None
    if done.returncode:
        # Said here and not in the results: it may name hosts and directories of this machine.
        tell("\n".join(done.stderr.strip().splitlines()[-5:]))
        raise NotInstalled(f"{tool} failed")
