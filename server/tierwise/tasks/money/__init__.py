"""Watching the budget and settling what calls cost."""
