#!lua
-- KEYS  1 posts, 2 parked, 3 cursors, 4 counters, then for each post: seen, thread
-- ARGV  1 source, 2 cursor, 3 backlog bound, 4 largest entry in bytes, 5 parked bound, 6 bytes kept of a parked one,
--       7 seconds a post is recognised, 8 seconds a thread is kept, 9 posts kept of a thread,
--       then for each post: its position in the thread, its JSON
-- RETURNS  how many posts were new and published; -1 when the backlog would pass its bound: nothing was written
-- WHY   Marker, entry, thread and cursor in one step: a poller that dies, or that never hears the answer, repeats
--       the same batch and nothing is published twice or skipped. A post that is too large is set aside here, so
--       that its source goes on.

local posts, parked, cursors, counters = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local source, cursor = ARGV[1], ARGV[2]
local backlog, entry_bytes, parked_most, parked_bytes = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])
local seen_s, thread_s, thread_most = ARGV[7], ARGV[8], tonumber(ARGV[9])

local fresh = 0
for key = 5, #KEYS, 2 do
  fresh = fresh + 1 - redis.call('EXISTS', KEYS[key])
end
if redis.call('XLEN', posts) + fresh > backlog then
  return -1
end

local published = 0
for key = 5, #KEYS, 2 do
  local seen, thread = KEYS[key], KEYS[key + 1]
  local position, post = ARGV[key + 5], ARGV[key + 6]
  if redis.call('SET', seen, 1, 'NX', 'EX', seen_s) then
    if #post > entry_bytes then
      local number = redis.call('HINCRBY', counters, 'parked', 1)
      redis.call('XADD', parked, 'MAXLEN', '=', parked_most, number .. '-0', 'because',
        #post .. ' bytes are more than ' .. entry_bytes, 'raw', string.sub(post, 1, parked_bytes))
    else
      local number = redis.call('HINCRBY', counters, 'posts', 1)
      redis.call('XADD', posts, number .. '-0', 'post', post)
      redis.call('ZADD', thread, position, post)
      redis.call('ZREMRANGEBYRANK', thread, 0, -(thread_most + 1))
      redis.call('EXPIRE', thread, thread_s)
      published = published + 1
    end
  end
end
redis.call('HSET', cursors, source, cursor)
return published
