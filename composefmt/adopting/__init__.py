"""Propose what a repository needs to use composefmt: settings, a pre-commit hook, a job in CI.

Nothing is written here, and the proposals keep all existing content.
"""

from composefmt.adopting.proposals import Note, Proposal, settings_proposal, tool_proposals

__all__ = ["Note", "Proposal", "settings_proposal", "tool_proposals"]
