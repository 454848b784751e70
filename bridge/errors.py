"""What can go wrong at our ends of the wires. Each message is one sentence for a person.

BridgeError
├── JailUnavailable   the sandbox cannot be set up here; the message says what mends it
├── BodyLost          the body's process or its connection to the world ended: restart it and join again
│   └── BodyExhausted  because of a program that used up its memory so fast that nothing could end it alone
├── BodyTimeout       the body did not answer in time: it may still be at work, so restart it
├── BodyRefused       the body says no: bad arguments of ours
├── SourceUnreadable  a source of JavaScript cannot be parsed or rewritten, or it takes too long to look at
├── WorldLost         the world's process ended, or did not answer in time
└── WorldRefused      the world says no: an unknown command, a generation that is not there
"""

from __future__ import annotations


class BridgeError(Exception):
    """Any failure of the bridge."""


class JailUnavailable(BridgeError):
    """The sandbox cannot be set up on this machine; nothing was run without it."""


class BodyLost(BridgeError):
    """The body's process is gone, or it lost its connection to the world."""


class BodyExhausted(BodyLost):
    """A program took its memory so fast that only the end of the whole process could stop it."""


class BodyTimeout(BridgeError):
    """The body did not answer within the time that it was given."""


class BodyRefused(BridgeError):
    """The body answered that it cannot do this."""

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.remedy = remedy


class SourceUnreadable(BridgeError, ValueError):
    """A source of JavaScript cannot be parsed or rewritten, or takes too long to look at."""


class WorldLost(BridgeError):
    """The world's process is gone or no longer answers."""


class WorldRefused(BridgeError):
    """The world answered that it cannot do this."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
