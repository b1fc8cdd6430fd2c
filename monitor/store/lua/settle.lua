#!lua flags=allow-oom
-- KEYS  1 delivery, 2 outbox, 3 dead, 4 sink, 5 alerts, 6 counters, 7 grouped,
--       then for each other sink: outbox, dead, grouped
-- ARGV  1 token, 2 seq, 3 verdict, 4 the attempt's JSON, 5 when it is due again in milliseconds ('': never),
--       6 when the attempt was made in milliseconds, 7 why the sink is disabled ('' unless it is), 8 seconds to live,
--       9 bound of attempts kept, 10 bound of the alerts, of a queue and of the dead,
--       11 the alert to raise when the sink is disabled ('': none), 12 the beginning of the sink's delivery keys,
--       then for each other sink: the beginning of its delivery keys
-- RETURNS  1, or 0 when the lease is another's by now: nothing written
-- WHY   A delivery is settled once, by who leased it; a call whose answer got lost is repeated and answered alike.
--       A disabled sink keeps its delivery: the sink is at fault, not the alert. That it is disabled, and the alert
--       that says so to the others, are one step: neither is ever without the other. What becomes of a digest
--       becomes of each of its alerts; settled for good it is none any more, and each may be sent again by itself.

local delivery, outbox, dead, sink, alerts, counters = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local token, seq, verdict, due, at, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[5], ARGV[6], ARGV[8]
local because, most = ARGV[7], tonumber(ARGV[10])
local grouped, prefix = KEYS[7], ARGV[12]
local FIRST_OTHER, FIRST_PREFIX = 8, 13

local state = redis.call('HMGET', delivery, 'token', 'settled', 'log', 'seqs')
if state[2] == token then
  return 1
end
if state[1] ~= token then
  return 0
end

local function bury(key, number)
  redis.call('ZADD', key, number, number)
  redis.call('ZREMRANGEBYRANK', key, 0, -(most + 1))
  redis.call('EXPIRE', key, ttl)
end

-- Each line is the time of an attempt in milliseconds, a space, its JSON; one that does not begin so, which a newer
-- version wrote, goes when there are too many.
local function logged()
  local oldest = tonumber(at) - 1000 * tonumber(ttl)
  local lines = {}
  for line in string.gmatch((state[3] or '') .. at .. ' ' .. ARGV[4] .. '\n', '[^\n]+') do
    local time = tonumber(string.match(line, '^%-?%d+'))
    if not time or time >= oldest then
      lines[#lines + 1] = line
    end
  end
  return table.concat(lines, '\n', math.max(1, #lines - tonumber(ARGV[9]) + 1)) .. '\n'
end

-- The oldest delivery of a queue that is too long is dead; of a digest, all that is in it.
local function shorten(outbox, dead, grouped, prefix)
  local oldest = redis.call('ZPOPMIN', outbox)[1]
  for one in string.gmatch(redis.call('HGET', prefix .. oldest, 'seqs') or oldest, '%d+') do
    redis.call('ZREM', grouped, one)
    bury(dead, one)
  end
  redis.call('HDEL', prefix .. oldest, 'seqs')
end

local function raise(alert)
  local number = redis.call('HINCRBY', counters, 'alerts', 1)
  local now_s = redis.call('TIME')[1] -- for the time to live alone
  redis.call('XADD', alerts, 'MAXLEN', '=', most, number .. '-0', 'alert', alert, 'at_s', now_s)
  redis.call('EXPIRE', alerts, ttl)
  for other = 0, (#KEYS - FIRST_OTHER + 1) / 3 - 1 do
    local key = FIRST_OTHER + 3 * other
    redis.call('ZADD', KEYS[key], number, number)
    redis.call('EXPIRE', KEYS[key], ttl)
    if redis.call('ZCARD', KEYS[key]) > most then
      shorten(KEYS[key], KEYS[key + 1], KEYS[key + 2], ARGV[FIRST_PREFIX + other])
    end
  end
end

-- Each alert of the delivery is out of the queues and in this state.
local function finally(outcome)
  local count = 0
  for one in string.gmatch(state[4] or seq, '%d+') do
    redis.call('ZREM', outbox, one)
    redis.call('ZREM', grouped, one)
    redis.call('ZREM', dead, one)
    redis.call('HSET', prefix .. one, 'state', outcome)
    redis.call('EXPIRE', prefix .. one, ttl)
    if outcome == 'dead' then
      bury(dead, one)
    end
    count = count + 1
  end
  redis.call('HDEL', delivery, 'seqs')
  return count
end

redis.call('HSET', delivery, 'log', logged(), 'settled', token)
redis.call('HDEL', delivery, 'token', 'expires', 'due')

if verdict == 'delivered' then
  redis.call('HINCRBY', sink, 'delivered', finally('delivered'))
  redis.call('HSET', sink, 'last_attempt', at, 'last_success', at)
  redis.call('HDEL', sink, 'failing_since')
else
  redis.call('HSET', sink, 'last_attempt', at)
  redis.call('HSETNX', sink, 'failing_since', at)
  if due == '' then
    finally('dead')
  else
    redis.call('HSET', delivery, 'due', due)
  end
end
if verdict == 'disable' and redis.call('HSETNX', sink, 'disabled', because) == 1 then
  redis.call('HSET', sink, 'disabled_at', at, 'by_hand', 0)
  if ARGV[11] ~= '' then
    raise(ARGV[11])
  end
end
redis.call('EXPIRE', delivery, ttl)
redis.call('EXPIRE', sink, ttl)
return 1
