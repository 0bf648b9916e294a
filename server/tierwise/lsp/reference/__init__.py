"""Generators of the clients' types and of the protocol reference, from the method table."""
