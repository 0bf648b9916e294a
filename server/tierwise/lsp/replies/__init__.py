"""What the server sends: results and notifications, camelCase on the wire.

They are made in `convert`, `edits` and `present`; these classes say their shape to tests and to the
clients whose types are generated from them. The server itself never imports this package.
"""
