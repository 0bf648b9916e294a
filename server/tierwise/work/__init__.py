"""The night's worker: a process of its own that does what was queued. Never the editor's server."""
