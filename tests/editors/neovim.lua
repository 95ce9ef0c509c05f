-- What the tests do in Neovim: wait for the diagnostics, choose the code action ACTION if there is one, save, and write what was seen to SEEN.

local function wait(what, condition)
  assert(vim.wait(60000, condition, 20), "waited in vain for " .. what)
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n") .. "\n"
end

local ok, message = pcall(function()
  wait("diagnostics", function() return #vim.diagnostic.get(0) > 0 end)
  local seen = { filetype = vim.bo.filetype, diagnostics = {} }
  for _, one in ipairs(vim.diagnostic.get(0)) do
    table.insert(seen.diagnostics, { one.lnum + 1, one.col + 1, one.code, one.message })
    if vim.env.ACTION and one.code == vim.env.RULE then
      vim.api.nvim_win_set_cursor(0, { one.lnum + 1, one.col })
    end
  end
  if vim.env.ACTION then
    local before = text()
    vim.lsp.buf.code_action({ apply = true, filter = function(action) return action.title == vim.env.ACTION end })
    wait("the code action", function() return text() ~= before end)
    seen.chosen = text()
  end
  vim.cmd("silent write")
  vim.fn.writefile({ vim.json.encode(seen) }, vim.env.SEEN)
end)
if not ok then
  io.stderr:write(message .. "\n")
  vim.cmd("cquit")
end
vim.cmd("qall!")
