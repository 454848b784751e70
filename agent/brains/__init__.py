"""Writers of programs, one file each, behind `agent.brain.Brain`; imported by name, so that none costs another its start."""
