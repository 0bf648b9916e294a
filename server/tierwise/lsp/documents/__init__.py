"""The documents of the editor, and files on the disk for a client that cannot touch them."""
