"""Edits: from a model's answer to a proposal with hunks, checked, rebased and confined."""
