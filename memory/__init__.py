"""What keeps: the database, the event log and three tiers of memory."""
