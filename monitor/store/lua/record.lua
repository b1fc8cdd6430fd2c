#!lua
-- KEYS  1 filing, 2 claim, 3 counters, 4 claims, 5 filings, 6 filings of the claim, then the index key of each term
-- ARGV  1 the beginning of the claims' keys, 2 claim id, 3 sighting id, 4 expected revision ('' creates the claim),
--       5 epoch, 6 the claim's document, 7 the filing's document, 8 seconds to live, 9 bound of claims,
--       10 bound of filings, 11 bound of the claim's filings, 12 bound of a term's claims, 13 bound of disputes,
--       then for each disputed claim: its id, the link to write on it
-- RETURNS  {1} on a conflict, nothing written; else
--       {0, {doc, number, revision, alerted, disputed_by}, {doc, number, told}} as they stand now
-- WHY   Identity is decided outside, from what `candidates` read. It is filed only while that still holds: the
--       chosen claim is at the revision that was read, and no other claim has since come by one of the sighting's
--       terms. So two workers that meet one new claim at the same moment file one claim. A sighting is filed once:
--       a repeated call answers with what was written the first time. Documents are never decoded here, because
--       cjson loses empty lists and precision; what the store itself knows lies in fields beside them.

local filing, claim, counters, claims, filings, filings_of = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local prefix, claim_id, sighting_id, expected, epoch = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local ttl, disputes_most = ARGV[8], tonumber(ARGV[13])

local function answer(claim_key)
  return {
    0,
    redis.call('HMGET', claim_key, 'doc', 'number', 'revision', 'alerted', 'disputed_by'),
    redis.call('HMGET', filing, 'doc', 'number', 'told'),
  }
end

local function bounded(key, score, member, most)
  local added = redis.call('ZADD', key, score, member)
  redis.call('ZREMRANGEBYRANK', key, 0, -(most + 1))
  redis.call('EXPIRE', key, ttl)
  return added == 1
end

-- A claim that gained a term after the epoch, as far as it is under one of the sighting's terms. (The chosen one
-- did not, or it would be at another revision.)
local function newcomer()
  for key = 7, #KEYS do
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[key], '(' .. epoch, '+inf')) do
      if tonumber(redis.call('HGET', prefix .. id, 'grown') or 0) > epoch then
        return true
      end
    end
  end
  return false
end

-- The link on the disputed claim; that claim changes, unless it has the link already.
local function disputed(id, link)
  local key = prefix .. id
  local links = redis.call('HMGET', key, 'revision', 'disputed_by')
  local known = links[2] or ''
  local _, lines = string.gsub(known, '\n', '')
  if id == claim_id or not links[1] or lines >= disputes_most
    or string.find(known, '"claim_id":"' .. claim_id .. '"', 1, true) then
    return
  end
  redis.call('HSET', key, 'disputed_by', known .. link .. '\n')
  redis.call('HINCRBY', key, 'revision', 1)
end

local before = redis.call('HGET', filing, 'claim')
if before then
  return answer(prefix .. before)
end
local revision = redis.call('HGET', claim, 'revision') or ''
if revision ~= expected or newcomer() then
  return {1}
end

local number = redis.call('HINCRBY', counters, 'filings', 1)
redis.call('HSET', filing, 'doc', ARGV[7], 'number', number, 'claim', claim_id)
redis.call('EXPIRE', filing, ttl)
redis.call('HSET', claim, 'doc', ARGV[6])
redis.call('HINCRBY', claim, 'revision', 1)
if expected == '' then
  local created = redis.call('HINCRBY', counters, 'claims', 1)
  redis.call('HSET', claim, 'number', created)
  bounded(claims, created, claim_id, tonumber(ARGV[9]))
end
redis.call('EXPIRE', claims, ttl)
bounded(filings, number, sighting_id, tonumber(ARGV[10]))
bounded(filings_of, number, sighting_id, tonumber(ARGV[11]))
for key = 7, #KEYS do
  if bounded(KEYS[key], number, claim_id, tonumber(ARGV[12])) then
    redis.call('HSET', claim, 'grown', number)
  end
end
redis.call('EXPIRE', claim, ttl)
for at = 14, #ARGV, 2 do
  disputed(ARGV[at], ARGV[at + 1])
end
return answer(claim)
