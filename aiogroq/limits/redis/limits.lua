-- The rate limits of one account and model, shared by processes ("workers"). One run is one atomic step.
--
-- A port of limits/bucket.py, reservations.py, arrivals.py and the scope of memory.py, with their names: what is changed there
-- is changed here. tests/limits/redis/test_same_as_memory.py holds the two together. What only this script does: the line of the
-- workers that wait, workers that end, and the epoch of the state.
--
-- KEYS: state, holds, workers, line, places. ARGV[1]: see values.py. The clock of the server is the only one.
-- A level is written when something changed. A refill is not a change: it is found again from the time of the last one.

local STATE, HOLDS, WORKERS, LINE, PLACES = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local request = cmsgpack.unpack(ARGV[1])
local worker, known_epoch, seed, operations, not_after_s = request[1], request[2], request[3], request[4], request[5]
local time = redis.call('TIME')
local now_s = tonumber(time[1]) + tonumber(time[2]) / 1000000

-- Of values.py.
local WORKER_TIMEOUT_S = 30
local EXPIRY_S = 259200
-- Only this script.
local SEEN_EVERY_S = 5 -- a worker is noted as seen again after so long
local RENEW_EVERY_S = 3600 -- the expiry of keys that are not written is renewed after so long
local GRACE_S = 2 -- so long after its turn a worker may come
local LOOK_AGAIN_S = 0.05 -- requests of other workers may end before: the first in the line looks again after so long
local LOOK_FOR_PROBE_S = 0.25
local MOST_READ = 32 -- places in the line
local FIRST_BATCH = 4000000000000000 -- the order of batches in the line begins here: after all microseconds of today
-- Of kinds.py, bucket.py, reservations.py, arrivals.py and memory.py.
local MIN_STEP_S = 0.001
local MARGIN_S, REQUESTS_MARGIN_S = 0.6, 0.2
local MAX_RAISE = 0.02
local LEFT_TO_OTHERS, MAX_LEFT_S = 6, 18
local FORGETTING, LEARNING, LONG = 0.02, 0.1, 4
local FOR_A_RESPONSE_S = 0.25
local GUESS_GROWTH, MAX_GUESS_GROWTH = 1.05, 10
local ROUNDING = 1e-9
local ON_THE_WAY_S, PERIOD_S = 0.2, 0.5
local SURE, ALIKE, CLEAR, VOTES, MAX_VOTES = 2.5, 0.25, 8, 2, 3
local IN_HEADERS = { RPD = true, TPM = true }
local WINDOW_S = {
  RPM = 60, RPD = 86400, TPM = 60, TPD = 86400, ITPM = 60, OTPM = 60, ASPH = 3600, ASPD = 86400,
}
local UNIT = {
  RPM = 'requests', RPD = 'requests', TPM = 'tokens', TPD = 'tokens', ITPM = 'tokens', OTPM = 'tokens',
  ASPH = 'seconds', ASPD = 'seconds',
}

local max, min, abs = math.max, math.min, math.abs

-- ------------------------------------------------------------------------------------------------ the state
-- Stored as arrays, without the names of the fields: that is half the size. Nothing known is `false`, never nil.

local SCOPE = {
  'epoch', 'now_s', 'blocked_until_s', 'held_last', 'held_last_s', 'settled_last', 'only_holder', 'renewed_at_s',
  'on_the_way', 'newest', 'period', 'period_ends_s', 'reservations', 'buckets',
}
local BUCKET = {
  'kind', 'limit', 'level', 'held', 'given', 'is_guess', 'probe', 'at_s', 'charged_by_others', 'guess', 'is_level_known',
  'seen_at_s', 'spacing_s', 'used_part', -- of what is reserved, usually
}
local RESERVATIONS = {
  'are_kept', 'may_be_kept', 'are_counted', 'counted_votes', 'kept_votes', 'in_flight_maximum', 'in_flight', 'prompt',
  'latest', 'latest_at_s', 'held', 'is_full', 'uncertain', 'level', 'limit', 'at_s', 'used', 'unused',
}

local function named(names, values)
  local fields = {}
  for index = 1, #names do fields[names[index]] = values[index] end
  return fields
end

local function unnamed(names, fields)
  local values = {}
  for index = 1, #names do values[index] = fields[names[index]] end
  return values
end

local scope, reservations, buckets, by_kind
local is_changed = false
local holds_count = 0

local function load_state()
  local packed = redis.call('GET', STATE)
  if not packed then return end
  scope = named(SCOPE, cmsgpack.unpack(packed))
  reservations = named(RESERVATIONS, scope.reservations)
  buckets, by_kind = {}, {}
  for index, values in ipairs(scope.buckets) do
    buckets[index] = named(BUCKET, values)
    by_kind[buckets[index].kind] = buckets[index]
  end
  holds_count = redis.call('HLEN', HOLDS)
end

local function new_state()
  redis.call('DEL', HOLDS, LINE, PLACES)
  reservations = {
    are_kept = false, may_be_kept = true, are_counted = false, counted_votes = 0, kept_votes = 0, in_flight_maximum = 0,
    in_flight = 0, prompt = 0, latest = 0, latest_at_s = 0, held = 0, is_full = false, uncertain = 0, level = 0, limit = 0,
    at_s = 0, used = 0, unused = 0,
  }
  buckets, by_kind, holds_count, is_changed = {}, {}, 0, true
  scope = {
    epoch = time[1] .. '.' .. time[2] .. '-' .. worker, now_s = now_s, blocked_until_s = now_s, held_last = '',
    held_last_s = now_s, settled_last = '', only_holder = false, renewed_at_s = now_s,
    on_the_way = 0, newest = 0, period = 0, period_ends_s = 0,
  }
end

local function save_state()
  if now_s - scope.renewed_at_s > RENEW_EVERY_S or now_s < scope.renewed_at_s then
    scope.renewed_at_s = now_s
    for _, key in ipairs({ HOLDS, WORKERS, LINE, PLACES }) do redis.call('EXPIRE', key, EXPIRY_S) end
  end
  scope.reservations = unnamed(RESERVATIONS, reservations)
  scope.buckets = {}
  for index, bucket in ipairs(buckets) do scope.buckets[index] = unnamed(BUCKET, bucket) end
  redis.call('SET', STATE, cmsgpack.pack(unnamed(SCOPE, scope)), 'EX', EXPIRY_S)
end

-- --------------------------------------------------------------------------------------- Reservations

local function start(level, limit, held, uncertain, at_s)
  local r = reservations
  r.level, r.latest, r.limit, r.held, r.is_full, r.uncertain = level, level, limit, held, false, uncertain
  r.at_s, r.latest_at_s, r.used, r.unused = at_s, at_s, 0, 0
end

local function start_full(limit, at_s)
  start(limit, limit, 0, 0, at_s)
  reservations.is_full = true
end

local function sent(max_completion_tokens)
  reservations.in_flight = reservations.in_flight + 1
  reservations.in_flight_maximum = reservations.in_flight_maximum + max_completion_tokens
end

local function ended(max_completion_tokens)
  reservations.in_flight = reservations.in_flight - 1
  reservations.in_flight_maximum = reservations.in_flight_maximum - max_completion_tokens
end

local function settled(prompt_tokens, completion_tokens, max_completion_tokens)
  local r = reservations
  ended(max_completion_tokens)
  r.used = r.used + prompt_tokens + completion_tokens
  r.unused = r.unused + max(0, max_completion_tokens - completion_tokens)
  if r.prompt ~= 0 then
    r.prompt = r.prompt + LEARNING * (prompt_tokens - r.prompt)
  else
    r.prompt = prompt_tokens
  end
end

local function rejected(max_completion_tokens)
  ended(max_completion_tokens)
  if reservations.held ~= 0 then reservations.limit = 0 end -- it may be in there
end

-- A request ended, and what it used is not known: the comparison begins anew with the next level.
local function ended_unknown(max_completion_tokens)
  ended(max_completion_tokens)
  reservations.limit = 0
end

local function vote(error, other, difference, unknown)
  local least, most = min(error, other), max(error, other)
  if least > max(unknown, ALIKE * abs(difference)) or most < 2 * least then return 0 end
  local weight = (least <= unknown and most >= CLEAR * unknown) and 2 or 1
  return error < other and weight or -weight
end

local function after(votes, each)
  return max(-MAX_VOTES, min(MAX_VOTES, votes + each))
end

local function compare(level, rate, held, unknown)
  local r = reservations
  local unused, change, least = r.unused, held - r.held, SURE * unknown
  if unused < least and abs(change) < least then return false end
  local fell = r.level + (now_s - r.at_s) * rate - level - r.used
  local charged, given_back, kept = abs(fell), abs(fell - change), abs(fell - change - unused)
  local not_kept = min(charged, given_back)
  local is_told = unused >= least
  if is_told then r.kept_votes = after(r.kept_votes, vote(kept, not_kept, unused, unknown)) end
  if abs(change) >= least and kept > not_kept then
    local each = vote(given_back, charged, change, unknown)
    r.counted_votes = after(r.counted_votes, each)
    is_told = is_told or each ~= 0
  end
  r.are_kept = r.kept_votes >= VOTES
  r.may_be_kept = r.kept_votes > -VOTES
  r.are_counted = r.are_kept or r.counted_votes >= VOTES
  return is_told
end

local function observe_reservations(level, limit, rate, is_quiet)
  local r = reservations
  local held = r.in_flight_maximum + r.in_flight * r.prompt
  local uncertain = is_quiet and 0 or held
  local refilled = r.limit == limit and (now_s - r.latest_at_s) * rate or -1
  -- It may have been full in between, and what flows into a full bucket is lost.
  if refilled < 0 or (refilled > limit - r.latest and not r.is_full) then
    start(level, limit, held, uncertain, now_s)
    return
  end
  if r.is_full then r.uncertain = r.uncertain + refilled end
  r.latest, r.latest_at_s, r.is_full = level, now_s, false
  local unknown = ON_THE_WAY_S * rate + r.uncertain + uncertain
  if held ~= 0 or r.held ~= 0 then unknown = unknown + r.prompt end
  local is_told = compare(level, rate, held, unknown)
  if is_told or uncertain < r.uncertain then start(level, limit, held, uncertain, now_s) end
end

-- --------------------------------------------------------------------------------------------- Bucket

local function new_bucket(kind, limit, held)
  local bucket = {
    kind = kind, limit = limit, level = limit, held = held, given = false, is_guess = false, probe = false, at_s = scope.now_s,
    charged_by_others = 0, guess = limit, is_level_known = false, seen_at_s = scope.now_s, spacing_s = 0,
    used_part = 1,
  }
  buckets[#buckets + 1] = bucket
  by_kind[kind] = bucket
  return bucket
end

local function is_of_requests(bucket) return UNIT[bucket.kind] == 'requests' end

local function rate_of(bucket) return bucket.limit / WINDOW_S[bucket.kind] end

local function margin_of(bucket)
  local rate = rate_of(bucket)
  local margin = (is_of_requests(bucket) and REQUESTS_MARGIN_S or MARGIN_S) * rate
  return margin + min(LEFT_TO_OTHERS * bucket.charged_by_others, MAX_LEFT_S * rate)
end

-- How much of what is held the service may count later than now.
local function counted_later(bucket)
  return is_of_requests(bucket) and min(scope.on_the_way, bucket.held) or bucket.held
end

-- How much of what is held the level at the service has off already.
local function counted(bucket)
  return (is_of_requests(bucket) or reservations.are_counted) and bucket.held or 0
end

local function refill(bucket, at_s)
  local elapsed_s = at_s - bucket.at_s
  bucket.at_s = at_s
  if elapsed_s > 0 then
    local full = bucket.limit + bucket.held - counted_later(bucket)
    bucket.level = min(bucket.level + elapsed_s * bucket.limit / WINDOW_S[bucket.kind], full)
  end
end

-- The seconds until `need` fits, after `ahead` for those before it in the line; and the seconds if nothing held is used.
local function waits_s(bucket, need, share, ahead)
  local limit = bucket.limit
  local required = min(need + margin_of(bucket) + (1 - share) * limit, limit)
  local lacking = required + ahead - bucket.level
  local tolerance = limit * ROUNDING
  if lacking + bucket.held <= tolerance then return 0, 0 end
  local rate = rate_of(bucket)
  if ahead > 0 then -- needs are estimated high, so the turn comes earlier than if all of them were used
    local full_s = (lacking + bucket.held) / rate
    lacking = lacking - ahead * (1 - bucket.used_part)
    return max((lacking + bucket.held) / rate, min(full_s, LOOK_AGAIN_S)), max(lacking / rate, 0)
  end
  local wait_s = (lacking + bucket.held) / rate
  if wait_s < FOR_A_RESPONSE_S and required + counted_later(bucket) > limit + tolerance then
    wait_s = FOR_A_RESPONSE_S -- not even a full bucket has room for it: it waits for a response, not for the refill
  end
  return wait_s, lacking > tolerance and lacking / rate or 0
end

-- The part of a gap that is of the usual time between two responses.
local function usual_part(bucket)
  local elapsed_s = max(0, bucket.at_s - bucket.seen_at_s)
  bucket.seen_at_s = bucket.at_s
  local spacing_s = bucket.spacing_s ~= 0 and bucket.spacing_s or elapsed_s
  local longest_s = LONG * spacing_s
  local change_s = min(elapsed_s, longest_s) - spacing_s
  bucket.spacing_s = spacing_s + change_s * (change_s > 0 and LEARNING or FORGETTING)
  return elapsed_s <= longest_s and 1 or longest_s / elapsed_s
end

-- Compare a level of the service with the book: what no request of ours explains was charged by others.
local function look_for_others(bucket, level, unused)
  local usual = usual_part(bucket)
  local gap = bucket.level - level
  local kept = reservations.may_be_kept and unused or 0
  if gap > bucket.held + kept + ON_THE_WAY_S * rate_of(bucket) then
    bucket.charged_by_others = max(gap * usual, bucket.charged_by_others)
  else
    bucket.charged_by_others = bucket.charged_by_others * (1 - FORGETTING)
  end
end

local function set_limit(bucket, seen)
  local limit = seen.limit
  if seen.source == 'given' then
    if limit > bucket.limit and (bucket.is_guess or bucket.limit == bucket.given) then
      bucket.level = bucket.level + limit - bucket.limit -- what is used stays the same
    end
    bucket.given = limit
  elseif bucket.given then
    limit = min(limit, bucket.given)
  end
  bucket.is_guess = seen.source == 'guess'
  bucket.guess = limit
  bucket.limit = limit
  bucket.level = min(bucket.level, limit)
end

-- Whether the user gave a lower limit than the service has: then its level says nothing of ours.
local function is_below_the_service(bucket, seen)
  return bucket.given and (not seen.limit or seen.limit > bucket.given)
end

local function observe_bucket(bucket, seen)
  if seen.limit then set_limit(bucket, seen) end
  if not seen.level then return end
  if seen.is_exact then
    if bucket.is_level_known and IN_HEADERS[bucket.kind] then look_for_others(bucket, seen.level, 0) end
    bucket.level = min(seen.level, bucket.limit) + counted(bucket)
    return
  end
  if bucket.is_level_known then look_for_others(bucket, seen.level, seen.unused) end
  bucket.is_level_known = true
  local target = min(seen.level - seen.stale, bucket.limit)
  if seen.level < bucket.level then
    bucket.level = seen.level
  elseif target > bucket.level and not is_below_the_service(bucket, seen) then
    bucket.level = bucket.level + min(target - bucket.level, MAX_RAISE * bucket.limit)
  end
end

local function end_probe(bucket, is_accepted)
  bucket.probe = false
  if is_accepted and bucket.is_guess then
    bucket.limit = min(bucket.limit * GUESS_GROWTH, bucket.guess * MAX_GUESS_GROWTH)
  end
end

-- ------------------------------------------------------------------------------------------- Arrivals

local function granted()
  if scope.on_the_way == 0 then scope.period_ends_s = scope.now_s + PERIOD_S end
  scope.on_the_way = scope.on_the_way + 1
  scope.newest = scope.newest + 1
end

local function came(period)
  if period == scope.period then scope.newest = scope.newest - 1 end
  if period >= scope.period - 1 then scope.on_the_way = scope.on_the_way - 1 end
end

local function next_period()
  scope.on_the_way, scope.newest = scope.newest, 0
  scope.period = scope.period + 1
  scope.period_ends_s = scope.period_ends_s + PERIOD_S
end

-- ---------------------------------------------------------------------------------------------- Scope

local function go_to_now()
  local step_s = now_s - scope.now_s
  if step_s >= 0 and step_s < MIN_STEP_S then return end
  if step_s < 0 then -- a clock that went back lets nothing flow in
    scope.blocked_until_s = scope.blocked_until_s + step_s
    scope.period_ends_s = scope.period_ends_s + step_s
    is_changed = true
  end
  scope.now_s = now_s
  while scope.on_the_way > 0 and scope.period_ends_s <= now_s do
    for _, bucket in ipairs(buckets) do refill(bucket, scope.period_ends_s) end
    next_period()
  end
  for _, bucket in ipairs(buckets) do refill(bucket, now_s) end
end

-- What prevents this request from being sent now, after those ahead of it: of several limits the one that takes longest.
-- Returns nothing where it may be sent. `ahead` is by the index of the bucket.
local function obstacle_of(ask, ahead)
  local longest
  local probed = {}
  for index, bucket in ipairs(buckets) do
    local need = ask.needs[bucket.kind] or 0
    local certain = ask.certain[bucket.kind] or 0
    if need > 0 and certain > bucket.limit then
      if bucket.given then return { name = 'never', kind = bucket.kind, first = bucket.limit, second = certain } end
      -- The service rejects it at once and charges nothing: waiting is no use.
    elseif need > 0 then
      local wait_s, least_s = waits_s(bucket, need, ask.share, ahead[index] or 0)
      if wait_s > 0 then
        if bucket.is_guess and not bucket.probe and not ahead[index] then
          probed[#probed + 1] = bucket
        elseif not longest or wait_s > longest.first then
          longest = { name = 'wait', kind = bucket.kind, first = wait_s, second = least_s, index = index }
        end
      end
    end
  end
  if not longest then
    for _, bucket in ipairs(probed) do bucket.probe = ask.id end
  end
  return longest
end

local function hold(ask)
  local packed = cmsgpack.pack({ worker, ask.needs, ask.certain, scope.period })
  if redis.call('HSETNX', HOLDS, ask.id, packed) == 0 then return end -- asked again: the reply was lost
  granted()
  is_changed = true
  if holds_count == 0 then
    redis.call('EXPIRE', HOLDS, EXPIRY_S)
    local tokens = by_kind.TPM
    if tokens and tokens.level >= tokens.limit then start_full(tokens.limit, scope.now_s) end
    scope.only_holder = worker
  elseif scope.only_holder ~= worker then
    scope.only_holder = false
  end
  holds_count = holds_count + 1
  sent(ask.certain.OTPM or 0)
  scope.held_last, scope.held_last_s = ask.id, scope.now_s
  for _, bucket in ipairs(buckets) do bucket.held = bucket.held + (ask.needs[bucket.kind] or 0) end
end

-- How many completion tokens a request allowed and did not use; 0 where what it used is not known.
local function unused_of(certain, used, is_known)
  local maximum = certain.OTPM or 0
  if used.OTPM and is_known then
    settled(used.ITPM or 0, used.OTPM, maximum)
    return max(0, maximum - used.OTPM)
  end
  scope.settled_last = ''
  if next(used) ~= nil then ended_unknown(maximum) else rejected(maximum) end
  return 0
end

-- `used` is nil where it is not known. `has_ended`: the worker has, and the service may not have accepted its request.
local function settle(id, used, has_ended)
  local packed = redis.call('HGET', HOLDS, id)
  if not packed then return end
  redis.call('HDEL', HOLDS, id)
  is_changed = true
  holds_count = holds_count - 1
  local held = cmsgpack.unpack(packed)
  local needs, certain = held[2], held[3]
  came(held[4])
  local is_known = used ~= nil
  used = used or needs
  scope.settled_last = id
  local unused = unused_of(certain, used, is_known)
  for _, bucket in ipairs(buckets) do
    local kind = bucket.kind
    bucket.held = holds_count > 0 and bucket.held - (needs[kind] or 0) or 0 -- no rest of rounding
    local charged = used[kind] or 0
    if unused ~= 0 and certain[kind] and not IN_HEADERS[kind] and reservations.are_kept then charged = charged + unused end
    bucket.level = bucket.level - charged
    if is_known and charged > 0 and (needs[kind] or 0) > 0 then
      bucket.used_part = bucket.used_part + LEARNING * (min(charged / needs[kind], 1) - bucket.used_part)
    end
    if bucket.probe == id then end_probe(bucket, charged > 0 and not has_ended) end
    if holds_count == 0 then bucket.probe = false end -- its hold may have been evicted
  end
end

-- Take over the level in the headers of the response of a request that has just ended.
local function learn(bucket, seen)
  if not seen.level or seen.is_exact or scope.settled_last == '' or is_below_the_service(bucket, seen) then return end
  -- What was sent last has come to the service, if it has ended.
  local is_quiet = scope.held_last == scope.settled_last or scope.now_s - scope.held_last_s >= ON_THE_WAY_S
  observe_reservations(seen.level, bucket.limit, rate_of(bucket), is_quiet)
end

-- Scale the learned limits that stand in no header by that of one that does: the account has another tier.
local function scale(changed, factor)
  if factor == 1 or changed.given then return end
  for _, bucket in ipairs(buckets) do
    if not IN_HEADERS[bucket.kind] and not bucket.given and UNIT[bucket.kind] == UNIT[changed.kind] then
      bucket.limit = bucket.limit * factor
      bucket.level = min(bucket.level, bucket.limit)
      bucket.is_guess = true
      bucket.guess = bucket.guess * factor
    end
  end
end

local function held_of(kind)
  local sum = 0
  for _, packed in ipairs(redis.call('HVALS', HOLDS)) do sum = sum + (cmsgpack.unpack(packed)[2][kind] or 0) end
  return sum
end

local function observe_kind(seen)
  local bucket = by_kind[seen.kind]
  if not bucket then
    if not seen.limit then return end
    bucket = new_bucket(seen.kind, seen.limit, held_of(seen.kind))
  elseif seen.source == 'guess' then
    return -- it is known better, or was guessed already
  elseif seen.source == 'response' and not seen.is_exact and seen.limit then
    scale(bucket, seen.limit / bucket.limit)
  end
  observe_bucket(bucket, seen)
  if seen.kind == 'TPM' then learn(bucket, seen) end
end

local SEEN = { 'kind', 'limit', 'level', 'is_exact', 'stale', 'unused', 'source' }

local function observe(all_seen)
  for _, values in ipairs(all_seen) do
    local seen = named(SEEN, values)
    if WINDOW_S[seen.kind] and not (seen.limit and seen.limit <= 0) then
      is_changed = true
      observe_kind(seen)
    end
  end
end

local function block(wait_s)
  is_changed = true
  scope.blocked_until_s = max(scope.blocked_until_s, scope.now_s + wait_s)
end

-- ----------------------------------------------------------------------------------------------- the line
-- Workers whose first request does not fit, interactive ones before batches, each in the order of arrival. A request fits where
-- there is room for all that are ahead of it too. So nobody waits for a worker that does not come: what it needs is left to
-- it until it misses its turn.
--
-- LINE has the workers with their order, PLACES what they wait for: an array of these fields, then the needs by the index of the
-- bucket. At most MOST_READ places are read; what those behind need is taken to be the same, so that a run stays short.

local IS_BATCH, UNTIL_S, ASK_ID, PLACE_KIND, PASSED, NEEDS_AFTER = 1, 2, 3, 4, 5, 5
local places_read = {}

local function remove_place(name)
  redis.call('ZREM', LINE, name)
  redis.call('HDEL', PLACES, name)
  places_read[name] = nil
end

local function save_place(name, place)
  redis.call('HSET', PLACES, name, cmsgpack.pack(place))
  redis.call('EXPIRE', PLACES, EXPIRY_S)
  places_read[name] = place
end

-- The place of a worker; nothing where it has none, or has missed its turn.
local function place_of(name)
  if places_read[name] == nil then
    local packed = redis.call('HGET', PLACES, name)
    places_read[name] = packed and cmsgpack.unpack(packed)
  end
  local place = places_read[name]
  if not place or place[UNTIL_S] >= scope.now_s then return place end
  remove_place(name)
end

-- How many workers are ahead of one that comes now.
local function length_of(is_batch)
  if is_batch then return redis.call('ZCARD', LINE) end
  return redis.call('ZCOUNT', LINE, '-inf', '(' .. FIRST_BATCH)
end

-- The order of one that comes now: microseconds, so that it needs no counter, and later than that of the last one.
local function order_at_the_end(is_batch)
  local first = is_batch and FIRST_BATCH or 0
  local last = redis.call('ZREVRANGEBYSCORE', LINE, is_batch and '+inf' or '(' .. FIRST_BATCH, first, 'WITHSCORES', 'LIMIT', 0, 1)
  return max(first + now_s * 1000000, last[2] and tonumber(last[2]) + 1 or 0)
end

-- Whether a request may use the turn of the place of its worker: it waits there, or would pass the one that does, or is the next
-- one after that one was cancelled, and no larger.
local function may_use(place, ask)
  if place[IS_BATCH] ~= ask.is_batch then return false end
  if place[ASK_ID] == ask.id or ask.is_passing then return true end
  for index, bucket in ipairs(buckets) do
    if (ask.needs[bucket.kind] or 0) > (place[NEEDS_AFTER + index] or 0) then return false end
  end
  return true
end

-- Whether an interactive request may be granted before the one of this place: such requests use no more than that one needs.
local function may_pass(place, ask)
  local bucket = buckets[place[PLACE_KIND]]
  if ask.is_batch or place[IS_BATCH] or not bucket then return false end
  local need, size = ask.needs[bucket.kind] or 0, place[NEEDS_AFTER + place[PLACE_KIND]] or 0
  return need < size and place[PASSED] + need <= size
end

-- The places of the first `count` in the line, without that of this worker, and how many stand for each of them.
local function places_ahead(count)
  local found = {}
  local read = min(count, MOST_READ)
  if read == 0 then return found, 1 end
  for _, name in ipairs(redis.call('ZRANGE', LINE, 0, read - 1)) do
    local place = place_of(name)
    if not place then
      remove_place(name)
    elseif name ~= worker then
      found[#found + 1] = { name = name, place = place }
    end
  end
  return found, count / read
end

-- What these places need, by the index of the bucket.
local function needs_of(places, weight)
  local needs = {}
  for _, each in ipairs(places) do
    for index = 1, #buckets do
      local need = each.place[NEEDS_AFTER + index] or 0
      if need > 0 then needs[index] = (needs[index] or 0) + need * weight end
    end
  end
  return needs
end

-- Whether an interactive request is granted before larger ones of other workers.
local function is_passing_others(ask, places, weight)
  local passed, others = {}, {}
  for _, each in ipairs(places) do
    local into = may_pass(each.place, ask) and passed or others
    into[#into + 1] = each
  end
  if #passed == 0 or weight > 1 or obstacle_of(ask, needs_of(others, 1)) then return false end
  for _, each in ipairs(passed) do
    local place = each.place
    place[PASSED] = place[PASSED] + (ask.needs[buckets[place[PLACE_KIND]].kind] or 0)
    save_place(each.name, place)
  end
  return true
end

-- What prevents `ask` from being sent now, with so many workers ahead of it.
local function obstacle_behind(count, ask)
  local places, weight = places_ahead(count)
  local obstacle = obstacle_of(ask, needs_of(places, weight))
  if not obstacle or obstacle.name ~= 'wait' then return obstacle end
  if is_passing_others(ask, places, weight) then return nil end
  obstacle.ahead = #places * weight
  return obstacle
end

-- Wait until the turn, or less where requests of other workers in flight may end before: only they are told of that.
local function look_again(obstacle)
  if holds_count == 0 or scope.only_holder == worker then return end
  local bucket = buckets[obstacle.index]
  local turn = obstacle.ahead + 1 -- those behind look less often
  if bucket.probe then
    obstacle.first = min(obstacle.first, LOOK_FOR_PROBE_S * turn)
  elseif not is_of_requests(bucket) and bucket.held > 0 then
    local early_s = bucket.held * (1 - bucket.used_part) / rate_of(bucket)
    obstacle.first = min(obstacle.first, max(obstacle.first - early_s, obstacle.second, LOOK_AGAIN_S * turn))
  end
end

local function take_place(ask, obstacle)
  if ask.is_passing then return end -- the larger one has the place
  local place = place_of(worker)
  if not place or not may_use(place, ask) then
    redis.call('ZADD', LINE, order_at_the_end(ask.is_batch), worker)
    redis.call('EXPIRE', LINE, EXPIRY_S)
    place = { ask.is_batch, 0, '', 0, 0 }
  end
  if place[ASK_ID] ~= ask.id then place[ASK_ID], place[PASSED] = ask.id, 0 end
  place[UNTIL_S] = scope.now_s + obstacle.first + GRACE_S
  place[PLACE_KIND] = obstacle.index or 0
  for index, bucket in ipairs(buckets) do place[NEEDS_AFTER + index] = ask.needs[bucket.kind] or 0 end
  save_place(worker, place)
end

local ASK = { 'id', 'needs', 'certain', 'share', 'is_batch', 'is_passing' }

-- Hold what a request needs, or return what prevents it from being sent now.
local function reserve_one(ask, is_first)
  local place = place_of(worker)
  local obstacle
  local blocked_s = scope.blocked_until_s - scope.now_s
  if blocked_s > 0 then
    obstacle = { name = 'wait', kind = 'retry-after', first = blocked_s, second = blocked_s }
  else
    local has_turn = is_first and place and may_use(place, ask)
    obstacle = obstacle_behind(has_turn and redis.call('ZRANK', LINE, worker) or length_of(ask.is_batch), ask)
  end
  if obstacle and obstacle.name == 'wait' then
    if obstacle.index then look_again(obstacle) end
    take_place(ask, obstacle)
  elseif place and not ask.is_passing then
    remove_place(worker)
  end
  if obstacle then return { obstacle.name, obstacle.kind, obstacle.first, obstacle.second } end
  hold(ask)
end

local function reserve(asks)
  if #asks == 0 then remove_place(worker) end
  for count, values in ipairs(asks) do
    local obstacle = reserve_one(named(ASK, values), count == 1)
    if obstacle then return count > 1 and { 'granted', '', count - 1, 0, obstacle } or obstacle end
  end
  return { 'granted', '', #asks }
end

-- -------------------------------------------------------------------------------------------- the workers

-- The service has probably charged what a worker held that ended. `names` has them as keys.
local function end_workers(names)
  local held = redis.call('HGETALL', HOLDS)
  for index = 1, #held, 2 do
    if names[cmsgpack.unpack(held[index + 1])[1]] then settle(held[index], nil, true) end
  end
  for name in pairs(names) do
    remove_place(name)
    redis.call('ZREM', WORKERS, name)
  end
end

local function see_workers()
  local seen_at_s = tonumber(redis.call('ZSCORE', WORKERS, worker) or nil)
  if not seen_at_s or now_s - seen_at_s > SEEN_EVERY_S or now_s < seen_at_s then
    redis.call('ZADD', WORKERS, now_s, worker)
    redis.call('EXPIRE', WORKERS, EXPIRY_S)
  end
  local names = {}
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', WORKERS, '-inf', now_s - WORKER_TIMEOUT_S)) do names[name] = true end
  if next(names) then end_workers(names) end
end

-- ---------------------------------------------------------------------------------------------- the epoch

local LEVEL = { 'kind', 'limit', 'level', 'is_given', 'is_guess' }

-- Take over what a process knows of a state that is lost. Of several the lowest holds, so the account is never full again at once.
local function take_over(levels, holds)
  is_changed = true
  for _, values in ipairs(levels) do
    local known = named(LEVEL, values)
    local bucket = by_kind[known.kind]
    if not bucket and WINDOW_S[known.kind] and known.limit > 0 then
      bucket = new_bucket(known.kind, known.limit, held_of(known.kind))
      bucket.is_guess = known.is_guess
    end
    if bucket then
      if known.is_given then bucket.given = min(bucket.given or known.limit, known.limit) end
      bucket.limit = min(bucket.limit, known.limit)
      bucket.guess = min(bucket.guess, bucket.limit)
      bucket.level = min(bucket.level, known.level, bucket.limit)
    end
  end
  for _, values in ipairs(holds) do hold(named(ASK, values)) end
end

-- ------------------------------------------------------------------------------------------------ the run

local function levels()
  local values = {}
  for index, bucket in ipairs(buckets) do
    values[index] = {
      bucket.kind, bucket.limit, bucket.level, bucket.held, bucket.given and true or false, reservations.are_kept,
      bucket.is_guess,
    }
  end
  return values
end

local function run(operation)
  local name = operation[1]
  if name == 'reserve' then return reserve(operation[2]) end
  if name == 'settle' then
    settle(operation[2], operation[3], false)
    observe(operation[4])
  elseif name == 'observe' then
    observe(operation[2])
  elseif name == 'block' then
    block(operation[2])
  elseif name == 'leave' then
    end_workers({ [worker] = true })
  end
  return { 'done' }
end

-- A server that hung runs the script when nobody waits for it any more: what it granted would never be settled.
if not_after_s and now_s > not_after_s then return cmsgpack.pack({ '', false, 0, {}, {}, now_s, true }) end
load_state()
local is_another = known_epoch ~= '' and (not scope or scope.epoch ~= known_epoch)
if is_another and not seed then return cmsgpack.pack({ scope and scope.epoch or '', true, 0, {}, {}, now_s, false }) end
if not scope then new_state() end
go_to_now()
see_workers()
if is_another then take_over(seed[1], seed[2]) end
local results = {}
for index, operation in ipairs(operations) do results[index] = run(operation) end
if is_changed then save_state() end
return cmsgpack.pack({ scope.epoch, false, redis.call('ZCARD', WORKERS), results, levels(), now_s, false })
