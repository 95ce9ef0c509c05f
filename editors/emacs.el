;;; composefmt in Emacs, through eglot: put this into init.el.  -*- lexical-binding: t -*-
;; It needs `composefmt-cli[lsp]' in PATH, and the package yaml-mode; eglot is part of Emacs from version 29 on.

;; Compose files get a mode of their own, so that the server isn't started for other YAML.
(require 'yaml-mode)
(define-derived-mode compose-mode yaml-mode "Compose" "Compose files, with composefmt.")
(add-to-list 'auto-mode-alist '("/\\(docker-\\)?compose[^/]*\\.ya?ml\\'" . compose-mode))

(require 'eglot)
(add-to-list 'eglot-server-programs '((compose-mode :language-id "dockercompose") . ("composefmt" "lsp")))
(add-hook 'compose-mode-hook #'eglot-ensure)

;; Format on save.
(add-hook 'compose-mode-hook
          (lambda ()
            (add-hook 'before-save-hook
                      (lambda () (when (eglot-managed-p) (eglot-format-buffer)))
                      nil t)))
