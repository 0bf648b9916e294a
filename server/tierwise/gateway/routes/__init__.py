"""What the gateway answers to, one file per family of paths."""
