"""The night queue as plain data and pure functions: what is queued, when, and what became of it."""
