"""The configuration: one typed tree, and which source may set which part of it."""
