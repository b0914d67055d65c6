"""The sync client in programs that fork, spawn and exit."""

from __future__ import annotations

import os
import signal
import socket
import sys

import pytest
from waiting import eventually

from aiogroq.local import Fault, LocalGroq

from .programs import Programs

pytestmark = pytest.mark.timeout(40)
has_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

SILENCE = Fault(before_head=True, end="stall")


@has_fork
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_the_workers_of_a_pool_call(programs: Programs, method: str) -> None:
    code = f"""
import multiprocessing
client = Groq()

def work(number):
    question = [{{"role": "user", "content": f"What is {{number}}+{{number}}?"}}]
    return text(client.chat.completions.create(model=MODEL, messages=question))

if __name__ == "__main__":
    print(ask(client))
    pool = multiprocessing.get_context("{method}").Pool(2)
    print(pool.map(work, range(6)) == [f"{{n}}+{{n}} = {{2 * n}}." for n in range(6)])
    pool.close()
    pool.join()
    print(ask(client))
"""
    assert programs.run(code) == ["2+2 = 4.", "True", "2+2 = 4."]


@has_fork
@pytest.mark.slow
def test_a_fork_while_other_threads_are_in_a_call_works_thirty_times(
    programs: Programs, loop_kind: str
) -> None:
    code = """
import threading
client, is_over, failed = Groq(), threading.Event(), []

def keep_calling(streamed):
    while not is_over.is_set():
        try:
            if streamed:
                client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True).collect()
            else:
                ask(client)
        except Exception as error:
            failed.append(error)

ask(client)
threads = [threading.Thread(target=keep_calling, args=[number % 2]) for number in range(4)]
for thread in threads:
    thread.start()
states = []
for _ in range(30):
    child = os.fork()
    if child == 0:
        response = ask(client)
        streamed = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True).collect()
        os._exit(0 if response == text(streamed) == "2+2 = 4." else 1)
    states.append(os.waitpid(child, 0)[1])
is_over.set()
for thread in threads:
    thread.join()
print(states == [0] * 30, failed, ask(client))
"""
    assert programs.run(code, loop=loop_kind) == ["True [] 2+2 = 4."]


@has_fork
def test_the_workers_of_a_prefork_server_use_the_client_that_their_parent_used(
    programs: Programs, server: LocalGroq, loop_kind: str
) -> None:
    code = """
import signal, socket
client = Groq()
print(ask(client), flush=True)
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
workers = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(f"{os.getpid()} {ask(client)}".encode())
                if not connection.recv(1):  # keeps this worker busy until the visitor has gone
                    continue
    workers.append(child)
listener.close()
signal.sigwait([signal.SIGUSR1])
print(ask(client))
for worker in workers:
    os.kill(worker, signal.SIGTERM)
    os.waitpid(worker, 0)
print(ask(client))
"""
    block = "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])\n"
    with programs.started(block + code, loop=loop_kind) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "2+2 = 4.\n"
        port = int(program.stdout.readline())
        served: dict[int, int] = {}
        for _ in range(5):
            visitors = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(4)]
            for visitor in visitors:
                worker, response = visitor.recv(100).decode().split(" ", 1)
                assert response == "2+2 = 4."
                served[int(worker)] = served.get(int(worker), 0) + 1
            for visitor in visitors:
                visitor.close()
        os.kill(program.pid, signal.SIGUSR1)
        assert programs.finish(program) == ["2+2 = 4."] * 2
    assert sorted(served.values()) == [5, 5, 5, 5]
    # Nobody uses a connection of somebody else's: one of the parent, and one of each worker.
    assert len({request.connection_id for request in server.requests}) == 5


@has_fork
@pytest.mark.fast_path_only("fork")
def test_a_child_that_lives_on_does_not_keep_the_connections_of_its_parent_open(
    programs: Programs, server: LocalGroq, loop_kind: str
) -> None:
    server.script(Fault(after_events=1, end="stall"))
    code = """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
stream = Groq().chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
next(stream)
child = os.fork()
if child == 0:
    print(ask(Groq()), flush=True)
    signal.sigwait([signal.SIGUSR1])
    os._exit(0)
signal.sigwait([signal.SIGUSR1])
stream.close()
print("closed", flush=True)
signal.sigwait([signal.SIGUSR1])
os.kill(child, signal.SIGUSR1)
print(os.waitpid(child, 0)[1])
"""
    with programs.started(code, loop=loop_kind) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "2+2 = 4.\n"
        os.kill(program.pid, signal.SIGUSR1)
        assert program.stdout.readline() == "closed\n"
        eventually(lambda: server.requests[0].disconnected, within_s=20)
        os.kill(program.pid, signal.SIGUSR1)
        assert programs.finish(program) == ["0"]


@has_fork
def test_the_rest_of_a_stream_that_its_parent_reads_is_an_error_in_a_child(
    programs: Programs, server: LocalGroq, loop_kind: str
) -> None:
    server.script(Fault(after_events=1, end="stall"))
    code = """
stream = Groq().chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
next(stream)
child = os.fork()
if child == 0:
    for rest in (list, list, lambda stream: stream.collect()):
        try:
            print(rest(stream))
        except Exception as error:
            print(type(error).__name__, error, flush=True)
    os._exit(0)
print(os.waitpid(child, 0)[1], stream.is_closed)
stream.close()
"""
    *said, end = programs.run(code, loop=loop_kind)
    assert set(said) == {
        "PortalError The thread that reads streams has died; the rest of the stream is lost."
    }
    assert end == "0 False"


# ----------------------------------------------------------------------------------------------- the program's end

ENDS = {
    "atexit after a call": ("ask(client)\natexit.register(lambda: print(ask(client)))", ["2+2 = 4."]),
    "atexit with a host name": (
        """
url = os.environ["GROQ_BASE_URL"].replace("127.0.0.1", "localhost")
named = Groq(base_url=url)
ask(client)
atexit.register(lambda: print(ask(named)))
""",
        ["2+2 = 4."],
    ),
    "atexit with a file": (
        """
import pathlib
path = pathlib.Path(__file__)
ask(client)
def upload():
    print(client.files.create(file=path, purpose="batch").bytes == path.stat().st_size)
atexit.register(upload)
""",
        ["True"],
    ),
    "atexit with a stream": (
        """
chunks = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
next(chunks)
atexit.register(lambda: print(text(chunks.collect())))
""",
        ["2+2 = 4."],
    ),
    "a thread that outlives the main one": (
        """
def later():
    threading.main_thread().join()
    print(ask(client))
ask(client)
threading.Thread(target=later).start()
""",
        ["2+2 = 4."],
    ),
    "a stream open": (
        """
chunks = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
print(next(chunks).object)
""",
        ["chat.completion.chunk"],
    ),
    "a body open": (
        """
opening = client.models.with_streaming_response.list()
body = opening.__enter__()
print(body.status_code)
""",
        ["200"],
    ),
    "a connection being opened": (
        """
import asyncio
from aiogroq import DefaultAioHttpClient
from aiohttp.abc import AbstractResolver
is_opening = threading.Event()

class Silent(AbstractResolver):
    async def resolve(self, *arguments, **more):
        is_opening.set()
        await asyncio.Event().wait()

    async def close(self):
        pass

other = Groq(base_url="http://localhost:1", http_client=DefaultAioHttpClient(resolver=Silent()))
threading.Thread(target=other.models.list, daemon=True).start()
is_opening.wait()
print("ends")
""",
        ["ends"],
    ),
    "sys.exit in the middle of a stream": (
        """
for chunk in client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True):
    print(chunk.object)
    sys.exit()
""",
        ["chat.completion.chunk"],
    ),
}


@pytest.mark.parametrize("how", list(ENDS))
def test_a_program_may_end_with(programs: Programs, loop_kind: str, how: str) -> None:
    code, lines = ENDS[how]
    first = "import atexit, sys, threading\nclient = Groq()\n"
    assert programs.run(first + code, loop=loop_kind) == lines


def test_an_atexit_handler_of_before_the_import_may_call(programs: Programs, loop_kind: str) -> None:
    before = "import atexit\natexit.register(lambda: (print(ask(client)), client.close()))"
    assert programs.run("client = Groq()\nask(client)", loop=loop_kind, before=before) == ["2+2 = 4."]


def test_an_atexit_handler_of_before_the_import_may_read_a_stream(
    programs: Programs, server: LocalGroq, loop_kind: str
) -> None:
    server.script(Fault(after_events=1, end="stall", stall_s=0.7))
    before = """
import atexit, sys, weakref

def read():
    try:
        print(text(chunks.collect()))
    except Exception as error:
        print(type(error).__name__)

atexit.register(read)
weakref.finalize(sys, int)
"""
    code = """
client = Groq()
chunks = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
print(next(chunks).object)
"""
    first, end = programs.run(code, loop=loop_kind, before=before)
    # The finalizers of weakref, which run before this handler, close connections, but not those of the public path.
    assert (first, end in ("APIConnectionError", "2+2 = 4.")) == ("chat.completion.chunk", True)


@pytest.mark.skipif(sys.platform == "win32", reason="the C library is another")
def test_an_event_after_the_end_of_the_interpreter_does_not_crash(programs: Programs, loop_kind: str) -> None:
    code = """
import ctypes, threading
from aiogroq.sync.portal import portal
with Groq() as client:
    print(ask(client))
# The C library still waits when the interpreter is gone, and a timer of the loop is due in that time.
library = ctypes.CDLL(None)
library.__cxa_atexit(library.usleep, 400_000, None)
is_set = threading.Event()
portal.loop.call_soon_threadsafe(lambda: (portal.loop.call_later(0.25, print), is_set.set()))
is_set.wait()
"""
    assert programs.run(code, loop=loop_kind) == ["2+2 = 4."]


def test_a_paused_thread_runs_no_python_code(programs: Programs, loop_kind: str) -> None:
    code = """
import sys, threading, time
from aiogroq.sync.portal import portal

def profile(frame, event, arg):
    if is_pausing and event == "c_return" and arg.__name__ == "put":
        time.sleep(0.5)  # the main thread goes on, if this is what it waits for

is_pausing = False
threading.setprofile(profile)
with Groq() as client:
    print(ask(client))
(ident,) = [thread.ident for thread in threading.enumerate() if thread.name == "aiogroq-portal"]
is_pausing = True
portal.pause()
print(sys._current_frames()[ident].f_code is profile.__code__)
is_pausing = False
print(ask(Groq()))
"""
    assert programs.run(code, loop=loop_kind) == ["2+2 = 4.", "False", "2+2 = 4."]


def test_the_first_call_in_an_atexit_handler_is_a_response_or_an_error(
    programs: Programs, loop_kind: str
) -> None:
    code = """
import atexit
client = Groq()

def last():
    try:
        print(ask(client))
    except Exception as error:
        print(type(error).__name__, "interpreter exits" in str(error))

atexit.register(last)
"""
    # Python 3.12 starts no more threads there, which other versions do.
    (line,) = programs.run(code, loop=loop_kind)
    assert line == "2+2 = 4." or (sys.version_info >= (3, 12) and line == "PortalError True")


@pytest.mark.parametrize(
    "call", ["ask(client)", "next(chunks)", "chunks.collect()", "chunks.close()", "client.close()"]
)
@pytest.mark.slow
def test_a_call_in_del_at_the_end_of_the_interpreter_is_rejected_and_does_not_hang(
    programs: Programs, server: LocalGroq, loop_kind: str, call: str
) -> None:
    server.script(Fault(after_events=1, end="stall"))
    code = f"""
class Last:
    def __init__(self):
        self.client = Groq()
        self.chunks = self.client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
        next(self.chunks)

    def __del__(self, ask=ask, print=print):
        client, chunks = self.client, self.chunks
        try:
            {call}
            print("done")
        except Exception as error:
            print(type(error).__name__, error)

last = Last()
last.itself = last  # a cycle: collected by nothing but the end
"""
    (line,) = programs.run(code, loop=loop_kind, limit_s=10)
    # The end of the program also closes connections: a stream may come to know that first.
    ends = "done" if call.endswith("close()") else ("PortalError", "APIConnectionError")
    assert line.startswith(ends), line


@pytest.mark.parametrize("is_stream", [False, True])
def test_a_program_may_end_while_a_daemon_thread_is_in_a_call(
    programs: Programs, server: LocalGroq, loop_kind: str, is_stream: bool
) -> None:
    server.script(Fault(after_events=1, end="stall") if is_stream else SILENCE)
    code = f"""
import signal, threading
client = Groq()

def work():
    if {is_stream}:
        list(client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True))
    else:
        ask(client)

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
threading.Thread(target=work, daemon=True).start()
signal.sigwait([signal.SIGUSR1])
print("end")
"""
    with programs.started(code, loop=loop_kind) as program:
        server.wait_for_requests(1, timeout_s=60)
        os.kill(program.pid, signal.SIGUSR1)
        assert programs.finish(program, limit_s=10) == ["end"]
    (request,) = server.wait_for_requests(1, timeout_s=60, finished=True)
    assert request.disconnected
