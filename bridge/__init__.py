"""Both ends of each wire to JavaScript: the embedded world, the body, the parser of skill code."""
