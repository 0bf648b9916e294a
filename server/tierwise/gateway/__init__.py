"""The HTTP side for agents: the same router, purse and outcomes in front of any Messages client."""
