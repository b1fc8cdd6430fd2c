#!lua flags=allow-oom
-- KEYS  1 delivery, 2 outbox, 3 dead, 4 sink
-- ARGV  1 token, 2 seq, 3 verdict, 4 the attempt's JSON, 5 when it is due again in milliseconds ('': never),
--       6 when the attempt was made in milliseconds, 7 what was wrong, 8 seconds to live, 9 bound of attempts kept,
--       10 bound of the dead
-- RETURNS  1, or 0 when the lease is another's by now: nothing written
-- WHY   A delivery is settled once, by who leased it; a call whose answer got lost is repeated and answered alike.
--       A disabled sink keeps its delivery: the sink is at fault, not the alert.

local delivery, outbox, dead, sink = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local token, seq, verdict, due, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[5], ARGV[8]

local state = redis.call('HMGET', delivery, 'token', 'settled', 'log')
if state[2] == token then
  return 1
end
if state[1] ~= token then
  return 0
end

local lines = {}
for line in string.gmatch((state[3] or '') .. ARGV[4] .. '\n', '[^\n]+') do
  lines[#lines + 1] = line
end
local first = math.max(1, #lines - tonumber(ARGV[9]) + 1)
redis.call('HSET', delivery, 'log', table.concat(lines, '\n', first) .. '\n', 'settled', token)
redis.call('HDEL', delivery, 'token', 'expires', 'due')
redis.call('HSET', sink, 'last_attempt', ARGV[6])

if verdict == 'delivered' then
  redis.call('ZREM', outbox, seq)
  redis.call('ZREM', dead, seq)
  redis.call('HSET', delivery, 'state', 'delivered')
  redis.call('HINCRBY', sink, 'delivered', 1)
  redis.call('HSET', sink, 'last_success', ARGV[6])
  redis.call('HDEL', sink, 'disabled')
elseif due == '' then
  redis.call('ZREM', outbox, seq)
  redis.call('ZADD', dead, seq, seq)
  redis.call('ZREMRANGEBYRANK', dead, 0, -(tonumber(ARGV[10]) + 1))
  redis.call('EXPIRE', dead, ttl)
  redis.call('HSET', delivery, 'state', 'dead')
else
  redis.call('HSET', delivery, 'due', due)
end
if verdict == 'disable' then
  redis.call('HSET', sink, 'disabled', ARGV[7])
end
redis.call('EXPIRE', delivery, ttl)
redis.call('EXPIRE', sink, ttl)
return 1
