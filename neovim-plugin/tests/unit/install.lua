local install = require("tierwise.install")

--- A folder that is there, and a wheel in it.
local function here()
  local folder = vim.fn.tempname() .. " of mine"
  vim.fn.mkdir(folder, "p")
  vim.fn.writefile({}, folder .. "/tierwise-1.0-py3-none-any.whl")
  return folder
end

return {
  ["install: no spelling of a bare name is given to pip"] = function()
    for _, named in ipairs({
      "tierwise",
      "Tierwise",
      "tierwise==1.0",
      "tierwise>=1",
      "tierwise[keyring]",
      "tierwise[keyring]==2",
      " tierwise",
      "tierwise ; python_version > '3'",
      "./tierwise",
      "../tierwise",
      "server/tierwise",
      "tierwise-1.0-py3-none-any.whl",
      "--index-url=https",
      "-r",
      "tier_wise",
      "tierwise @ local",
      "",
    }) do
      local source, why = install.named(named)
      eq(source, nil, named)
      eq(why, install.BARE, named)
    end
  end,
  ["install: a path that is there, with or without extras"] = function()
    local folder = here()
    local wheel = folder .. "/tierwise-1.0-py3-none-any.whl"
    for _, path in ipairs({ folder, wheel, folder .. "[keyring]", wheel .. "[keyring, team]" }) do
      eq(install.named(path), path)
    end
    local source, why = install.named(folder .. "/gone")
    eq(source, nil)
    eq(why, "server.package: there is no " .. folder .. "/gone.")
  end,
  ["install: an address, pinned or not"] = function()
    for _, address in ipairs({
      "git+https://example.org/tierwise@v1.2.0",
      "https://example.org/tierwise-1.0-py3-none-any.whl",
      "tierwise @ git+https://example.org/tierwise@v1",
      "tierwise[keyring] @ https://example.org/t.whl",
      "file:///opt/tierwise.whl",
      "git+ssh://git@example.org/tierwise@abc",
    }) do
      eq(install.named(address), address)
    end
  end,
}
