"""One connected editor: what it can do, what we ask of it, and what we show in it."""
