"""The night queue as a window sees it: what is queued, what became of it, and what is applied."""
