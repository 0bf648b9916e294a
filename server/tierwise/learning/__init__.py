"""What became of answers, and what the router learns from it. Plain Python over plain data."""
