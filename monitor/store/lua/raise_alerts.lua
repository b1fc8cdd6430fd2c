#!lua
-- KEYS  1 claim, 2 filing, 3 alerts, 4 counters, then for each sink: outbox, dead
-- ARGV  1 the revision decided from, 2 the alerts decided from (a line each), 3 what the filing is told ('': leave
--       it), 4 seconds to live, 5 bound of the alerts, then for each alert: its key within the claim, its JSON
-- RETURNS  1, or 0 when the claim is not what was decided from: nothing written
-- WHY   The alert, its number, one delivery a sink and the claim's memory of it in one step: a crash leaves all of
--       it or nothing. A call whose answer got lost is repeated, and finds its own work done.

local claim, filing, alerts, counters = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local told, ttl, most = ARGV[3], ARGV[4], tonumber(ARGV[5])
local LARGEST_TRIM = 10

local known = redis.call('HMGET', claim, 'revision', 'alerted')
local alerted = known[2] or ''
local after = ARGV[2]
for at = 6, #ARGV, 2 do
  after = after .. ARGV[at] .. '\n'
end
if known[1] ~= ARGV[1] or (alerted ~= ARGV[2] and alerted ~= after) then
  return 0
end

local function forget_the_old(now_s)
  for _, entry in ipairs(redis.call('XRANGE', alerts, '-', '+', 'COUNT', LARGEST_TRIM)) do
    if tonumber(entry[2][4]) + tonumber(ttl) < now_s then
      redis.call('XDEL', alerts, entry[1])
    end
  end
end

local function enqueue(seq)
  for key = 5, #KEYS, 2 do
    local outbox, dead = KEYS[key], KEYS[key + 1]
    redis.call('ZADD', outbox, seq, seq)
    redis.call('EXPIRE', outbox, ttl)
    if redis.call('ZCARD', outbox) > most then
      local oldest = redis.call('ZPOPMIN', outbox)
      redis.call('ZADD', dead, oldest[2], oldest[1])
      redis.call('ZREMRANGEBYRANK', dead, 0, -(most + 1))
      redis.call('EXPIRE', dead, ttl)
    end
  end
end

if alerted == ARGV[2] and #ARGV > 5 then
  local now_s = redis.call('TIME')[1] -- for the time to live alone
  forget_the_old(now_s + 0)
  for at = 6, #ARGV, 2 do
    local seq = redis.call('HINCRBY', counters, 'alerts', 1)
    redis.call('XADD', alerts, 'MAXLEN', '=', most, seq .. '-0', 'alert', ARGV[at + 1], 'at_s', now_s)
    enqueue(seq)
  end
  redis.call('EXPIRE', alerts, ttl)
  redis.call('HSET', claim, 'alerted', after)
end
if told ~= '' and redis.call('EXISTS', filing) == 1 then
  redis.call('HSETNX', filing, 'told', told)
end
return 1
