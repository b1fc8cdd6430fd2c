#!lua flags=no-writes
-- KEYS  1 alerts
-- ARGV  1 the beginning of the sink's delivery keys, then the seq of each
-- RETURNS  for each {attempts, due, log, state, digest, the alert's JSON, when it was raised in seconds}, false for what is
--       not there
-- WHY   A page of deliveries with what they deliver, read at one moment.

local found = {}
for at = 2, #ARGV do
  local state = redis.call('HMGET', ARGV[1] .. ARGV[at], 'attempts', 'due', 'log', 'state', 'digest')
  local alert = redis.call('XRANGE', KEYS[1], ARGV[at] .. '-0', ARGV[at] .. '-0')[1]
  state[6] = alert and alert[2][2] or false
  state[7] = alert and alert[2][4] or false
  found[#found + 1] = state
end
return found
