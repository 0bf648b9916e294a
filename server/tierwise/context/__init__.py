"""What may be sent and what is: ignore rules and secrets first, then choice and window."""
