"""The PostgreSQL server that tests start, and a whole team tried on it."""
