"""The language server: thin; it turns an editor's messages into calls of the engine, and answers into messages.

A module is one feature (`diagnostics`, `formatting`, `hover` ...) with a function `register` that adds it to the server.
"""
