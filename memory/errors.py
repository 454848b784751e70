"""What can go wrong in memory, and what it means to the caller.

MemoryStoreError            base: one plain sentence with the value and what to do
├─ StoreTooNew              the file was written by a later version of the program
├─ StoreTooOld              the file was written by an earlier version and may not be written to
├─ StoreMissing             a file to be read does not exist
├─ StoreUnreadable          a file lies where nothing can be written, and needs to be written to be read whole
├─ NotKept                  no such episode, item or journal entry
├─ Refused                  the operation would lose or contradict something that is kept
└─ DenseUnavailable         a model or package for dense recall is missing (recall works without it)
"""


class MemoryStoreError(Exception):
    """Base of every expected failure of this package."""


class StoreTooNew(MemoryStoreError):
    """The database holds tables of a later version; updating the program mends it."""


class StoreTooOld(MemoryStoreError):
    """The database lacks tables of this version, and it cannot be written to; a copy that can be will do."""


class StoreMissing(MemoryStoreError):
    """A database that was to be read does not exist."""


class StoreUnreadable(MemoryStoreError):
    """What was last written to the database is not in its file yet, and the disk takes no writing; a copy will do."""


class NotKept(MemoryStoreError):
    """Nothing is kept under this name or number."""


class Refused(MemoryStoreError):
    """The operation would lose or contradict something that is kept."""


class DenseUnavailable(MemoryStoreError):
    """A package or model file for dense recall is missing; the message says which and how to get it."""
