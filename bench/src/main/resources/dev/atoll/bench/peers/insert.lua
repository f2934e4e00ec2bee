-- Adds a row to any of the keys. All requests are made beforehand.
local requests = {}
local started = 0

function setup(thread)
  thread:set("seed", started)
  started = started + 1
end

function init()
  math.randomseed(os.time() + seed)
  local value = string.rep("x", 100)
  for key = 0, @KEYS@ - 1 do
    requests[key] = wrk.format("POST", "/insert/" .. key, nil, value)
  end
end

function request()
  return requests[math.random(0, @KEYS@ - 1)]
end
