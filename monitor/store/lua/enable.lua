#!lua flags=allow-oom
-- KEYS  1 sink, 2 outbox
-- ARGV  1 the beginning of the sink's delivery keys, 2 now in milliseconds
-- RETURNS  1, or 0 when it was not disabled
-- WHY   The oldest delivery goes out at once and has its whole schedule before it: it did not fail by itself. So it
--       is also when the sink was not disabled: whoever enables it says that the receiver is well. An attempt under
--       way is left alone.

local sink, outbox = KEYS[1], KEYS[2]
local was = redis.call('HDEL', sink, 'disabled')
redis.call('HDEL', sink, 'disabled_at', 'by_hand', 'failing_since')

local head = redis.call('ZRANGE', outbox, 0, 0)[1]
if head then
  local delivery = ARGV[1] .. head
  local state = redis.call('HMGET', delivery, 'token', 'expires', 'attempts')
  local under_way = state[1] and tonumber(state[2]) > tonumber(ARGV[2])
  if state[3] and not under_way then
    redis.call('HDEL', delivery, 'due')
    redis.call('HSET', delivery, 'attempts', 0)
  end
end
return was
