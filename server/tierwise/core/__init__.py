"""Frozen data that every other package may import; it imports nothing of ours."""
