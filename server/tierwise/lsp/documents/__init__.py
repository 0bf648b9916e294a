"""The editor's documents, and file operations for a client that cannot do them itself."""
