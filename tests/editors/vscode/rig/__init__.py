"""A real VS Code workbench in a real browser, driven by tests; everything on loopback."""
