"""Decides: the loop, its nodes, the brains that write programs, the command line. It alone sees all other packages."""
