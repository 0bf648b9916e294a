"""The steps from one shape of a ledger on PostgreSQL to the next, as frozen SQL."""
