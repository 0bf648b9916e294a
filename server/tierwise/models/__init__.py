"""Model calls: prompts, streaming, retries and failover. Only `client` knows the SDK."""
