"""Gathering the situation of a task and routing it."""
