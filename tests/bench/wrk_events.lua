-- Posts events with fresh ids: the template file holds one body with a 12-character placeholder "@@@@@@@@@@@@" in each id.
-- wrk ... -- PATH TEMPLATE KEY
local pieces, count, thread_id, serial = {}, 0, 0, 0

function setup(thread)
   thread:set("id", thread_id)
   thread_id = thread_id + 1
end

function init(args)
   math.randomseed(os.time() * 1000 + id)
   salt = string.format("%06x", math.random(0, 0xffffff))
   local file = io.open(args[2], "rb")
   local text = file:read("*a")
   file:close()
   local from = 1
   while true do
      local first, last = string.find(text, "@@@@@@@@@@@@", from, true)
      if not first then break end
      pieces[#pieces + 1] = string.sub(text, from, first - 1)
      from = last + 1
      count = count + 1
   end
   pieces[#pieces + 1] = string.sub(text, from)
   wrk.method = "POST"
   wrk.path = args[1]
   wrk.headers["Content-Type"] = "application/json"
   if args[3] then wrk.headers["X-API-Key"] = args[3] end
end

function request()
   local out = {}
   for i = 1, count do
      serial = serial + 1
      out[#out + 1] = pieces[i]
      out[#out + 1] = salt .. string.format("%06x", serial % 0x1000000)
   end
   out[#out + 1] = pieces[count + 1]
   return wrk.format(nil, nil, nil, table.concat(out))
end
