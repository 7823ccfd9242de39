-- Sends the requests of a file, one after the other, and prints how it went as a line of JSON.
-- Arguments: the file, which has a method, a path and an access token in each line.
local requests, next_request = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local method, path, token = line:match('(%S+) (%S+) (%S+)')
    requests[#requests + 1] = wrk.format(method, path, { Authorization = 'token ' .. token })
  end
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end

function done(summary, latency)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    '{"requests": %d, "microseconds": %d, "refused": %d, "broken": %d, "p50": %d, "p99": %d, "max": %d}\n',
    summary.requests, summary.duration, errors.status, broken,
    latency:percentile(50), latency:percentile(99), latency.max))
end
