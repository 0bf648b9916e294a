"""The learned state of a window: folding it, asking it, replaying it."""
