"""Routes a task, after collecting the facts that a decision needs beside the request: prices,
budget, pins and which tiers can answer (the situation).
"""
