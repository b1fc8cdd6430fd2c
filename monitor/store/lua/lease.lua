#!lua flags=allow-oom
-- KEYS  1 outbox, 2 dead, 3 alerts, 4 sink, 5 grouped, 6 groups
-- ARGV  1 the beginning of the sink's delivery keys, 2 token, 3 now, 4 when the lease expires (both in milliseconds),
--       5 seconds to live, 6 bound of the dead, 7 the beginning of the sink's group keys, 8 bound of a digest,
--       9 deliveries that may begin in a window ('': any number), 10 the window in milliseconds,
--       11 how many may be under way at once, 12 how many to lease, 13 bound of attempts kept,
--       then for each alert that can't be read: its seq, the JSON of an attempt that says so
-- RETURNS  {} when nothing waits; {due} in milliseconds when the head waits or is leased, or a group is due then;
--       {0, failing since in milliseconds or '', then for each delivery: {seq, attempts before this one, then for each
--       alert: its seq, its JSON}}; {1, why, since in milliseconds, 1 if by hand} when the sink is disabled, whatever
--       waits
-- WHY   Alerts go to a sink in order, so only the head of its queue is leased; where several may be under way, the
--       next ones too, as long as all before them are out on their first attempt: behind one that failed, everything
--       waits. The attempt is counted when it begins: one that takes its process down is one too. The same token is
--       answered the same way again, so that leases whose answer got lost are not waited for. Asking keeps a disabled
--       sink disabled: its key would otherwise end with the last attempt's time, and the sink be enabled by nobody.
--       Groups that are due come into the queue here, in the same step, and so does the digest of what a full window
--       held back: what is in a digest is fixed before it is sent the first time, and stays so. A digest stands in the
--       queue under its last alert's seq; the others are in `grouped` until it is settled, and each names it.
--       Which alerts can't be read, only the caller can tell: it asks again with the same token and names them. They
--       are dead then, and all else is answered as if they had never been there, in the same step.

local outbox, dead, alerts, sink, grouped, groups = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local prefix, token, now, expires, ttl = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local of_digest, rate, per = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local under_way, most = tonumber(ARGV[11]), tonumber(ARGV[12])
local MOST_GROUPS = 100 -- that come into the queue in one call
local FIRST_UNREADABLE = 14
local unreadable = {}
for at = FIRST_UNREADABLE, #ARGV, 2 do
  unreadable[ARGV[at]] = ARGV[at + 1]
end

local known = redis.call('HMGET', sink, 'disabled', 'disabled_at', 'by_hand', 'failing_since')
if known[1] then
  redis.call('EXPIRE', sink, ttl)
  return {1, known[1], tonumber(known[2]), tonumber(known[3] or 0)}
end
local failing_since = known[4] or ''

local function bury(seq)
  redis.call('ZREM', outbox, seq)
  redis.call('ZREM', grouped, seq)
  redis.call('ZADD', dead, seq, seq)
  redis.call('ZREMRANGEBYRANK', dead, 0, -(tonumber(ARGV[6]) + 1))
  redis.call('EXPIRE', dead, ttl)
end

-- A dead delivery by itself, with an attempt that came to nothing; each line is its time, a space, its JSON.
local function set_aside(seq, attempt)
  bury(seq)
  local delivery = prefix .. seq
  local lines = {}
  for line in string.gmatch((redis.call('HGET', delivery, 'log') or '') .. ARGV[3] .. ' ' .. attempt, '[^\n]+') do
    lines[#lines + 1] = line
  end
  redis.call('HSET', delivery, 'state', 'dead',
    'log', table.concat(lines, '\n', math.max(1, #lines - tonumber(ARGV[13]) + 1)) .. '\n')
  redis.call('HDEL', delivery, 'token', 'expires', 'due', 'seqs', 'digest')
  redis.call('EXPIRE', delivery, ttl)
end

-- Puts alerts into the queue as one delivery: the last one's, which lists them all.
local function queue(seqs)
  local last = seqs[#seqs]
  for _, seq in ipairs(seqs) do
    if #seqs > 1 then
      redis.call('HSET', prefix .. seq, 'digest', last)
      redis.call('EXPIRE', prefix .. seq, ttl)
    end
    if seq ~= last then
      redis.call('ZREM', outbox, seq)
      redis.call('ZADD', grouped, seq, seq)
    end
  end
  if #seqs > 1 then
    redis.call('HSET', prefix .. last, 'seqs', table.concat(seqs, ' '))
  end
  redis.call('ZREM', grouped, last)
  redis.call('ZADD', outbox, last, last)
  redis.call('EXPIRE', outbox, ttl)
  redis.call('EXPIRE', grouped, ttl)
end

-- Whether any were due.
local function queue_due_groups()
  local names = redis.call('ZRANGEBYSCORE', groups, '-inf', now, 'LIMIT', 0, MOST_GROUPS)
  for _, name in ipairs(names) do
    local group = ARGV[7] .. name
    local state = redis.call('HMGET', group, 'seqs', 'interval')
    local seqs = {}
    for seq in string.gmatch(state[1] or '', '%d+') do
      seqs[#seqs + 1] = seq
      if #seqs == of_digest then
        queue(seqs)
        seqs = {}
      end
    end
    if #seqs > 0 then
      queue(seqs)
    end
    redis.call('ZREM', groups, name)
    if state[1] then
      local interval = tonumber(state[2])
      redis.call('HDEL', group, 'seqs')
      redis.call('HSET', group, 'next', now + interval)
      redis.call('PEXPIRE', group, math.max(interval, 1))
    end
  end
  return #names > 0
end

-- What waits from there on and was never tried, neither alone nor in a digest, becomes one.
local function queue_held_back(from)
  local seqs = {}
  for _, seq in ipairs(redis.call('ZRANGE', outbox, from, from + of_digest - 1)) do
    local state = redis.call('HMGET', prefix .. seq, 'attempts', 'seqs')
    if tonumber(state[1] or 0) > 0 or state[2] then
      break
    end
    seqs[#seqs + 1] = seq
  end
  if #seqs > 1 then
    queue(seqs)
  end
end

-- When the next delivery may begin; nil: now.
local function window_over()
  local state = redis.call('HMGET', sink, 'window', 'begun')
  local over = tonumber(state[1] or 0) + per
  if over > now and tonumber(state[2] or 0) >= rate then
    return over
  end
end

local function begin_in_window()
  if tonumber(redis.call('HGET', sink, 'window') or 0) + per <= now then
    redis.call('HSET', sink, 'window', now, 'begun', 0)
  end
  redis.call('HINCRBY', sink, 'begun', 1)
  redis.call('EXPIRE', sink, ttl)
end

-- Puts the alerts of a delivery into `found`; those that are kept no longer or can't be read are dead. Returns the seq
-- that the delivery stands under then: another, if a digest has lost its last alert; nil, if nothing is left of it.
local function contents(found, seq, seqs)
  local kept = {}
  for one in string.gmatch(seqs or seq, '%d+') do
    local alert = redis.call('XRANGE', alerts, one .. '-0', one .. '-0')[1]
    if unreadable[one] then
      set_aside(one, unreadable[one])
    elseif alert then
      found[#found + 1] = one
      found[#found + 1] = alert[2][2]
      kept[#kept + 1] = one
    else
      bury(one)
    end
  end
  local last = kept[#kept]
  if last and last ~= seq then
    redis.call('HDEL', prefix .. last, 'digest')
    queue(kept)
  elseif last and seqs then
    redis.call('HSET', prefix .. seq, 'seqs', table.concat(kept, ' '))
  end
  return last
end

local looked = false

-- Whether the queue has changed at that place or before it: a group was due, or what was held back may come.
local function brought_in(at)
  if looked then
    return false
  end
  looked = true
  local changed = queue_due_groups()
  if rate and not window_over() and redis.call('HDEL', sink, 'held') == 1 then
    queue_held_back(at)
    changed = true
  end
  return changed
end

local taken = {}

-- Takes what may go out now; returns when to look again if something waits.
local function take()
  local at = 0
  while #taken < most do
    local seq = redis.call('ZRANGE', outbox, at, at)[1]
    local state = seq and redis.call('HMGET', prefix .. seq, 'token', 'expires', 'due', 'attempts', 'seqs') or {}
    local mine = state[1] == token
    local attempts = tonumber(state[4] or 0)
    if state[1] and not mine and tonumber(state[2]) > now then
      at = at + 1
      if attempts > 1 or at >= under_way then
        return tonumber(state[2])
      end
    elseif not mine and brought_in(at) then
      -- the same place again
    elseif not seq then
      return tonumber(redis.call('ZRANGE', groups, 0, 0, 'WITHSCORES')[2])
    elseif not state[1] and state[3] and tonumber(state[3]) > now then
      return tonumber(state[3])
    else
      local first = not mine and attempts == 0
      local over = rate and first and window_over()
      if over then
        redis.call('HSET', sink, 'held', 1)
        return over
      end
      local found = {tonumber(seq), mine and attempts - 1 or attempts}
      local under = contents(found, seq, state[5])
      if under and under ~= seq then -- the queue has changed, maybe before this place; what was taken is found again
        taken, at = {}, 0
      elseif under then
        if first and rate then
          begin_in_window()
        end
        if not mine then
          redis.call('HSET', prefix .. seq, 'token', token, 'expires', expires, 'attempts', attempts + 1)
          redis.call('EXPIRE', prefix .. seq, ttl)
        end
        taken[#taken + 1] = found
        at = at + 1
        if found[2] > 0 or at >= under_way then
          return
        end
      end
    end
  end
end

local due = take()
if #taken > 0 then
  return {0, failing_since, unpack(taken)}
end
return {due}
