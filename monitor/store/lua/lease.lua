#!lua flags=allow-oom
-- KEYS  1 outbox, 2 dead, 3 alerts, 4 sink
-- ARGV  1 the beginning of the sink's delivery keys, 2 token, 3 now, 4 when the lease expires (both in milliseconds),
--       5 seconds to live, 6 bound of the dead
-- RETURNS  {} when the queue is empty; {due} in milliseconds when its head waits or is leased;
--       {0, seq, attempts before this one, the alert's JSON, failing since in milliseconds or ''};
--       {1, why, since in milliseconds, 1 if by hand} when the sink is disabled, whatever waits
-- WHY   Alerts go to a sink in order, so only the head of its queue is ever leased. The attempt is counted when it
--       begins: one that takes its process down is one too. The same token is answered the same way again, so that
--       a lease whose answer got lost is not waited for. Asking keeps a disabled sink disabled: its key would
--       otherwise end with the last attempt's time, and the sink be enabled by nobody.

local outbox, dead, alerts, sink = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local prefix, token, now, expires, ttl = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]

local known = redis.call('HMGET', sink, 'disabled', 'disabled_at', 'by_hand', 'failing_since')
if known[1] then
  redis.call('EXPIRE', sink, ttl)
  return {1, known[1], tonumber(known[2]), tonumber(known[3] or 0)}
end
local failing_since = known[4] or ''

while true do
  local seq = redis.call('ZRANGE', outbox, 0, 0)[1]
  if not seq then
    return {}
  end
  local delivery = prefix .. seq
  local state = redis.call('HMGET', delivery, 'token', 'expires', 'due', 'attempts')
  local alert = redis.call('XRANGE', alerts, seq .. '-0', seq .. '-0')[1]
  local attempts = tonumber(state[4] or 0)
  if not alert then -- kept no longer: nothing is left to send
    redis.call('ZREM', outbox, seq)
    redis.call('ZADD', dead, seq, seq)
    redis.call('ZREMRANGEBYRANK', dead, 0, -(tonumber(ARGV[6]) + 1))
    redis.call('EXPIRE', dead, ttl)
  elseif state[1] == token then
    return {0, tonumber(seq), attempts - 1, alert[2][2], failing_since}
  elseif state[1] and tonumber(state[2]) > now then
    return {tonumber(state[2])}
  elseif not state[1] and state[3] and tonumber(state[3]) > now then
    return {tonumber(state[3])}
  else
    redis.call('HSET', delivery, 'token', token, 'expires', expires, 'attempts', attempts + 1)
    redis.call('EXPIRE', delivery, ttl)
    return {0, tonumber(seq), attempts, alert[2][2], failing_since}
  end
end
