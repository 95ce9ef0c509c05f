;;; What the tests do in Emacs: wait for the diagnostics, change the buffer, save, and write what was seen to SEEN.  -*- lexical-binding: t -*-

(require 'json)

(find-file "compose.yaml")
(run-hooks 'post-command-hook) ; eglot starts the server after the command, and there is no command loop here
(with-timeout (60 (error "Waited in vain for diagnostics"))
  (while (not (flymake-diagnostics)) (accept-process-output nil 0.05)))
(let ((told (mapcar (lambda (one)
                      (save-excursion
                        (goto-char (flymake-diagnostic-beg one))
                        (vector (line-number-at-pos) (1+ (current-column)) (flymake-diagnostic-text one))))
                    (flymake-diagnostics)))
      (mode (symbol-name major-mode)))
  (goto-char (point-max))
  (insert " \n")
  (save-buffer)
  (with-temp-file (getenv "SEEN")
    (insert (json-encode `((mode . ,mode) (diagnostics . ,(vconcat told)))))))
