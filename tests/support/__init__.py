"""What the tests share: a raw JSON-RPC client, client profiles, a loopback model."""
