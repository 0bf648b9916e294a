"""Runs the operator's tests on the night's proposals, in a copy of the tree."""
