"""The handlers. Each is found by the name of its method.

`tierwise/FAMILY/verb` and `tierwise.FAMILY.verb` are the function `verb` of `FAMILY.py`. Methods of
the protocol itself follow the same rule; `textDocument/*` has a file per method.
"""
