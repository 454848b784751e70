"""Writers of programs, one file each, behind `agent.brain.Brain`; imported by name and late."""
