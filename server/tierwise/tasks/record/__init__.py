"""Recording decisions and outcomes, and watching what becomes of edits."""
