"""The ledger on a PostgreSQL server: the same rows and statements, shared by several machines."""
