#!lua
-- KEYS  1 mutes
-- ARGV  1 id, 2 the mute's JSON, 3 until when it is kept, 4 now (both in seconds), 5 bound of the mutes
-- RETURNS  1, or 0 when there are too many: nothing written
-- WHY   What is kept no longer makes room first; the key lives as long as the mute that is kept longest, and is never
--       made to end sooner. One that does not say how long it is kept goes with the last of the others.

local mutes = KEYS[1]
local now = tonumber(ARGV[4])
local latest = math.max(tonumber(ARGV[3]), redis.call('EXPIRETIME', mutes))

local found = redis.call('HGETALL', mutes)
for at = 1, #found, 2 do
  local kept = tonumber(string.match(found[at + 1], '^%d+ '))
  if kept and kept < now then
    redis.call('HDEL', mutes, found[at])
  end
end
if redis.call('HEXISTS', mutes, ARGV[1]) == 0 and redis.call('HLEN', mutes) >= tonumber(ARGV[5]) then
  return 0
end
redis.call('HSET', mutes, ARGV[1], ARGV[3] .. ' ' .. ARGV[2])
redis.call('EXPIREAT', mutes, latest)
return 1
