"""One connected editor: what it can do, what is asked of it, and what it is shown."""
