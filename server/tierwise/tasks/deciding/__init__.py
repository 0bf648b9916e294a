"""Routes a task, after collecting what a decision needs beside the request: prices, budget, pins
and which tiers can answer (the situation).
"""
