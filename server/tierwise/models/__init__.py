"""Calls of models: prompts, streaming, retries and failover. Only `sdk` imports the SDK."""
