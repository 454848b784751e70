"""Decides: the loop, its nodes, the brains that write programs, and the command line. The only package that sees all others."""
