-- Posts OTLP requests: each file holds a body with "@@@@" where an id or a text must differ from request to request.
-- wrk ... -- PATH KEY FILE...
local bodies, serial = {}, 0
local letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

local function pieces_of(name)
   local file = io.open(name, "rb")
   local text = file:read("*a")
   file:close()
   local pieces, from = {}, 1
   while true do
      local first, last = string.find(text, "@@@@", from, true)
      if not first then break end
      pieces[#pieces + 1] = string.sub(text, from, first - 1)
      from = last + 1
   end
   pieces[#pieces + 1] = string.sub(text, from)
   return pieces
end

local function mark(number)
   local text = ""
   for _ = 1, 4 do
      local digit = number % 64
      text = text .. string.sub(letters, digit + 1, digit + 1)
      number = (number - digit) / 64
   end
   return text
end

function init(args)
   wrk.method = "POST"
   wrk.path = args[1]
   wrk.headers["Content-Type"] = "application/x-protobuf"
   wrk.headers["X-API-Key"] = args[2]
   for place = 3, #args do bodies[#bodies + 1] = pieces_of(args[place]) end
end

function request()
   serial = serial + 1
   return wrk.format(nil, nil, nil, table.concat(bodies[serial % #bodies + 1], mark(serial)))
end
