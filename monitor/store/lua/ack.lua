#!lua flags=allow-oom
-- KEYS  1 posts
-- ARGV  1 group, 2 entry id
-- RETURNS  1, or 0 when it was acknowledged before
-- WHY   Acknowledged and deleted in one step, so that the stream's length is the backlog.

local acknowledged = redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[1], ARGV[2])
return acknowledged
