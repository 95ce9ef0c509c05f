"""The language server: a thin layer that maps the protocol's messages to calls of the engine.

Each feature is a module (`diagnostics`, `formatting`, `hover` ...) whose function `register` adds it to the server.
"""
