"""What runs inside the desktop's box: it starts the display and its services, and is eyes and hands for the outside.

Started as `python3 -m inside`; needs the standard library, python-xlib and jeepney. It knows no tasks, no skills and no
verdicts, decides nothing, and is trusted by nobody: programs share the box with it.
"""
