"""What the agent raises.

AgentError           for the person: one line, exit code 1
├── UsageError       the request itself is wrong; exit code 2
├── JourneyBusy      another process is running this journey
├── BrainError       a brain could not give a usable answer to this task
├── ServerRefused    no model server takes our calls (key, name of the model, address)
├── BudgetSpent      the next call might overrun the budget, so it is not made
└── StopAsked        a person asked the journey to stop while it waited
"""


class AgentError(Exception):
    """An error that a person can mend; the message names the value and the remedy."""


class UsageError(AgentError):
    """The request itself is wrong: unknown name, bad value, options that do not go together."""


class JourneyBusy(AgentError):
    """Another living process holds this journey."""


class BrainError(AgentError):
    """A brain could not give a usable answer; what was learned before is kept."""


class ServerRefused(AgentError):
    """Every model of a role was refused for a reason that waiting does not mend."""


class BudgetSpent(AgentError):
    """What is left of a budget does not cover the next call."""


class StopAsked(AgentError):
    """The journey was asked to stop while it waited for a server or for a person."""
