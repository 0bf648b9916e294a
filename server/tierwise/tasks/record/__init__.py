"""Records decisions and outcomes, and watches what happens to applied edits."""
