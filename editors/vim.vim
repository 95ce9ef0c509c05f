" composefmt in Vim without plugins: put this into .vimrc. It needs composefmt in PATH.

" Formats these lines; if that fails, the text stays and the reason is shown.
function! ComposefmtFormat(first, last) abort
  let view = winsaveview()
  let command = printf('composefmt format - --quiet --lines %d-%d --stdin-filename %s', a:first, a:last, shellescape(expand('%'), 1))
  silent execute '%!' . command
  if v:shell_error
    let reason = getline(1, '$')
    silent undo
    echohl ErrorMsg
    for line in reason | echomsg line | endfor
    echohl None
  endif
  call winrestview(view)
endfunction

augroup composefmt
  autocmd!
  " gq formats the lines it is given, gggqG all.
  autocmd BufNewFile,BufRead {,docker-}compose*.{yaml,yml} setlocal formatexpr=mode()=~#'[iR]'?1:ComposefmtFormat(v:lnum,v:lnum+v:count-1)
  " Format on save.
  autocmd BufWritePre {,docker-}compose*.{yaml,yml} call ComposefmtFormat(1, line('$'))
augroup END
