"""Whole-project tasks through the real server, answered by a model that does as it is told."""
