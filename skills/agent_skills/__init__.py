"""Agent Skills folders (agentskills.io): written strictly, read leniently, judged by the published specification.

    writer    skills of a library as folders that every client accepts, and that work outside of Journeyman
    archive   folders and zips from anywhere, opened safely into memory
    reader    what such a folder says: its front matter, its code, and its history if the library wrote it
    validate  whether a folder follows the specification, to the letter
    scan      what its text and code try to do, said to people

Nothing in here runs code of a skill, and nothing but `writer.write` touches a disk.
"""
