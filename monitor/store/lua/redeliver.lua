#!lua
-- KEYS  1 outbox, 2 dead, 3 alerts, 4 grouped
-- ARGV  1 the beginning of the sink's delivery keys, 2 now in milliseconds, 3 seconds to live, 4 bound of the queue,
--       then the seq of each
-- RETURNS  {queued, already waiting, refused: the alert is kept no longer or the queue is full}
-- WHY   Out of the dead and into the queue in one step, with the whole schedule before it; its attempts stay
--       listed. The queue is in the order of seq, so what comes again comes before what is newer. What waits goes out
--       now, unless an attempt is under way.

local outbox, dead, alerts, grouped = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local prefix, now, ttl, most = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local queued, waiting, refused = 0, 0, 0

for at = 5, #ARGV do
  local seq = ARGV[at]
  local delivery = prefix .. seq
  local kept = redis.call('XRANGE', alerts, seq .. '-0', seq .. '-0')[1]
  if kept and redis.call('ZSCORE', outbox, seq) then
    local state = redis.call('HMGET', delivery, 'token', 'expires', 'attempts')
    if state[3] and not (state[1] and tonumber(state[2]) > now) then
      redis.call('HDEL', delivery, 'due')
      redis.call('HSET', delivery, 'attempts', 0)
    end
    waiting = waiting + 1
  elseif kept and redis.call('ZSCORE', grouped, seq) then -- comes with its digest
    waiting = waiting + 1
  elseif kept and redis.call('ZCARD', outbox) < most then
    redis.call('ZREM', dead, seq)
    redis.call('ZADD', outbox, seq, seq)
    redis.call('HDEL', delivery, 'state', 'token', 'expires', 'due', 'seqs', 'digest')
    redis.call('HSET', delivery, 'attempts', 0)
    redis.call('EXPIRE', delivery, ttl)
    queued = queued + 1
  else
    refused = refused + 1
  end
end
if queued > 0 then
  redis.call('EXPIRE', outbox, ttl)
end
return {queued, waiting, refused}
