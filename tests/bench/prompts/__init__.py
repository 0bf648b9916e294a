"""How many tokens the prompts of a fixed set of tasks have, part by part."""
