"""What can be done: skills, their versions, proofs and graph."""
