"""The wire: turns bytes into messages and back, and gives every request exactly one response."""
