"""Load a project: settle includes, overrides, extends, variables and defaults of several files into one model.

The steps are those of compose-go: read, interpolate, include, extend, merge, validate and canonicalize each file; then
defaults, paths, normalization, types, profiles, consistency and env files of the project.
Each module is a step. `loading.py` and `project.py` call them in order; `output.py` prints the model.
"""
