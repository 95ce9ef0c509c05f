" What the tests do in Vim with ALE: wait for the diagnostics, save, wait for the fixer, and write what was seen to SEEN.

function! s:Wait(condition) abort
  let tries = 0
  while !a:condition() && tries < 3000
    sleep 20m
    let tries += 1
  endwhile
endfunction

function! s:Told() abort
  return ale#engine#GetLoclist(bufnr(''))
endfunction

call s:Wait({-> !empty(s:Told())})
let s:seen = {'filetype': &filetype, 'diagnostics': map(copy(s:Told()), '[v:val.lnum, v:val.col, v:val.code, v:val.text]')}
let s:fixed = v:false
autocmd User ALEFixPost let s:fixed = v:true
write
call s:Wait({-> s:fixed})
call writefile([json_encode(s:seen)], $SEEN)
qall!
