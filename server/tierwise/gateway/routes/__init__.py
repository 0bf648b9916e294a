"""The handlers of the gateway's paths, one file per family of paths."""
