" composefmt in Vim, through ALE: put this into .vimrc. It needs composefmt in PATH, and composefmt-cli[lsp] for what ALE shows.

" Compose files get a file type of their own, so that other YAML is left alone; the colors are those of YAML.
autocmd BufNewFile,BufRead {,docker-}compose*.{yaml,yml} setlocal filetype=yaml.docker-compose

" Mistakes, hover, completion and renaming come from the language server.
call ale#linter#Define('docker-compose', {
\   'name': 'composefmt',
\   'lsp': 'stdio',
\   'executable': 'composefmt',
\   'command': '%e lsp',
\   'language': 'dockercompose',
\   'project_root': {buffer -> expand('#' . buffer . ':p:h')},
\})
let g:ale_linters = get(g:, 'ale_linters', {})
let g:ale_linters['docker-compose'] = ['composefmt']

" Format on save.
function! ComposefmtFix(buffer) abort
  return {'command': 'composefmt format - --quiet --stdin-filename %s'}
endfunction
let g:ale_fixers = get(g:, 'ale_fixers', {})
let g:ale_fixers['docker-compose'] = [function('ComposefmtFix')]
let g:ale_fix_on_save = 1
