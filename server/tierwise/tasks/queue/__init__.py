"""The night queue as a window sees it: what is queued, the results, and what is applied."""
