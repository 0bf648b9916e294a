"""Fits the weights. It needs the `dev` extra and the shared data, and no server imports it."""
