#!lua flags=allow-oom
-- KEYS  1 posts
-- ARGV  1 group, 2 consumer, 3 most entries, 4 milliseconds after which another consumer's entry counts as abandoned
-- RETURNS  a list of {entry id, times handed out, its fields and values}
-- WHY   What this consumer took and never acknowledged comes first, then what others abandoned, then what is new.
--       What was handed out before comes one at a time: a post that kills its worker must not count against those
--       that were only read together with it. Taking over counts as no handing out (JUSTID).

local posts, group, consumer, most, idle_ms = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local function entries(count, from)
  local answer = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', count, 'STREAMS', posts, from)
  return answer and answer[1][2] or {}
end

redis.call('XAUTOCLAIM', posts, group, consumer, idle_ms, '0-0', 'COUNT', most, 'JUSTID')
while true do
  local again = entries(1, '0')[1]
  if not again then
    break
  end
  if again[2] then
    local pending = redis.call('XPENDING', posts, group, again[1], again[1], 1)
    return {{again[1], pending[1][4], again[2]}}
  end
  redis.call('XACK', posts, group, again[1]) -- deleted by hand: nothing is left to process
end

local found = {}
for _, entry in ipairs(entries(most, '>')) do
  found[#found + 1] = {entry[1], 1, entry[2]}
end
return found
