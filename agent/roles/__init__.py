"""What models are asked for, one role a file: each renders its prompt, asks through the desk, and reads the answer."""
