"""Ctrl-C: a real SIGINT ends the request of a waiting program, not only its wait."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from statistics import median

import pytest
from waiting import eventually

from aiogroq.local import Fault, LocalGroq

from .programs import LIMIT_S, Programs

pytestmark = [
    pytest.mark.timeout(30),
    pytest.mark.skipif(sys.platform == "win32", reason="nobody can press another program's Ctrl-C there"),
]

AT_ONCE_S = 0.2
ROUNDS = 5
SILENCE = Fault(before_head=True, end="stall")
FAULTS = {
    "a request": SILENCE,
    "a stream": Fault(after_events=1, end="stall"),
    "the collecting of a stream": Fault(after_events=1, end="stall"),
    "the events of a stream": Fault(after_events=1, end="stall"),
    "the chunks of a body": Fault(after_bytes=10, end="stall"),
    "a retry wait": Fault(status=503, headers={"retry-after": "30"}),
}

# "waiting" is said once the main thread stays where it is, on behalf of the package.
WAITING = """
import asyncio, logging, sys, threading, time, traceback
import aiogroq
HERE = os.path.dirname(aiogroq.__file__)

def say_when_main_waits():
    def watch():
        before = None
        while True:
            frame = sys._current_frames()[threading.main_thread().ident]
            now = [(called.filename, called.lineno) for called in traceback.extract_stack(frame)]
            if now == before and any(file.startswith(HERE) for file, _ in now):
                break
            before = now
            time.sleep(0.01)
        print("waiting", flush=True)
    threading.Thread(target=watch).start()

def say_once_the_task_waits():
    asyncio.get_running_loop().call_soon(lambda: print("waiting", flush=True))

class Retrying(logging.Handler):
    def emit(self, record):
        say_once_the_task_waits()

logging.getLogger("aiogroq").setLevel("INFO")
logging.getLogger("aiogroq").addHandler(Retrying())
"""
CALLS = """
def a_request(client):
    say_when_main_waits()
    ask(client)

def a_stream(client):
    for chunk in client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True):
        say_when_main_waits()

def the_collecting_of_a_stream(client):
    stream = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    say_when_main_waits()
    stream.collect()

def the_events_of_a_stream(client):
    with client.chat.completions.stream(model=MODEL, messages=QUESTION) as stream:
        for event in stream:
            say_when_main_waits()

def the_chunks_of_a_body(client):
    with client.models.with_streaming_response.list() as body:
        for chunk in body.iter_bytes():
            say_when_main_waits()

def a_retry_wait(client):
    ask(client)
"""
ROUND = """
client = Groq()
print(ask(client), flush=True)
for _ in range(ROUNDS):
    try:
        CALL(client)
    except KeyboardInterrupt:
        print(time.time(), flush=True)
    print(ask(client), flush=True)
"""


def line_of(program: subprocess.Popen[str]) -> str:
    """The next line that it prints."""
    assert program.stdout is not None
    return program.stdout.readline().rstrip("\n")


def press_in_every_round(
    program: subprocess.Popen[str], server: LocalGroq, *, is_on_wire: bool, says: bool = True
) -> None:
    """Press Ctrl-C in each second call of a program, which prints the time at which it was interrupted.

    ``is_on_wire``: the call has a request under way, whose end the server sees. ``says``: it says when it waits.
    """
    raised_after_s: list[float] = []
    gone_after_s: list[float] = []
    for number in range(ROUNDS):
        assert line_of(program) == "2+2 = 4."
        server.wait_for_requests(2 * number + 2, timeout_s=LIMIT_S)
        if says:
            assert line_of(program) == "waiting"
        pressed_at = time.time()
        os.kill(program.pid, signal.SIGINT)
        raised_after_s.append(float(line_of(program)) - pressed_at)
        server.wait_for_requests(2 * number + 2, timeout_s=LIMIT_S, finished=True)
        gone_at = server.requests[2 * number + 1].disconnected_at
        assert (gone_at is not None) == is_on_wire
        gone_after_s.append((gone_at or pressed_at) - pressed_at)
    # Of several, because any one of them may find the machine busy with something else.
    assert median(raised_after_s) < AT_ONCE_S, raised_after_s
    assert median(gone_after_s) < AT_ONCE_S, gone_after_s


@pytest.mark.parametrize(
    "during",
    [
        pytest.param(each, marks=pytest.mark.slow) if each == "the events of a stream" else each
        for each in FAULTS
    ],
)
def test_ctrl_c_ends_the_call_and_its_connection_at_once(
    programs: Programs, server: LocalGroq, loop_kind: str, during: str
) -> None:
    server.script(*[None, FAULTS[during]] * ROUNDS)
    code = ROUND.replace("ROUNDS", str(ROUNDS)).replace("CALL", during.replace(" ", "_"))
    with programs.started(WAITING + CALLS + code, loop=loop_kind) as program:
        press_in_every_round(program, server, is_on_wire=during != "a retry wait")
        assert programs.finish(program) == ["2+2 = 4."]
    assert server.request_count == 2 * ROUNDS + 1


def test_ctrl_c_leaves_the_calls_of_other_threads_alone(programs: Programs, server: LocalGroq) -> None:
    server.script(Fault(on="/models", before_head=True, end="stall"), SILENCE)
    code = """
from concurrent.futures import ThreadPoolExecutor
client = Groq()
with ThreadPoolExecutor(1) as pool:
    other = pool.submit(client.models.list)
    try:
        ask(client)
    except KeyboardInterrupt:
        print("interrupted", other.done(), flush=True)
    print(other.result().object)
"""
    with programs.started(code) as program:
        server.wait_for_requests(2, timeout_s=LIMIT_S)
        os.kill(program.pid, signal.SIGINT)
        assert line_of(program) == "interrupted False"
        server.close_connections()  # the other call is sent again
        assert programs.finish(program) == ["list"]


@pytest.mark.parametrize(
    "call", ["ask(client)", "chat(client, stream=True).collect()", "list(chat(client, stream=True))"]
)
@pytest.mark.slow
def test_ctrl_c_at_any_moment_of_a_call_leaves_a_client_that_works(
    programs: Programs, loop_kind: str, call: str
) -> None:
    code = f"""
import gc, random, signal, statistics, sys, threading, time, warnings
# One that comes in a finalizer (aiohttp's, a WeakSet's) is swallowed and reported by Python itself.
report = sys.unraisablehook
sys.unraisablehook = lambda what: None if what.exc_type is KeyboardInterrupt else report(what)
# One that comes after the coroutine of the call was made, and before the call has begun with it.
warnings.filterwarnings("ignore", "coroutine .* was never awaited")
signal.signal(signal.SIGALRM, signal.default_int_handler)

def chat(client, **options):
    return client.chat.completions.create(model=MODEL, messages=QUESTION, **options)

def call():
    {call}

def timed_s():
    began_at = time.perf_counter()
    call()
    return time.perf_counter() - began_at

client = Groq()
call()
call_s = statistics.median(timed_s() for _ in range(21))  # one may find the machine busy
randomness = random.Random(1)
before, interrupted = descriptors(), 0
for _ in range(400):
    try:
        signal.setitimer(signal.ITIMER_REAL, randomness.uniform(1e-5, call_s))
        try:
            call()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        interrupted += 1
gc.collect()
print(ask(client), interrupted > 50)
print(sum(thread.name == "aiogroq-portal" for thread in threading.enumerate()))
print(descriptors() - before <= 2)
"""
    assert programs.run(code, loop=loop_kind) == ["2+2 = 4. True", "1", "True"]


# ------------------------------------------------------------------------------------------------------- asyncio

ASYNC = {
    "a request": "await ask_async(client)",
    "a stream": """
        async for chunk in await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True):
            say_once_the_task_waits()  # no more bytes come: an interrupt meets no other callback of the loop
""",
    "a retry wait": "await ask_async(client)",
}


# aiohttp writes a body in a task of its own before Python 3.12, and before 3.11 asyncio raises Ctrl-C in whichever task runs.
WRITING_TASK = re.compile(
    r"Task exception was never retrieved\nfuture: <Task finished .*ClientRequest\.write_bytes\(\).*KeyboardInterrupt\(\).*>\n"
    r"(?:source_traceback: .*\n(?: .*\n)+)?Traceback \(most recent call last\):\n(?: .*\n)+KeyboardInterrupt\n"
)


@pytest.mark.parametrize("during", list(ASYNC))
def test_ctrl_c_in_asyncio_run_ends_the_request_and_the_client_works_on(
    programs: Programs, server: LocalGroq, loop_kind: str, during: str, aiohttp_path: str
) -> None:
    if loop_kind == "uvloop" and sys.version_info < (3, 11):
        pytest.skip("without asyncio.Runner uvloop raises Ctrl-C in whichever callback runs, and tells of it")
    server.script(*[None, FAULTS[during]] * ROUNDS)
    code = f"""
client = AsyncGroq()

async def main():
    {ASYNC[during].strip()}

for _ in range({ROUNDS}):
    print(go(ask_async(client)), flush=True)
    try:
        go(main())
    except KeyboardInterrupt:
        print(time.time(), flush=True)
"""
    go = "from uvloop import run as go\n" if loop_kind == "uvloop" else "from asyncio import run as go\n"
    with programs.started(WAITING + go + code) as program:
        press_in_every_round(program, server, is_on_wire=during != "a retry wait", says=during != "a request")
        can_report = aiohttp_path == "public" and sys.version_info < (3, 11)
        assert programs.finish(program, may_report=WRITING_TASK if can_report else None) == []
    # The server may still have to read the end of the last one.
    eventually(lambda: server.open_connections == 0)


@pytest.mark.parametrize("interrupt", ["KeyboardInterrupt", "Late"])
def test_a_stream_that_was_interrupted_keeps_the_text_that_had_arrived(
    programs: Programs, server: LocalGroq, loop_kind: str, interrupt: str
) -> None:
    """Ctrl-C, or what a signal handler raises: as where the task that reads an `AsyncStream` is cancelled."""
    server.script(Fault(after_events=31, end="stall"))
    code = f"""
from aiogroq import APIConnectionError

class Late(Exception):
    pass

def late(*_):
    raise {interrupt}

signal.signal(signal.SIGALRM, late)
client = Groq()
stream = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
seen = []
try:
    for chunk in stream:
        seen.append(chunk.choices[0].delta.content or "")
        if len(seen) == 31:
            say_when_main_waits()
except {interrupt} as error:
    print("interrupted", error.__context__, flush=True)
for use in lambda: next(stream), stream.collect:
    try:
        print("as if whole", use())
    except APIConnectionError as error:
        print(error, text(error.partial) == "".join(seen) == "2+2 =", error.__context__)
print(stream.is_closed, ask(client))
"""
    with programs.started(WAITING + code, loop=loop_kind) as program:
        assert line_of(program) == "waiting"
        os.kill(program.pid, signal.SIGALRM)
        assert line_of(program) == "interrupted None"
        server.wait_for_requests(1, timeout_s=LIMIT_S, finished=True)
        said = "The stream was closed before its end{}; what had arrived is in `partial`. True None"
        assert programs.finish(program) == [
            said.format(f", by {interrupt}"),
            said.format(""),
            "True 2+2 = 4.",
        ]
    assert server.requests[0].disconnected


@pytest.mark.slow
@pytest.mark.parametrize("interrupt", ["KeyboardInterrupt", "Late"])
@pytest.mark.parametrize("read", ["list(stream)", "stream.until_done()", "list(stream.text_stream)"])
def test_events_that_were_interrupted_never_look_complete(
    programs: Programs, server: LocalGroq, interrupt: str, read: str
) -> None:
    server.script(Fault(after_events=31, end="stall"))
    code = f"""
from aiogroq import APIConnectionError

class Late(Exception):
    pass

def late(*_):
    raise {interrupt}

signal.signal(signal.SIGALRM, late)
client = Groq()
with client.chat.completions.stream(model=MODEL, messages=QUESTION) as stream:
    say_when_main_waits()
    try:
        {read}
    except {interrupt} as error:
        print("interrupted", error.__context__, flush=True)
    for use in lambda: next(stream), stream.get_final_completion:
        try:
            print("as if whole", use())
        except APIConnectionError as error:
            print(error, error.partial is not None)
print(stream.is_closed, ask(client))
"""
    with programs.started(WAITING + code) as program:
        assert line_of(program) == "waiting"
        os.kill(program.pid, signal.SIGALRM)
        assert line_of(program) == "interrupted None"
        said = f"The stream was closed before its end, by {interrupt}; what had arrived is in `partial`. True"
        assert programs.finish(program) == [said, said, "True 2+2 = 4."]
    assert server.requests[0].disconnected


@pytest.mark.parametrize("interrupt", ["KeyboardInterrupt", "Late"])
def test_a_stream_whose_collecting_was_interrupted_says_by_what(
    programs: Programs, server: LocalGroq, interrupt: str
) -> None:
    server.script(Fault(after_events=31, end="stall"))
    code = f"""
from aiogroq import APIConnectionError

class Late(Exception):
    pass

def late(*_):
    raise {interrupt}

signal.signal(signal.SIGALRM, late)
client = Groq()
stream = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
say_when_main_waits()
try:
    stream.collect()
except {interrupt} as error:
    print("interrupted", error.__context__, flush=True)
for use in lambda: next(stream), stream.collect:
    try:
        print("as if whole", use())
    except APIConnectionError as error:
        print(error, error.partial is not None, error.__context__)
print(stream.is_closed, ask(client))
"""
    with programs.started(WAITING + code) as program:
        assert line_of(program) == "waiting"
        os.kill(program.pid, signal.SIGALRM)
        assert line_of(program) == "interrupted None"
        said = "The stream was closed before its end{}; what had arrived is in `partial`. True None"
        assert programs.finish(program) == [
            said.format(f", by {interrupt}"),
            said.format(""),
            "True 2+2 = 4.",
        ]
    assert server.requests[0].disconnected
