"""The router: signals, estimate, decision. Pure functions over frozen data."""
