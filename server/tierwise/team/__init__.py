"""A team behind one gateway: its members, the rules that bind them, and what the owner sees."""
