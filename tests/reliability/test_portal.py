"""The sync client in programs with their own threads, event loops and notebook kernels."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from aiogroq.local import Fault, LocalGroq

from .programs import Programs

pytestmark = pytest.mark.timeout(30)

STREAM = """
def chat(client, **options):
    return client.chat.completions.create(model=MODEL, messages=QUESTION, **options)

def stream(client):
    return "".join(chunk.choices[0].delta.content or "" for chunk in chat(client, stream=True) if chunk.choices)
"""
SILENCE = Fault(before_head=True, end="stall")
RETRIES = """
import logging

class Hook(logging.Handler):
    def __init__(self, act):
        super().__init__()
        self.emit = lambda record: act()
        logging.getLogger("aiogroq").setLevel("INFO")
        logging.getLogger("aiogroq").addHandler(self)
"""


@pytest.mark.parametrize("outer", ["asyncio", "uvloop"])
def test_it_works_inside_a_running_loop(programs: Programs, loop_kind: str, outer: str) -> None:
    go = f"from {outer} import run as go\n"
    code = """
import asyncio
client = Groq()

async def main():
    print(ask(client), stream(client))
    print(await asyncio.gather(asyncio.to_thread(ask, client), ask_async(AsyncGroq())))

go(main())
"""
    assert programs.run(go + STREAM + code, loop=loop_kind if outer == "asyncio" else "uvloop") == [
        "2+2 = 4. 2+2 = 4.",
        "['2+2 = 4.', '2+2 = 4.']",
    ]


@pytest.mark.slow
def test_64_threads_at_once_start_one_portal_and_get_each_its_response(
    programs: Programs, server: LocalGroq, loop_kind: str
) -> None:
    code = """
import threading
from concurrent.futures import ThreadPoolExecutor
client, all_here = Groq(), threading.Barrier(64)

def work(number):
    all_here.wait()
    for first in range(5):
        question = [{"role": "user", "content": f"What is {number}+{first}?"}]
        whole = client.chat.completions.create(model=MODEL, messages=question)
        chunks = client.chat.completions.create(model=MODEL, messages=question, stream=True)
        assert f"= {number + first}." in text(whole), text(whole)
        assert text(chunks.collect()) == text(whole)

with ThreadPoolExecutor(64) as pool:
    list(pool.map(work, range(64)))
print(sum(thread.name == "aiogroq-portal" for thread in threading.enumerate()))
"""
    assert programs.run(code, loop=loop_kind) == ["1"]
    assert server.request_count == 640


# ------------------------------------------------------------------------------------------------------- callbacks


@pytest.mark.parametrize(
    "call",
    ["ask(client)", "chat(client, stream=True)", "next(open_stream)", "open_stream.collect()", "body.read()"],
)
def test_a_sync_call_in_a_hook_is_rejected_and_does_not_wait(
    programs: Programs, server: LocalGroq, loop_kind: str, call: str
) -> None:
    stall = Fault(after_events=1, end="stall")
    server.script(stall, Fault(after_bytes=5, end="stall"), Fault(status=503, headers={"retry-after": "0"}))
    code = f"""
import time
client = Groq()
open_stream = chat(client, stream=True)
next(open_stream)
with client.models.with_streaming_response.list() as body:
    def act():
        began_at = time.monotonic()
        try:
            {call}
        except Exception as error:
            print(type(error).__name__, "wait for itself" in str(error), time.monotonic() - began_at < 10)

    Hook(act)
    print(ask(client), open_stream.is_closed, body.is_closed)  # a refusal costs nothing
open_stream.close()
"""
    lines = ["PortalError True True", "2+2 = 4. False False"]
    assert programs.run(STREAM + RETRIES + code, loop=loop_kind) == lines


def test_a_rejected_call_that_a_hook_does_not_catch_ends_its_call(
    programs: Programs, server: LocalGroq
) -> None:
    server.script(Fault(status=503, headers={"retry-after": "0"}))
    code = """
client = Groq()
hook = Hook(lambda: ask(client))
try:
    ask(client)
except Exception as error:
    print(type(error).__name__)
print(ask(client))
"""
    assert programs.run(RETRIES + code) == ["PortalError", "2+2 = 4."]


def test_hooks_and_logs_see_the_contextvars_of_their_caller(
    programs: Programs, server: LocalGroq, loop_kind: str
) -> None:
    again = '{"status": 503, "headers": {"retry-after": "0"}}'
    code = f"""
import contextvars, threading
from concurrent.futures import ThreadPoolExecutor
name = contextvars.ContextVar("name", default="unset")
logged, in_callback = [], []
Hook(lambda: logged.append(name.get()))

def tell(retry):
    in_callback.append(name.get())
    name.set("inside")

client = Groq(max_retries=1, on_retry=tell, default_headers={{"x-local-fault": {again!r}}})
all_here = threading.Barrier(10)

def work(number):
    name.set(number)
    all_here.wait()
    try:
        stream(client) if number % 2 else ask(client)
    except Exception as error:
        return error.status_code, name.get()

with ThreadPoolExecutor(10) as pool:
    print(list(pool.map(work, range(10))) == [(503, number) for number in range(10)])
print(sorted(logged) == sorted(in_callback) == list(range(10)), name.get())
"""
    assert programs.run(STREAM + RETRIES + code, loop=loop_kind) == ["True", "True unset"]


def test_a_hook_of_a_call_sees_the_value_at_the_time_of_the_call(
    programs: Programs, server: LocalGroq, loop_kind: str
) -> None:
    again = Fault(status=503, headers={"retry-after": "0"})
    server.script(again, None, again, None)
    code = """
import contextvars
name = contextvars.ContextVar("name", default="unset")
Hook(lambda: print(name.get()))
client = Groq()
name.set("first")
ask(client)
name.set("second")
stream(client)
"""
    assert programs.run(STREAM + RETRIES + code, loop=loop_kind) == ["first", "second"]


# ------------------------------------------------------------------------------------------- the thread is killed

ENDED = """
def ended_within(runner, limit_s):
    import time
    ends_at = time.monotonic() + limit_s
    while not (runner.has_ended and runner.loop.is_closed()) and time.monotonic() < ends_at:
        time.sleep(0.002)
"""
KILL = {
    "its loop is stopped": "portal.loop.call_soon_threadsafe(portal.loop.stop)",
    "SystemExit in a callback": "portal.loop.call_soon_threadsafe(sys.exit)",
    "an exception is raised in the thread": """
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "aiogroq-portal"]
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit))
    portal.loop.call_soon_threadsafe(int)
""",
}

WAIT = dict.fromkeys(KILL, "ended_within(killed, 20)") | {
    # In the midst of a call it ends that call, and the thread lives. Elsewhere it ends the thread, maybe during this next call.
    "an exception is raised in the thread": "ended(lambda: ask(Groq()))",
}
"""How to wait until the thread has ended, if it ends."""


@pytest.mark.parametrize("how", list(KILL))
def test_killing_the_thread_is_an_error_and_never_a_hang(
    programs: Programs, server: LocalGroq, loop_kind: str, how: str
) -> None:
    server.script(None, Fault(after_events=1, end="stall"), SILENCE)
    code = f"""
import ctypes, signal, sys, threading, time
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
from concurrent.futures import ThreadPoolExecutor, wait
from aiogroq import GroqError
from aiogroq.sync.portal import portal
client = Groq()
print(ask(client))

def kill():
    {KILL[how].strip()}

def ended(call):
    began_at = time.monotonic()
    try:
        call()
        return "response"
    except (GroqError, SystemExit):  # the latter where it was raised in the midst of this very call
        return "error"

with ThreadPoolExecutor(2) as pool:
    iterated = chat(client, stream=True)
    next(iterated)
    rest = pool.submit(ended, lambda: list(iterated))
    request = pool.submit(ended, client.models.list)
    signal.sigwait([signal.SIGUSR1])
    killed, killed_at = portal.runner, time.monotonic()
    kill()
    # An exception that meets one call is that call's alone: then the other waits on, for a server that says no more.
    done, others = wait((request, rest), return_when="FIRST_COMPLETED")
    if killed is portal.runner:
        iterated.close()
        client.close()
    else:
        done |= others
    # A thread that ended by itself did not end as with a whole response.
    print(*{{call.result() for call in done}}, time.monotonic() - killed_at < 20)
{WAIT[how]}
print(ask(Groq()))
"""
    with programs.started(STREAM + ENDED + code, loop=loop_kind) as program:
        server.wait_for_requests(3, timeout_s=60)
        os.kill(program.pid, signal.SIGUSR1)
        assert programs.finish(program) == ["2+2 = 4.", "error True", "2+2 = 4."]


def test_a_body_whose_thread_was_killed_is_truncated_and_not_complete(
    programs: Programs, server: LocalGroq, loop_kind: str
) -> None:
    server.script(*(Fault(after_events=1, end="stall"),) * 2)
    code = """
from aiogroq import GroqError
from aiogroq.sync.portal import portal
client = Groq()
create = client.chat.completions.with_streaming_response.create
kwargs = dict(model="openai/gpt-oss-20b", messages=[{"role": "user", "content": "hi"}], stream=True)
with create(**kwargs) as begun, create(**kwargs) as unread:
    chunks = begun.iter_bytes()
    next(chunks)
    killed = portal.runner
    killed.loop.call_soon_threadsafe(killed.loop.stop)
    ended_within(killed, 20)
    for read in (lambda: list(chunks), unread.read):
        try:
            print("whole", read())
        except GroqError as error:
            print(error)
print(ask(client))
"""
    assert programs.run(STREAM + ENDED + code, loop=loop_kind) == [
        "The thread that reads this body has died; the rest of it is lost.",
        "this response belongs to another event loop; read it on the loop of its call",
        "2+2 = 4.",
    ]


@pytest.mark.slow
def test_killing_the_thread_again_and_again_under_load_hangs_nobody(
    programs: Programs, loop_kind: str
) -> None:
    code = """
import threading, time
from concurrent.futures import ThreadPoolExecutor
from aiogroq import GroqError
from aiogroq.sync.portal import portal
client, is_over, outcomes = Groq(), threading.Event(), set()

def work():
    while not is_over.is_set():
        try:
            outcomes.add(ask(client))
        except GroqError as error:
            outcomes.add(type(error).__name__)

threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for _ in range(10):
    runner = portal.runner
    runner.call_soon(lambda: runner.loop.stop())
    ended_within(runner, 20)
is_over.set()
for thread in threads:
    thread.join(30)
print(sum(thread.is_alive() for thread in threads), ask(client), outcomes <= {"2+2 = 4.", "PortalError"}, outcomes)
"""
    (line,) = programs.run(ENDED + code, loop=loop_kind)
    assert line.startswith("0 2+2 = 4. True"), line


# ------------------------------------------------------------------------------------------------------- notebooks


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: LocalGroq) -> str:
    """A kernel of this Python, with no settings of the machine's user."""
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("GROQ_API_KEY", "k")
    monkeypatch.setenv("GROQ_BASE_URL", server.base_url)
    folder = tmp_path / "jupyter_data_dir" / "kernels" / "of-this-test"
    folder.mkdir(parents=True)
    arguments = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": arguments, "display_name": folder.name, "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    return folder.name


async def test_a_cell_of_a_notebook_can_be_interrupted_and_the_next_one_works(
    server: LocalGroq, kernel: str
) -> None:
    asking = "groq.chat.completions.create(model='m', messages=[{'role': 'user', 'content': 'What is 2+2?'}]"
    cells = [
        f"from aiogroq import Groq\ngroq = Groq()\nprint({asking}).choices[0].message.content)",
        f"{asking})",
        f"for chunk in {asking}, stream=True):\n    print(chunk.object)",
        f"print({asking}, stream=True).collect().choices[0].message.content)",
    ]
    server.script(None, SILENCE, Fault(after_events=1, end="stall"))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(notebook, kernel_name=kernel, timeout=120, allow_errors=True)

    async def interrupt() -> None:
        for number in (2, 3):
            await asyncio.to_thread(server.wait_for_requests, number, timeout_s=60)
            await client.km.interrupt_kernel()
            await asyncio.to_thread(server.wait_for_requests, number, timeout_s=60, finished=True)

    interrupting = asyncio.create_task(interrupt())
    ran = await client.async_execute()
    await interrupting
    said = [[output.get("text") or output.get("ename") for output in cell.outputs] for cell in ran.cells]
    assert said[0] == said[3] == ["2+2 = 4.\n"]
    assert said[1] == ["KeyboardInterrupt"]
    assert said[2][-1] == "KeyboardInterrupt"
    assert [request.disconnected for request in server.requests] == [False, True, True, False]
