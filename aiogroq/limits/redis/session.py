"""`Session`: what a `RedisStore` has open on one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ...errors import PacingError
from ..store import Ask, Granted
from .calls import Calls
from .connection import Client, Connection
from .known import Known
from .server_clock import ServerClock
from .values import (
    Block,
    Leave,
    Observe,
    Operation,
    Reply,
    Reserve,
    Result,
    Seed,
    Settle,
    decode,
    encode,
)

if TYPE_CHECKING:
    from .share import Share
    from .store import RedisStore

HEARTBEAT_S = 10.0
"""How often a process is seen that has requests in flight and nothing to send."""


class Session:
    """The connection, the calls and the reservations of one event loop."""

    def __init__(
        self, store: RedisStore, open: Callable[[], Client], timeout_s: float, is_ours: bool
    ) -> None:
        self._store = store
        self._is_ours = is_ours
        self._connection = Connection(open, timeout_s, self._end, is_ours=is_ours)
        self._known: dict[str, Known] = {}
        self._heartbeat: asyncio.TimerHandle | None = None
        self._clock = ServerClock(timeout_s, store.now_s)
        self.calls: Calls = Calls(self._send, self._abandon)

    def known(self, scope: str) -> Known:
        """Return what this event loop knows of a scope."""
        shared = self._store.shared(scope)
        known = self._known.get(scope)
        if known is None or known.scope is not shared:  # it was forgotten
            known = self._known[scope] = Known(shared)
        return known

    def used_scopes(self) -> list[str]:
        """Return the names of the scopes that are in use; forget the others."""
        known = {scope: each for scope, each in list(self._known.items()) if not each.is_idle}
        self._known = known
        return list(known)

    def holds(self, scope: str) -> list[Ask]:
        """Return the reservations of a scope that have not ended."""
        known = self._known.get(scope)
        return [] if known is None else list(known.holds.values())

    async def close(self) -> None:
        """Close the connection, unless requests of this event loop are in flight: others use it. The next call opens another."""
        await asyncio.sleep(0)  # for ends of calls whose tasks have not begun
        await self.calls.wait()
        if self.calls.is_idle and not self._holds_anything():
            await self._connection.close()

    # ----------------------------------------------------------------------------------------- sending

    async def _send(self, scope: str, operations: Sequence[Operation]) -> Sequence[Result | Exception]:
        known, store = self.known(scope), self._store
        known.is_sending = True
        try:
            if store.is_off and operations:
                return self.alone(known, operations)
            return await self._run(known, operations)
        except PacingError:  # it is no outage: the client cannot be used here
            known.failed(operations)
            raise
        except Exception as error:
            known.failed(operations)
            store.failed(error, known.scope)
            return self.alone(known, operations)
        except BaseException:
            known.failed(operations)
            raise
        finally:
            known.is_sending = False
            self._keep_seen(known)

    async def _run(self, known: Known, operations: Sequence[Operation]) -> Sequence[Result]:
        store = self._store
        known.sent_at_s = asyncio.get_running_loop().time()
        now_s = store.now_s()
        request = known.request(operations, now_s)
        seed = known.seed(now_s) if request.alone else None
        reply = await self._reply(known, request.epoch, request.operations, seed)
        if reply.must_seed:
            reply = await self._reply(known, request.epoch, request.operations, known.seed(now_s))
        store.succeeded()
        known.scope.took(reply, store.now_s())
        return known.took(request, reply)

    async def _reply(
        self, known: Known, epoch: str, operations: Sequence[Operation], seed: Seed | None
    ) -> Reply:
        for _ in range(2):
            request = encode(self._store.worker, epoch, operations, seed, self._clock.latest_s())
            reply = decode(await self._connection.run(known.scope.keys, request))
            self._clock.set(reply.now_s)
            if not reply.is_late:
                return reply
        raise TimeoutError("the clock of the server does not keep time")

    def _abandon(self, scope: str, reserve: Reserve, count: int) -> None:
        """End the reservations of a caller that was cancelled."""
        for ask in reserve.asks[:count]:
            self.calls.add(scope, Settle(ask.id, {}))

    # -------------------------------------------------------------------------------- without Redis

    def alone(self, known: Known, operations: Sequence[Operation]) -> list[Result | Exception]:
        """Do operations with the share of this process, or return the error that their calls raise."""
        share = self._store.share_of(known.scope)
        if share is not None:
            known.went_alone()
        results = [self._alone(known, share, operation) for operation in operations]
        self._keep_seen(known)
        return results

    def _alone(self, known: Known, share: Share | None, operation: Operation) -> Result | Exception:
        if isinstance(operation, Settle):
            ask = known.settled_alone(operation)
            if share is not None:
                if ask is not None:
                    share.settle(operation.id, ask.needs if operation.used is None else operation.used)
                share.observe(operation.seen or {})
            return None
        if share is None:
            return self._store.error()
        if isinstance(operation, Reserve):
            result = share.reserve(operation.asks)
            if isinstance(result, Granted):
                known.hold(operation, result)
            return result
        if isinstance(operation, Observe):
            share.observe(operation.seen)
        elif isinstance(operation, Block):
            share.block(operation.wait_s)
            known.scope.block(operation.wait_s, self._store.now_s())
        return None

    # ------------------------------------------------------------------------------- signs of life

    def _holds_anything(self) -> bool:
        return any(known.holds for known in self._known.values())

    def _keep_seen(self, known: Known) -> None:
        """Have a timer while requests are in flight, and none while there are none."""
        if known.holds:
            if self._heartbeat is None:
                self._heartbeat = asyncio.get_running_loop().call_later(HEARTBEAT_S, self._beat)
        elif self._heartbeat is not None and not self._holds_anything():
            self._heartbeat.cancel()
            self._heartbeat = None

    def _beat(self) -> None:
        self._heartbeat = None
        latest_s = asyncio.get_running_loop().time() - HEARTBEAT_S / 2
        for scope, known in self._known.items():
            if known.holds:
                self._keep_seen(known)
                if known.sent_at_s <= latest_s:
                    self.calls.touch(scope)

    # ------------------------------------------------------------------------------------- the end

    async def _end(self) -> None:
        """Send what was not sent, at the end of the event loop or of its clients."""
        if self._heartbeat is not None:
            self._heartbeat.cancel()
            self._heartbeat = None
        left = self.calls.take()
        is_last = self._store.forget(asyncio.get_running_loop())
        for scope, known in self._known.items():
            known.failed(left.get(scope, ()))
            rest = [each for each in left.get(scope, ()) if not isinstance(each, Reserve)]
            ends = known.end(rest)
            # Another's client may be closed already, and would open a connection that nobody closes.
            is_reached = self._is_ours and not self._store.is_off
            if not is_reached or not await self._is_sent(known, [*ends, Leave()] if is_last else ends):
                known.scope.lost.update({each.id: each for each in ends if isinstance(each, Settle)})

    async def _is_sent(self, known: Known, operations: Sequence[Operation]) -> bool:
        try:
            if operations:
                await self._run(known, operations)
        except Exception as error:
            self._store.failed(error, known.scope)
            return False
        return True

    def lose(self) -> None:
        """Give the reservations to the other event loops: this one was closed, and could send nothing."""
        for known in self._known.values():
            known.scope.lost.update({each.id: each for each in known.end(()) if isinstance(each, Settle)})
