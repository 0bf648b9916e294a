"""`textDocument/*`: a file per method, and `sync.py` for the three that keep documents current."""
