"""`LuaScopes`: runs `limits.lua` without a Redis, on a clock that is driven. For property tests and simulations.

The script is the real one, in the Lua of Redis (5.1, by `lupa`). ``redis.call`` works on tables in Lua, TIME comes from ``clock``,
and ``cmsgpack`` copies tables. Each run is one atomic step, as in Redis::

    scopes = LuaScopes(clock=loop.time)
    reply = scopes.run("a scope", worker="1", epoch="", operations=[Reserve([ask])])

`LuaStore` is a `LimitStore` of one worker on top of it, which never suspends; several may share one `LuaScopes`. Keys do not expire
here, and nothing is encoded: both are tested on a real server. ``steps`` counts the runs: calls of a real server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from lupa import lua51

from aiogroq.limits import Ask, Granted, Level, Never, Seen, Wait
from aiogroq.limits.redis import values
from aiogroq.limits.redis.values import Block, Observe, Operation, Reply, Reserve, Seed, Settle

_REDIS = """
local keys, clock_us = {}, nil
local script

local function copied(value)
  if type(value) ~= 'table' then return value end
  local copy = {}
  for key, each in pairs(value) do copy[key] = copied(each) end
  return copy
end

-- A hash: its values by name, and their number.
local function hash_of(key)
  keys[key] = keys[key] or { values = {}, size = 0 }
  return keys[key]
end

-- A sorted set: its scores by name, and its entries in order.
local function sorted_of(key)
  keys[key] = keys[key] or { scores = {}, entries = {} }
  return keys[key]
end

local function is_before(score, name, entry)
  return score < entry.score or (score == entry.score and name < entry.name)
end

-- How many entries are before this one.
local function rank_of(sorted, score, name)
  local low, high = 1, #sorted.entries + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if is_before(score, name, sorted.entries[middle]) or sorted.entries[middle].name == name then
      high = middle
    else
      low = middle + 1
    end
  end
  return low - 1
end

local function remove(sorted, name)
  local score = sorted.scores[name]
  if score then
    table.remove(sorted.entries, rank_of(sorted, score, name) + 1)
    sorted.scores[name] = nil
  end
end

-- The number of a bound, and whether it is exclusive: '(5'.
local function bound_of(text)
  if text == '-inf' then return -math.huge, false end
  if text == '+inf' then return math.huge, false end
  if type(text) == 'string' and text:sub(1, 1) == '(' then return tonumber(text:sub(2)), true end
  return tonumber(text), false
end

-- How many entries have at most this score.
local function count_up_to(sorted, text)
  local most, is_exclusive = bound_of(text)
  local count = rank_of(sorted, most, '')
  while not is_exclusive and sorted.entries[count + 1] and sorted.entries[count + 1].score == most do count = count + 1 end
  return count
end

local commands = {
  TIME = function()
    local us = clock_us()
    return { string.format('%d', math.floor(us / 1000000)), string.format('%d', us % 1000000) }
  end,
  GET = function(key) return keys[key] or false end,
  SET = function(key, value) keys[key] = value end,
  DEL = function(...)
    for _, key in ipairs({ ... }) do keys[key] = nil end
  end,
  EXPIRE = function() end,
  HLEN = function(key) return hash_of(key).size end,
  HGET = function(key, name) return hash_of(key).values[name] or false end,
  HSET = function(key, name, value)
    local hash = hash_of(key)
    if hash.values[name] == nil then hash.size = hash.size + 1 end
    hash.values[name] = value
  end,
  HSETNX = function(key, name, value)
    local hash = hash_of(key)
    if hash.values[name] then return 0 end
    hash.values[name], hash.size = value, hash.size + 1
    return 1
  end,
  HDEL = function(key, name)
    local hash = hash_of(key)
    if hash.values[name] then hash.values[name], hash.size = nil, hash.size - 1 end
  end,
  HVALS = function(key)
    local found = {}
    for _, value in pairs(hash_of(key).values) do found[#found + 1] = value end
    return found
  end,
  HGETALL = function(key)
    local found = {}
    for name, value in pairs(hash_of(key).values) do
      found[#found + 1] = name
      found[#found + 1] = value
    end
    return found
  end,
  ZSCORE = function(key, name) return sorted_of(key).scores[name] or false end,
  ZADD = function(key, score, name)
    local sorted = sorted_of(key)
    remove(sorted, name)
    table.insert(sorted.entries, rank_of(sorted, score, name) + 1, { score = score, name = name })
    sorted.scores[name] = score
  end,
  ZREM = function(key, name) remove(sorted_of(key), name) end,
  ZCARD = function(key) return #sorted_of(key).entries end,
  ZRANK = function(key, name)
    local sorted = sorted_of(key)
    local score = sorted.scores[name]
    return score and rank_of(sorted, score, name) or false
  end,
  ZRANGE = function(key, first, last)
    local found, entries = {}, sorted_of(key).entries
    for index = first + 1, math.min(last + 1, #entries) do found[#found + 1] = entries[index].name end
    return found
  end,
  ZCOUNT = function(key, _, most) return count_up_to(sorted_of(key), most) end,
  ZRANGEBYSCORE = function(key, _, most)
    local found, sorted = {}, sorted_of(key)
    for index = 1, count_up_to(sorted, most) do found[index] = sorted.entries[index].name end
    return found
  end,
  ZREVRANGEBYSCORE = function(key, most, least)
    local sorted = sorted_of(key)
    local last = sorted.entries[count_up_to(sorted, most)]
    return last and last.score >= least and { last.name, string.format('%.17g', last.score) } or {}
  end,
}

redis = { call = function(command, ...) return commands[command](...) end }
cmsgpack = { pack = copied, unpack = copied }

return function(source, clock)
  script = assert(loadstring('local KEYS, ARGV = ...\\n' .. source, '@limits.lua'))
  clock_us = clock
  return function(names, request) return script(names, { request }) end,
    function() keys = {} end,
    function(name) return #sorted_of(name).entries end,
    function(name) return keys[name] end
end
"""


class Clock:
    """Seconds since the epoch in whole microseconds, as the server tells them. Moved by hand."""

    def __init__(self) -> None:
        self.now_us: int = 1_795_000_000_000_000

    def __call__(self) -> float:
        return self.now_us // 1_000_000 + self.now_us % 1_000_000 / 1e6

    def move(self, elapsed_s: float) -> None:
        """Let time pass, or go back."""
        self.now_us += round(elapsed_s * 1e6)


class LuaScopes:
    """The state of any number of scopes, and the script that changes it.

    Args:
        clock: Returns seconds; they are rounded to microseconds, as those of the server.
        lua: A Lua of `lupa`: that of Redis, or ``lupa.luajit21``, which is the same language and faster.
    """

    def __init__(self, clock: Callable[[], float], lua: Any = lua51) -> None:
        self._lua_type = lua.lua_type
        self._lua = lua.LuaRuntime(unpack_returned_tuples=True)
        self._clock = clock
        found = self._lua.execute(_REDIS)(values.script(), self._now_us)
        self._run, self.lose_everything, self.length_of, self._get = found
        # `length_of(key)` is the number of places in the line with this key.
        self._keys: dict[str, Any] = {}
        self.steps = 0

    def _now_us(self) -> int:
        return round(self._clock() * 1e6)

    def run(
        self,
        scope: str,
        worker: str,
        epoch: str,
        operations: Sequence[Operation],
        seed: Seed | None = None,
    ) -> Reply:
        """Run the script once."""
        return values.decode(
            self.evaluate(values.keys_of("aiogroq", scope), values.encode(worker, epoch, operations, seed))
        )

    def evaluate(self, keys: Sequence[str], request: bytes) -> bytes:
        """Run the script once as a server does: on the encoded request, with an encoded reply."""
        self.steps += 1
        names = self._keys.get(keys[0])
        if names is None:
            names = self._keys[keys[0]] = self._lua.table_from(list(keys))
        reply = self._run(names, self._table(msgspec.msgpack.decode(request)))
        return msgspec.msgpack.encode(self._plain(reply))

    def stored(self, scope: str) -> list[Any]:
        """Return the state of a scope as it was written last: the values of the table SCOPE of the script."""
        stored: list[Any] = self._plain(self._get(values.keys_of("aiogroq", scope)[0]))
        return stored

    def _table(self, value: Any) -> Any:
        """Return lists and mappings as tables; None is no entry, as in the script's own decoder."""
        if isinstance(value, list):
            return self._lua.table_from(
                {index: self._table(each) for index, each in enumerate(value, 1) if each is not None}
            )
        if isinstance(value, dict):
            return self._lua.table_from({name: self._table(each) for name, each in value.items()})
        return value

    def _plain(self, value: Any) -> Any:
        """Return a table of the reply as a list."""
        return [self._plain(each) for each in value.values()] if self._lua_type(value) == "table" else value


class LuaStore:
    """A `LimitStore` of one worker: the values that go in and out are those of `RedisStore`."""

    never_suspends = True

    def __init__(self, scopes: LuaScopes, worker: str) -> None:
        self.scopes = scopes
        self.worker = worker
        self.workers: int = 0
        """How many workers use the scope, as of the last step."""
        self._epochs: dict[str, str] = {}
        self._asks: dict[str, Ask] = {}

    def step(self, scope: str, *operations: Operation) -> Reply:
        """Take one atomic step."""
        reply = self.scopes.run(scope, self.worker, self._epochs.get(scope, ""), operations)
        self._epochs[scope] = reply.epoch
        self.workers = reply.workers
        return reply

    async def reserve(self, scope: str, asks: Sequence[Ask]) -> Granted | Wait | Never:
        """As `LimitStore.reserve`."""
        (found,) = self.step(scope, Reserve(asks)).results
        assert found is not None
        if isinstance(found, Granted):
            self._asks |= {ask.id: ask for ask in asks[: found.count]}
        return found

    async def settle(
        self, scope: str, id: str, used: Mapping[str, float], seen: Mapping[str, Seen] | None = None
    ) -> None:
        """As `LimitStore.settle`."""
        ask = self._asks.pop(id, None)
        is_known = ask is None or used is not ask.needs
        self.step(scope, Settle(id, used if is_known else None, seen))

    async def observe(self, scope: str, seen: Mapping[str, Seen]) -> None:
        """As `LimitStore.observe`."""
        self.step(scope, Observe(seen))

    async def block(self, scope: str, wait_s: float) -> None:
        """As `LimitStore.block`."""
        self.step(scope, Block(wait_s))

    async def levels(self, scope: str) -> Sequence[Level]:
        """As `LimitStore.levels`."""
        return self.step(scope).levels
