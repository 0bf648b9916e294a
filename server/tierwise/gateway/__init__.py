"""The gateway: an HTTP server that agents call in place of a model's server.

It serves any client of the Messages API. It shares with the editors the router, the money that may
be spent, and what was learned from outcomes.
"""
