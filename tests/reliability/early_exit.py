"""Programs that leave streams in every way there is: the way as `leave`, and a `main` that does it again and again."""

from __future__ import annotations

# A program leaves so many streams that have fallen silent, and goes on living until the server has seen it.
BEGIN = """
import asyncio, gc, threading, time

left_at = []

def leaving():
    left_at.append(time.time())
"""
ASYNC = """
client = AsyncGroq()

async def open_stream():
    stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    for _ in range(3):
        await anext(stream)
    return stream

async def main():
    for leave in ({ways}):
        for _ in range({rounds}):
            await leave()
    print("left", flush=True)
    while not os.path.exists({go!r}):
        await asyncio.sleep(0.01)
    print(await ask_async(client))
    print(*left_at)

asyncio.run(main())
"""
BLOCKING = """
client = Groq()

def open_stream():
    stream = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    for _ in range(3):
        next(stream)
    return stream

for leave in ({ways}):
    for _ in range({rounds}):
        leave()
print("left", flush=True)
while not os.path.exists({go!r}):
    time.sleep(0.01)
print(ask(client))
print(*left_at)
"""

ASYNC_WAYS = {
    "break in async with": """
async def leave():
    async with await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True) as stream:
        async for chunk in stream:
            leaving()
            break
""",
    "break and close": """
async def leave():
    stream = await open_stream()
    leaving()
    await stream.close()
    assert stream.is_closed
    assert [chunk async for chunk in stream] == []
""",
    "exception": """
async def leave():
    try:
        async with await open_stream() as stream:
            leaving()
            raise KeyError("mine")
    except KeyError as error:
        assert error.args == ("mine",)
""",
    "cancellation of a reader": """
async def read(stream):
    async for chunk in stream:
        pass

async def leave():
    stream = await open_stream()
    task = asyncio.ensure_future(read(stream))
    await asyncio.sleep(0)
    leaving()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled() and stream.is_closed
""",
    "cancellation of collect": """
async def leave():
    stream = await open_stream()
    try:
        await asyncio.wait_for(stream.collect(), 0.01)
    except asyncio.TimeoutError:
        leaving()
    assert stream.is_closed
""",
    "close from another task": """
async def close(stream):
    leaving()
    await stream.close()

async def leave():
    stream = await open_stream()
    task = asyncio.ensure_future(close(stream))
    assert [chunk async for chunk in stream] == []
    await task
""",
    "close from another thread": """
def close_on(loop, stream):
    leaving()
    asyncio.run_coroutine_threadsafe(stream.close(), loop).result(5)

async def leave():
    stream = await open_stream()
    thread = threading.Thread(target=close_on, args=(asyncio.get_running_loop(), stream))
    thread.start()
    assert [chunk async for chunk in stream] == []
    await asyncio.to_thread(thread.join)
""",
    "break in a body left on the socket": """
async def leave():
    async with client.chat.completions.with_streaming_response.create(
        model=MODEL, messages=QUESTION, stream=True
    ) as response:
        async for line in response.iter_lines():
            leaving()
            break
""",
}
UNANSWERED = {
    "cancellation": """
async def leave():
    task = asyncio.ensure_future(open_stream())
    await asyncio.sleep(0.3)  # by then it is sent, also where the machine is busy
    leaving()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
""",
}
COLLECTED_ASYNC = {
    "the last reference goes": """
async def leave():
    stream = await open_stream()
    leaving()
""",
    "a reference cycle": """
async def leave():
    stream = await open_stream()
    stream.me = stream
    leaving()
    del stream
    gc.collect()
""",
    "an exception that is dropped": """
async def leave():
    try:
        async for chunk in await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True):
            raise KeyError("mine")
    except KeyError:
        leaving()
""",
    "in another thread": """
async def leave():
    streams = [await open_stream()]
    leaving()
    thread = threading.Thread(target=streams.clear)
    thread.start()
    thread.join()
""",
    "an answer that nobody took": """
async def leave():
    task = asyncio.ensure_future(open_stream())
    await asyncio.wait([task])
    leaving()
""",
}
BLOCKING_WAYS = {
    "break in with": """
def leave():
    with client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True) as stream:
        for chunk in stream:
            leaving()
            break
""",
    "break and close": """
def leave():
    stream = open_stream()
    leaving()
    stream.close()
    assert list(stream) == []
""",
    "exception": """
def leave():
    try:
        with open_stream():
            leaving()
            raise KeyError("mine")
    except KeyError as error:
        assert error.args == ("mine",)
""",
    "close from another thread": """
def close(stream):
    leaving()
    stream.close()

def leave():
    stream = open_stream()
    thread = threading.Thread(target=close, args=(stream,))
    thread.start()
    assert list(stream) == []
    thread.join()
""",
    "break in a body left on the socket": """
def leave():
    with client.chat.completions.with_streaming_response.create(
        model=MODEL, messages=QUESTION, stream=True
    ) as response:
        for line in response.iter_lines():
            leaving()
            break
""",
}
COLLECTED_BLOCKING = {
    "the last reference goes": """
def leave():
    stream = open_stream()
    leaving()
""",
    "a reference cycle": """
def leave():
    stream = open_stream()
    stream.me = stream
    leaving()
    del stream
    gc.collect()
""",
    "in another thread": """
def leave():
    streams = [open_stream()]
    leaving()
    thread = threading.Thread(target=streams.clear)
    thread.start()
    thread.join()
""",
}
