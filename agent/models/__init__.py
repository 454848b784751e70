"""Language models: one gateway that asks, waits, pays and records for all roles. Knows nothing of tasks or worlds."""
