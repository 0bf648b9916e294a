"""Fitting the weights; needs the `dev` extra and the shared data, never imported at run time."""
