"""What editors talk to: the only package that knows the Language Server Protocol."""
