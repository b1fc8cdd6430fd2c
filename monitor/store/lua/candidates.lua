#!lua flags=no-writes
-- KEYS  1 counters, then the index key of each term
-- ARGV  1 the beginning of the claims' keys, 2 most candidates, then the weight of each term
-- RETURNS  {epoch, then for each claim, best first: {doc, number, revision, alerted, disputed_by}}
-- WHY   Documents and epoch are read at one moment: what is filed after the epoch, `record` finds by it. Equal
--       weights are put in order by the latest sighting with one of the terms, which no two claims share.

local counters, prefix, most = KEYS[1], ARGV[1], tonumber(ARGV[2])
local weight, latest, ids = {}, {}, {}
for key = 2, #KEYS do
  local members = redis.call('ZREVRANGE', KEYS[key], 0, -1, 'WITHSCORES')
  for at = 1, #members, 2 do
    local id, filed = members[at], tonumber(members[at + 1])
    if not weight[id] then
      weight[id], latest[id] = 0, 0
      ids[#ids + 1] = id
    end
    weight[id] = weight[id] + tonumber(ARGV[key + 1])
    latest[id] = math.max(latest[id], filed)
  end
end
local function better(one, other)
  if weight[one] ~= weight[other] then
    return weight[one] > weight[other]
  end
  return latest[one] > latest[other]
end

-- The best of them in order, with as many again in case some are gone; sorting them all takes three times as long.
local best, keep = {}, 2 * most
for _, id in ipairs(ids) do
  local at = #best
  if at < keep then
    at = at + 1
  elseif not better(id, best[at]) then
    at = 0
  end
  if at > 0 then
    while at > 1 and better(id, best[at - 1]) do
      best[at] = best[at - 1]
      at = at - 1
    end
    best[at] = id
  end
end

local found = {tonumber(redis.call('HGET', counters, 'filings') or 0)}
for _, id in ipairs(best) do
  if #found > most then
    break
  end
  local claim = redis.call('HMGET', prefix .. id, 'doc', 'number', 'revision', 'alerted', 'disputed_by')
  if claim[1] then -- else its time is over and the index has not noticed
    found[#found + 1] = claim
  end
end
return found
