"""What a repository needs so that composefmt is used in it: settings, a pre-commit hook, a job in CI.

`proposals` looks at a folder and says what could be added to it; nothing is written here, and nothing that is there is replaced.
"""

from composefmt.adopting.proposals import Note, Proposal, proposals

__all__ = ["Note", "Proposal", "proposals"]
