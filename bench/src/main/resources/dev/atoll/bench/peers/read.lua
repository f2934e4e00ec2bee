-- Reads any of the first rows of any of the keys.
local host
local started = 0

function setup(thread)
  thread:set("seed", started)
  started = started + 1
end

function init()
  math.randomseed(os.time() + seed)
  host = " HTTP/1.1\r\nHost: " .. wrk.host .. "\r\n\r\n"
end

function request()
  return "GET /read/" .. math.random(0, @KEYS@ - 1) .. "/" .. math.random(1, 100) .. host
end
