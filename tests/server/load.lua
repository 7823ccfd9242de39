-- Posts the lines of a file, one after the other, and prints how it went as a line of JSON.
-- Arguments: the path, the content type, the file.
local bodies, path, headers = {}, nil, nil

function init(arguments)
  path, headers = arguments[1], { ['Content-Type'] = arguments[2] }
  for line in io.lines(arguments[3]) do bodies[#bodies + 1] = line end
  -- Threads do not start at the same line.
  math.randomseed(os.time() + tonumber(tostring(bodies):match('0x(%x+)'), 16) % 100000)
  next_body = math.random(#bodies)
end

function request()
  next_body = next_body % #bodies + 1
  return wrk.format('POST', path, headers, bodies[next_body])
end

function done(summary, latency)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    '{"requests": %d, "microseconds": %d, "refused": %d, "broken": %d, "p50": %d, "p99": %d, "max": %d}\n',
    summary.requests, summary.duration, errors.status, broken,
    latency:percentile(50), latency:percentile(99), latency.max))
end
