"""What can go wrong with a world, apart from what a program does in it.

EnvError
├── EnvLost          a process of the world died or stopped answering; `Env.recover()` brings back the last saved state
├── EnvUnavailable   the world cannot be started here; the message is the one line that mends it
└── ContractBroken   `check_env` found a broken promise
"""


class EnvError(Exception):
    """Base of everything a world raises on its own account."""


class EnvLost(EnvError):
    """A process of the world died or stopped answering; what was saved is whole, what was running never happened."""


class EnvUnavailable(EnvError):
    """The world cannot be started on this machine as it is; the message says what to do."""


class ContractBroken(EnvError):
    """A world does not keep a promise of the contract; the message names the promise and what was seen."""
