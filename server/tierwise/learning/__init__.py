"""The outcomes of answers, and what the router learns from them. Plain Python over plain data."""
