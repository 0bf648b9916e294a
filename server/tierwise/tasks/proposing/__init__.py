"""Turning an answer into a proposal, and a proposal into edits."""
