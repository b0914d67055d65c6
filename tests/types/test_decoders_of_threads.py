"""Threads that decode the first response of a type at the same time."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import threading, time
import msgspec
from aiogroq.protocol.decode import _convert
from aiogroq.schemas.decoders import MsgspecDecoder
from aiogroq.types._decode import decode_json

is_described, others_come = threading.Event(), threading.Event()

def slow():  # msgspec evaluates it when it describes the class, and lets other threads run
    is_described.set()
    others_come.wait(60)
    time.sleep(0.2)
    return int

class Inner(msgspec.Struct):
    a: "slow()"

class Outer(msgspec.Struct):
    inner: Inner
    last: int

def decode():
    body = b'{"inner": {"a": 1}, "last": 2}'
    values.append({how})

values = []
first = threading.Thread(target=decode)
first.start()
is_described.wait(60)
others = [threading.Thread(target=decode) for _ in range(4)]
for each in others:
    each.start()
others_come.set()
for each in [first, *others]:
    each.join()
assert values == [Outer(Inner(1), 2)] * 5, values
"""


@pytest.mark.parametrize(
    "how",
    [
        "decode_json(Outer, body)",
        "MsgspecDecoder(Outer).decode(body, lax=False)",
        "_convert(Outer, body)",  # of `response.parse(to=Outer)`
    ],
)
def test_threads_that_need_a_decoder_at_the_same_time_wait_for_it(how: str) -> None:
    """msgspec has a description that is not complete while it makes a decoder: to decode with it crashes the process."""
    program = PROGRAM.replace("{how}", how)
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
