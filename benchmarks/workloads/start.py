"""Time and memory of importing a package, and of a new process until its first response."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

from .. import machine
from ..load.responses import TEXT
from ..spec import Result, Spec
from .clock import check

_PACKAGES = {"aiogroq": "aiogroq", "groq": "groq", "openai": "openai", "hand-written": "aiohttp, msgspec"}
_TAIL = """
import json, os, resource, sys
try:
    rss = int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
except OSError:
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"rss_mib": rss / 2**20, "cpu_s": used.ru_utime + used.ru_stime, "text": text}))
"""
_FIRST = {
    "aiogroq": "from aiogroq import Groq\nclient = Groq(api_key='k', base_url=URL)",
    "groq": "from groq import Groq\nclient = Groq(api_key='k', base_url=URL)",
    "openai": "from openai import OpenAI\nclient = OpenAI(api_key='k', base_url=URL + '/openai/v1')",
}
_REQUEST = """
text = client.chat.completions.create(model="chat", messages=[{"role": "user", "content": "x"}]).choices[0].message.content
"""


def measure(spec: Spec) -> Result:
    """Measure ``until`` ``import`` or ``response``. The client ``bare interpreter`` is Python itself."""
    with_response = spec.params["until"] == "response"
    if spec.client == "bare interpreter":
        code = "text = ''"
    elif with_response:
        code = f"URL = {spec.url!r}\n{_FIRST[spec.client]}{_REQUEST}"
    else:
        code = f"import {_PACKAGES[spec.client]}\ntext = ''"
    cpu_s: list[float] = []
    wall_s: list[float] = []
    report: dict[str, Any] = {}
    # The file cache is warm from the second run on; the minimum is the undisturbed time.
    for _ in range(3):
        started_at = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", code + _TAIL],
            capture_output=True,
            check=True,
            text=True,
            env=machine.environment(),
        )
        wall_s.append(time.perf_counter() - started_at)
        report = json.loads(done.stdout)
        check(report["text"], TEXT if with_response and spec.client in _FIRST else "")
        cpu_s.append(report["cpu_s"])
    return Result(units=1, cpu_s=min(cpu_s), wall_s=min(wall_s), values={"rss_mib": report["rss_mib"]})
