std = "luajit"
cache = false
codes = true
max_line_length = 120
globals = { "vim" }
files["tests"] = { globals = { "eq" } }
-- `_` is what a signature names but a body does not need.
ignore = { "212/_.*", "212/self" }
