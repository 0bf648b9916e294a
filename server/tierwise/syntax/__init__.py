"""Source text: positions, trees, structure and symbols. Parsers load on first use."""
