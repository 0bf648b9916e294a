"""The configuration: one typed tree, and what may set which part of it."""
