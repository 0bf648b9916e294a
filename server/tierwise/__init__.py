"""Tierwise: the cheapest tier that will do, and you always see which."""

__version__ = "0.1.0"
