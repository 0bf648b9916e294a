"""The night's worker: a process that does the queued jobs. The editor's server never does them."""
