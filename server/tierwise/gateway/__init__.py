"""The gateway: an HTTP server that agents call in place of a model's server.

It serves any client of the Messages API, with the same router, purse and outcomes as the editors.
"""
