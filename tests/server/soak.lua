-- Posts the bodies of a file, one after the other, and says how it went as a line of JSON.
local bodies = {}

function init(arguments)
  for line in io.lines(arguments[1]) do bodies[#bodies + 1] = line end
  -- Threads do not go side by side.
  math.randomseed(os.time() + tonumber(tostring(bodies):match('0x(%x+)'), 16) % 100000)
  next_body = math.random(#bodies)
end

local headers = { ['Content-Type'] = 'application/x-www-form-urlencoded' }

function request()
  next_body = next_body % #bodies + 1
  return wrk.format('POST', '/api/oauth/token', headers, bodies[next_body])
end

function done(summary, latency)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    '{"requests": %d, "microseconds": %d, "refused": %d, "broken": %d, "p50": %d, "p99": %d, "max": %d}\n',
    summary.requests, summary.duration, errors.status, broken,
    latency:percentile(50), latency:percentile(99), latency.max))
end
