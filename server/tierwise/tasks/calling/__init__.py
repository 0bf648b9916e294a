"""Asking a model: attempts, failover, escalation, the second opinion."""
