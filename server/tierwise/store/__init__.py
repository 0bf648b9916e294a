"""The ledger: decisions, money and outcomes in one database, shared by every editor window."""
