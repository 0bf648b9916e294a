"""Tasks: the path of a request from the editor to its outcome, and the engine that owns
all tasks.
"""
