"""Many concurrent calls of a client without connections."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
import trustme
from network.peers import Scripted, complete_response, listening

from aiogroq import APIConnectionError, AsyncGroq, DefaultAioHttpClient
from aiogroq.local import Fault, LocalGroq

from .programs import Programs

pytestmark = pytest.mark.timeout(60)


@pytest.mark.fast_path_only("cold")
async def test_a_cold_fan_out_over_tls_loses_no_call_and_opens_fewer_connections_than_it_has_calls() -> None:
    ca = trustme.CA()
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(server_context)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ca.configure_trust(context)
    calls, connections = 400, 0
    server = Scripted(complete_response(b'{"object": "list", "data": [{"id": "m", "object": "model"}]}'))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await server.serve(reader, writer)

    # On this loop: while a server in a thread waits for the processor, each call gets a connection of its own.
    async with (
        listening(serve, tls=server_context) as port,
        AsyncGroq(
            api_key="k",
            base_url=f"https://localhost:{port}",
            max_retries=0,
            http_client=DefaultAioHttpClient(ssl=context),
        ) as client,
    ):
        models = await asyncio.gather(*(client.models.list() for _ in range(calls)))
    assert all(each.data for each in models)
    assert connections < calls


async def test_as_many_calls_as_are_opened_at_once_get_a_connection_each_at_once(
    server: LocalGroq, client: AsyncGroq
) -> None:
    server.script(Fault(before_head=True, end="stall", times=None))
    calls = [asyncio.ensure_future(client.models.list()) for _ in range(20)]
    await asyncio.to_thread(server.wait_for_requests, 20, timeout_s=60)
    assert server.connections_made == 20
    for call in calls:
        call.cancel()
    await asyncio.wait(calls)


async def test_closing_the_client_ends_the_calls_that_wait_for_a_connection(
    server: LocalGroq, client: AsyncGroq
) -> None:
    calls = [asyncio.create_task(client.with_options(max_retries=0).models.list()) for _ in range(200)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await client.close()
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(each) for each in ended} == {APIConnectionError}


async def test_a_call_that_is_cancelled_while_it_waits_for_a_connection_leaves_nothing(
    server: LocalGroq, client: AsyncGroq
) -> None:
    for steps in range(12):
        calls = [asyncio.create_task(client.models.list()) for _ in range(60)]
        for _ in range(steps):
            await asyncio.sleep(0)
        for call in calls[::2]:
            call.cancel()
        ended = await asyncio.gather(*calls, return_exceptions=True)
        assert all(each.data for each in ended[1::2])  # type: ignore[union-attr]
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.wait_for(asyncio.gather(*others, return_exceptions=True), 5)


EMFILE = """
import asyncio, os, resource
from aiogroq import AsyncGroq

async def main():
    async with AsyncGroq(max_retries=0) as client:
        await client.models.list()
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
        made = await asyncio.gather(*(client.models.list() for _ in range(300)), return_exceptions=True)
        print({str(each) for each in made if isinstance(each, Exception)})
        os.close(os.open(os.devnull, os.O_RDONLY))  # others have descriptors again, at once
        print("well")
        await client.models.list()

asyncio.run(main())
"""


@pytest.mark.fast_path_only("cold")
@pytest.mark.skipif("not __import__('importlib.util').util.find_spec('resource')")
def test_calls_wait_if_the_process_has_no_descriptor_left(programs: Programs, server: LocalGroq) -> None:
    server.script(Fault(latency_s=0.05, times=None))
    assert programs.run(EMFILE) == ["set()", "well"]


AIODNS = """
import asyncio, os
from aiogroq import AsyncGroq

async def main():
    await AsyncGroq().models.list()  # not closed

def descriptors():
    return len(os.listdir("/proc/self/fd"))

asyncio.run(main())
before = descriptors()
for _ in range(5):
    asyncio.run(main())
print(descriptors() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system does not list descriptors")
def test_a_loop_with_an_unclosed_client_leaves_no_descriptor_with_aiodns_installed(
    programs: Programs,
) -> None:
    pytest.importorskip("aiodns")
    assert programs.run(AIODNS) == ["0"]
