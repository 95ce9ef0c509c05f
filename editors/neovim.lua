-- composefmt in Neovim 0.11 or newer: put this into init.lua. It needs `composefmt-cli[lsp]` in PATH.

-- Compose files get a file type of their own, so that the server isn't started for other YAML; the colors are those of YAML.
vim.filetype.add({ pattern = { [".*/compose[^/]*%.ya?ml"] = "yaml.docker-compose", [".*/docker%-compose[^/]*%.ya?ml"] = "yaml.docker-compose" } })

vim.lsp.config("composefmt", {
  cmd = { "composefmt", "lsp" },
  filetypes = { "yaml.docker-compose" },
  root_markers = { "composefmt.toml", ".composefmt.toml", ".git" },
})
vim.lsp.enable("composefmt")

-- Format on save.
vim.api.nvim_create_autocmd("BufWritePre", {
  pattern = { "compose*.y*ml", "docker-compose*.y*ml" },
  callback = function(event)
    vim.lsp.buf.format({ bufnr = event.buf, name = "composefmt", timeout_ms = 5000 })
  end,
})
