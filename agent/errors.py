"""What the agent raises.

AgentError           for the person: one line, exit code 1
├── UsageError       the request itself is wrong; exit code 2
├── JourneyBusy      another process is running this journey
└── BrainError       a brain could not answer (outage, refusal after every repair)
"""


class AgentError(Exception):
    """An error that a person can mend; the message names the value and the remedy."""


class UsageError(AgentError):
    """The request itself is wrong: unknown name, bad value, options that do not go together."""


class JourneyBusy(AgentError):
    """Another living process holds this journey."""


class BrainError(AgentError):
    """A brain could not give a usable answer; what was learned before is kept."""
