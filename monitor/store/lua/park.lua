#!lua flags=allow-oom
-- KEYS  1 posts, 2 parked, 3 counters
-- ARGV  1 group, 2 entry id, 3 why, 4 bound of the parked, 5 bytes kept
-- RETURNS  1, or 0 when the entry is gone: parked or acknowledged before
-- WHY   Set aside and acknowledged in one step: an entry is never in both places, and never in neither.

local posts, parked, counters = KEYS[1], KEYS[2], KEYS[3]
local entry = redis.call('XRANGE', posts, ARGV[2], ARGV[2])[1]
if entry then
  local fields = entry[2]
  local raw = fields[1] == 'post' and fields[2] or table.concat(fields, ' ')
  local number = redis.call('HINCRBY', counters, 'parked', 1)
  redis.call('XADD', parked, 'MAXLEN', '=', ARGV[4], number .. '-0',
    'because', ARGV[3], 'raw', string.sub(raw, 1, tonumber(ARGV[5])))
end
redis.call('XACK', posts, ARGV[1], ARGV[2])
redis.call('XDEL', posts, ARGV[2])
return entry and 1 or 0
