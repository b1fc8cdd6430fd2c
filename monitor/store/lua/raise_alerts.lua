#!lua
-- KEYS  1 claim, 2 filing, 3 alerts, 4 counters, then for each way of each alert: outbox, dead, grouped, groups, group
-- ARGV  1 the revision decided from, 2 the alerts decided from (a line each), 3 what the filing is told ('': leave
--       it), 4 seconds to live, 5 bound of the alerts, 6 bound of a digest,
--       then for each alert: its key within the claim, its JSON, the number of its ways,
--       and for each way: the beginning of the sink's delivery keys, the group's name ('': at once), its wait, its
--       interval (both in milliseconds)
-- RETURNS  1, or 0 when the claim is not what was decided from: nothing written
-- WHY   The alert, its number, one delivery a sink (in its queue, or in a group) and the claim's memory of it in one
--       step: a crash leaves all of it or nothing. A call whose answer got lost is repeated, and finds its own work
--       done. A group that begins is due after its wait, or its interval after the digest before; a full one now.

local claim, filing, alerts, counters = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local told, ttl, most, of_digest = ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local LARGEST_TRIM = 10
local FIRST_ALERT, FIRST_WAY = 7, 5

local known = redis.call('HMGET', claim, 'revision', 'alerted')
local alerted = known[2] or ''
local after = ARGV[2]
local at = FIRST_ALERT
while at <= #ARGV do
  after = after .. ARGV[at] .. '\n'
  at = at + 3 + 4 * ARGV[at + 2]
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

-- The oldest delivery of a queue that is too long is dead; of a digest, all that is in it.
local function bounded(queue, dead, grouped, prefix, seq)
  redis.call('ZADD', queue, seq, seq)
  redis.call('EXPIRE', queue, ttl)
  if redis.call('ZCARD', queue) > most then
    local oldest = redis.call('ZPOPMIN', queue)[1]
    for one in string.gmatch(redis.call('HGET', prefix .. oldest, 'seqs') or oldest, '%d+') do
      redis.call('ZREM', grouped, one)
      redis.call('ZADD', dead, one, one)
    end
    redis.call('HDEL', prefix .. oldest, 'seqs')
    redis.call('ZREMRANGEBYRANK', dead, 0, -(most + 1))
    redis.call('EXPIRE', dead, ttl)
  end
end

local function gather(groups, group, name, seq, now, wait, interval)
  local state = redis.call('HMGET', group, 'seqs', 'next')
  local seqs = state[1] and state[1] .. ' ' .. seq or tostring(seq)
  redis.call('HSET', group, 'seqs', seqs, 'interval', interval)
  redis.call('EXPIRE', group, ttl)
  local _, spaces = string.gsub(seqs, ' ', '')
  if spaces + 1 >= of_digest then
    redis.call('ZADD', groups, now, name)
  elseif not state[1] then
    redis.call('ZADD', groups, math.max(now + wait, tonumber(state[2] or 0)), name)
  end
  redis.call('EXPIRE', groups, ttl)
end

if alerted == ARGV[2] and #ARGV >= FIRST_ALERT then
  local time = redis.call('TIME') -- for the time to live and for when groups are due
  local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
  forget_the_old(time[1] + 0)
  at = FIRST_ALERT
  local key = FIRST_WAY
  while at <= #ARGV do
    local seq = redis.call('HINCRBY', counters, 'alerts', 1)
    redis.call('XADD', alerts, 'MAXLEN', '=', most, seq .. '-0', 'alert', ARGV[at + 1], 'at_s', time[1])
    local ways = tonumber(ARGV[at + 2])
    at = at + 3
    for _ = 1, ways do
      local outbox, dead, grouped, groups, group = KEYS[key], KEYS[key + 1], KEYS[key + 2], KEYS[key + 3], KEYS[key + 4]
      local prefix, name = ARGV[at], ARGV[at + 1]
      if name == '' then
        bounded(outbox, dead, grouped, prefix, seq)
      else
        bounded(grouped, dead, grouped, prefix, seq)
        gather(groups, group, name, seq, now_ms, tonumber(ARGV[at + 2]), ARGV[at + 3])
      end
      at, key = at + 4, key + 5
    end
  end
  redis.call('EXPIRE', alerts, ttl)
  redis.call('HSET', claim, 'alerted', after)
end
if told ~= '' and redis.call('EXISTS', filing) == 1 then
  redis.call('HSETNX', filing, 'told', told)
end
return 1
