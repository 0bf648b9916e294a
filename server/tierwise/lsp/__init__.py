"""The edge: the only package that knows the Language Server Protocol."""
