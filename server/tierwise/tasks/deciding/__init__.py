"""Collects the situation of a task (the facts beside its signals), and routes the task."""
