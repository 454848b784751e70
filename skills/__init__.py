"""What the agent can do: skills, their immutable versions, the call graph, and the evidence that each one works.

Stands on `memory` for its tables' transactions and on nothing else of the project: the primitives that exist and the
parser of the skill language come in as arguments.
"""
