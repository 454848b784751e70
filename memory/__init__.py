"""What the agent keeps: one SQLite file, an event log, and three tiers of memory (working, episodic, semantic).

SQLite is the only truth; every other thing (the vector index, a graph, a page) is a view that can be rebuilt.
This package imports nothing else of the project: clocks, embedders and token counters come in as arguments.
"""
