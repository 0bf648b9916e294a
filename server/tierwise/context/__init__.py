"""What may be sent and what is sent: ignore rules and secrets first, then choice and window."""
