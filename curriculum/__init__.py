"""What to try next, and how far the journey is."""
