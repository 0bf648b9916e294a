"""The wire: bytes into messages and back, and one response to every request."""
