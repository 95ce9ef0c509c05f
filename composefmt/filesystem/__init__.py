"""How files and the environment are reached: on disk, in memory, at a git revision, or as an editor has them.

A `FileSystem` answers questions about paths; `Surroundings` are one as seen from the directory of a Compose file.
"""
