"""What decides: the loop, its nodes, brains and the command line."""
