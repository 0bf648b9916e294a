"""The operator's tests on what was proposed at night, in a copy of the tree."""
