#!lua flags=allow-oom
-- KEYS  1 sink
-- ARGV  1 why, 2 since in milliseconds, 3 seconds to live
-- RETURNS  1, or 0 when it was disabled before: the first reason stays
-- WHY   Whoever asks twice, or at the same moment as a receiver that answers 410, hides no reason.

if redis.call('HSETNX', KEYS[1], 'disabled', ARGV[1]) == 0 then
  return 0
end
redis.call('HSET', KEYS[1], 'disabled_at', ARGV[2], 'by_hand', 1)
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
