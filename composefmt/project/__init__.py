"""Many files to one model: what a project is once includes, overrides, extends, variables and defaults are settled.

The steps are the reference's (compose-go): read, interpolate, include, extend, merge, validate, bring to canonical
form, for each file; then defaults, paths, normalization, types, profiles, consistency and env files, for the project.
A module is a step. `load.py` calls them in order; `output.py` prints the model.
"""
