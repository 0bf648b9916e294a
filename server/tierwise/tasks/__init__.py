"""Tasks: the way of a request from the edge to its outcome, and the engine that owns them all."""
