#!lua flags=no-writes
-- KEYS  any hashes of one topic
-- ARGV  the fields to read
-- RETURNS  the fields of each, in order; a field that is not there is false
-- WHY   A page of claims or filings in one round trip, read at one moment.

local found = {}
for at, key in ipairs(KEYS) do
  found[at] = redis.call('HMGET', key, unpack(ARGV))
end
return found
