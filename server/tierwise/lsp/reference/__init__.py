"""What is generated from the interface: types for the clients and the reference of the protocol."""
