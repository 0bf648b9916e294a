"""`textDocument/*`: one file per method, except that `sync.py` has all document notifications."""
