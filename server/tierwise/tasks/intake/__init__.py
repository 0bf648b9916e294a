"""Turns what a client sends into a request, and collects what is sent to the model with it."""
