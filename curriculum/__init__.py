"""What to try next, and how far we are: tasks with machine checks, the tech tree, proposals, progress, metrics."""
