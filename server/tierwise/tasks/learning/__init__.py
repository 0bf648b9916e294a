"""The learned state of a window: updating it, using it, replaying it."""
