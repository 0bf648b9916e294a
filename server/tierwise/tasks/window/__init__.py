"""What an editor window has before any task: documents, settings, consents, the ledger."""
