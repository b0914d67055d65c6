"""Programs that leave streams early, in each possible way: a function `leave` for each way, and the code that runs them."""

from __future__ import annotations

# A program leaves many streams whose server sends nothing more, and lives on until the server has seen all disconnects.
# The path GO is made then, and GO with a number when the server has received the request of that number.
BEGIN = """
import asyncio, gc, threading, time

exited_at = []

def record_exit():
    exited_at.append(time.time())
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
    print(*exited_at)

asyncio.run(main())
"""
SYNC = """
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
print(*exited_at)
"""

ASYNC_WAYS = {
    "break in async with": """
async def leave():
    async with await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True) as stream:
        async for chunk in stream:
            record_exit()
            break
""",
    "break and close": """
async def leave():
    stream = await open_stream()
    record_exit()
    await stream.close()
    assert stream.is_closed
    assert [chunk async for chunk in stream] == []
""",
    "exception": """
async def leave():
    try:
        async with await open_stream() as stream:
            record_exit()
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
    record_exit()
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
        record_exit()
    assert stream.is_closed
""",
    "close from another task": """
async def close(stream):
    record_exit()
    await stream.close()

async def leave():
    stream = await open_stream()
    task = asyncio.ensure_future(close(stream))
    assert [chunk async for chunk in stream] == []
    await task
""",
    "close from another thread": """
def close_on(loop, stream):
    record_exit()
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
            record_exit()
            break
""",
}
BEFORE_THE_RESPONSE = {
    "cancellation": """
async def leave():
    task = asyncio.ensure_future(open_stream())
    while not os.path.exists(f"{GO}{len(exited_at)}"):  # until the server has it
        await asyncio.sleep(0.001)
    record_exit()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
""",
}
GARBAGE_ASYNC = {
    "the last reference goes": """
async def leave():
    stream = await open_stream()
    record_exit()
""",
    "a reference cycle": """
async def leave():
    stream = await open_stream()
    stream.me = stream
    record_exit()
    del stream
    gc.collect()
""",
    "an exception that is dropped": """
async def leave():
    try:
        async for chunk in await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True):
            raise KeyError("mine")
    except KeyError:
        record_exit()
""",
    "in another thread": """
async def leave():
    streams = [await open_stream()]
    record_exit()
    thread = threading.Thread(target=streams.clear)
    thread.start()
    thread.join()
""",
    "a response that nothing refers to": """
async def leave():
    task = asyncio.ensure_future(open_stream())
    await asyncio.wait([task])
    record_exit()
""",
}
SYNC_WAYS = {
    "break in with": """
def leave():
    with client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True) as stream:
        for chunk in stream:
            record_exit()
            break
""",
    "break and close": """
def leave():
    stream = open_stream()
    record_exit()
    stream.close()
    assert list(stream) == []
""",
    "exception": """
def leave():
    try:
        with open_stream():
            record_exit()
            raise KeyError("mine")
    except KeyError as error:
        assert error.args == ("mine",)
""",
    "close from another thread": """
def close(stream):
    record_exit()
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
            record_exit()
            break
""",
}
GARBAGE_SYNC = {
    "the last reference goes": """
def leave():
    stream = open_stream()
    record_exit()
""",
    "a reference cycle": """
def leave():
    stream = open_stream()
    stream.me = stream
    record_exit()
    del stream
    gc.collect()
""",
    "in another thread": """
def leave():
    streams = [open_stream()]
    record_exit()
    thread = threading.Thread(target=streams.clear)
    thread.start()
    thread.join()
""",
}
