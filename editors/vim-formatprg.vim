" The shortest way: gggqG sends the file through composefmt. If that fails, Vim shows the reason in place of the text: press u.
autocmd BufNewFile,BufRead {,docker-}compose*.{yaml,yml} let &l:formatprg = 'composefmt format - --quiet --stdin-filename ' . shellescape(expand('%'))
