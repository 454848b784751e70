"""How the desktop's planner brain thinks: what runs showed, what a check wants, which program could bring it about.

runs      what a past run is, as the planner reads it
words     words of goals and labels, and how near they are to each other
graph     the state-action graph of programs, folded from runs
survey    the program that explores menus, dialogs and keys
wish      what a check wants of files, windows and the clipboard
phrases   expressions over the roles of a task's values
steps     the steps that programs are made of
compose   candidates: steps over known actions that could fulfil a wish, the likeliest first
source    a candidate written down as one typed Python function
"""
