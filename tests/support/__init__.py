"""Helpers that several tests share, such as a raw JSON-RPC client and models on loopback."""
