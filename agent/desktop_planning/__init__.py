"""How the desktop's planner brain thinks: what runs showed, what a check wants, which program could bring it about.

runs      what a past run is, as the planner reads it
words     words of goals and labels, and how near they are to each other
graph     the state-action graph of programs, folded from runs
survey    the program that explores menus, dialogs and keys
wish      what a check wants of files, windows and the clipboard
phrases   expressions over the roles of a task's values
steps     the steps that programs are made of
candidates  what a candidate is, and the weights that put candidates in order
known     what is known at one task: values, state, words, graph
documents, commands, folders, clips   what each kind of wish takes
compose   candidates for a whole wish, in loops where the values are many
experience  what passed for which family, and how candidates that were tried fared
source    a candidate written down as one typed Python function
"""
