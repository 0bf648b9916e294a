"""Turning what a client sends into a request and its materials."""
